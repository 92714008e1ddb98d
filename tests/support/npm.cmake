# lachan_npm_install(NPM SOURCE WORK FILE…): installs into WORK what the lock in SOURCE says, with these files of SOURCE beside it.
function(lachan_npm_install npm source work)
  file(MAKE_DIRECTORY ${work})
  foreach(name package.json package-lock.json ${ARGN})
    file(COPY_FILE ${source}/${name} ${work}/${name} ONLY_IF_DIFFERENT)
  endforeach()

  # What is installed stays until the lock changes: a second run needs no network.
  file(SHA256 ${work}/package-lock.json wanted)
  set(present "")
  if(EXISTS ${work}/installed.txt)
    file(READ ${work}/installed.txt present)
  endif()
  if(NOT present STREQUAL wanted)
    execute_process(COMMAND ${npm} ci --ignore-scripts --no-audit --no-fund --prefer-offline
      WORKING_DIRECTORY ${work} COMMAND_ERROR_IS_FATAL ANY)
    file(WRITE ${work}/installed.txt ${wanted})
  endif()
endfunction()
