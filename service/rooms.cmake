# One library for one room (a directory of service/). NEEDS are the rooms on lower floors whose faces it may include
# (tests/architecture holds it to that); LINKS are the libraries only this room speaks to.
function(lachan_room name)
  cmake_parse_arguments(arg "" "" "NEEDS;LINKS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/service/${name}/*.cpp)
  if(NOT sources)
    return()
  endif()
  list(TRANSFORM arg_NEEDS PREPEND lachan_)
  add_library(lachan_${name} STATIC ${sources})
  target_include_directories(lachan_${name} PRIVATE ${CMAKE_SOURCE_DIR}/service/${name})
  target_link_libraries(lachan_${name} PUBLIC lachan_options ${arg_NEEDS} PRIVATE ${arg_LINKS})
  set_property(TARGET lachan_${name} PROPERTY LACHAN_NEEDS "${arg_NEEDS}")
  if(name MATCHES "^(http|delivery|operations|config)$")  # above the floors that deploy/coverage counts
    set_property(TARGET lachan_${name} PROPERTY LACHAN_UNCOUNTED ON)
  endif()
endfunction()

# Links every file under the given directories into `target` with .incbin, and writes a table of path, digest and bytes
# (HEADER declares it), so that nothing of the program has to be found on disk at run time.
# ROOT is the directory that paths are relative to; TABLE names the generated array.
function(lachan_embed target)
  cmake_parse_arguments(arg "" "ROOT;TABLE;HEADER" "DIRECTORIES" ${ARGN})
  set(files "")
  foreach(directory IN LISTS arg_DIRECTORIES)
    file(GLOB_RECURSE found CONFIGURE_DEPENDS RELATIVE ${arg_ROOT} ${arg_ROOT}/${directory}/*)
    list(APPEND files ${found})
  endforeach()
  list(SORT files)
  set(assembly ".section .rodata\n")
  set(externs "")
  set(rows "")
  set(index 0)
  foreach(file IN LISTS files)
    file(SHA256 ${arg_ROOT}/${file} digest)
    set(symbol "${arg_TABLE}_${index}")
    string(APPEND assembly ".global ${symbol}\n.global ${symbol}_end\n${symbol}:\n.incbin \"${arg_ROOT}/${file}\"\n${symbol}_end:\n")
    string(APPEND externs "extern char const ${symbol}[], ${symbol}_end[];\n")
    string(APPEND rows "    {\"${file}\", \"${digest}\", ${symbol}, ${symbol}_end},\n")
    math(EXPR index "${index} + 1")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${arg_ROOT}/${file})
  endforeach()
  string(APPEND assembly ".section .note.GNU-stack,\"\",@progbits\n")
  set(stem ${CMAKE_CURRENT_BINARY_DIR}/${arg_TABLE})
  file(CONFIGURE OUTPUT ${stem}.S CONTENT "${assembly}" @ONLY)
  file(CONFIGURE OUTPUT ${stem}.cpp @ONLY CONTENT
"#include \"${arg_HEADER}\"

extern \"C\" {
${externs}}

namespace lachan {
namespace {
const EmbeddedFile kFiles[] = {
${rows}};
}  // namespace

std::span<const EmbeddedFile> ${arg_TABLE}() { return kFiles; }
}  // namespace lachan
")
  list(TRANSFORM files PREPEND ${arg_ROOT}/)
  set_source_files_properties(${stem}.S PROPERTIES OBJECT_DEPENDS "${files}")
  target_sources(${target} PRIVATE ${stem}.S ${stem}.cpp)
endfunction()
