# Installs the lists into the build folder, as locked, and puts each entry to the running service.
# cmake -DNPM=… -DNODE=… -DPYTHON=… -DSOURCE=… -DWORK=… -P run.cmake, with JOURNEY_BINARY in the environment
file(MAKE_DIRECTORY ${WORK})
foreach(name package.json package-lock.json export.mjs)
  file(COPY_FILE ${SOURCE}/${name} ${WORK}/${name} ONLY_IF_DIFFERENT)
endforeach()

# What is installed stays until the lock changes: a second run needs no network.
file(SHA256 ${WORK}/package-lock.json wanted)
set(present "")
if(EXISTS ${WORK}/installed.txt)
  file(READ ${WORK}/installed.txt present)
endif()
if(NOT present STREQUAL wanted)
  execute_process(COMMAND ${NPM} ci --ignore-scripts --no-audit --no-fund --prefer-offline
    WORKING_DIRECTORY ${WORK} COMMAND_ERROR_IS_FATAL ANY)
  file(WRITE ${WORK}/installed.txt ${wanted})
endif()
execute_process(COMMAND ${NODE} export.mjs ${WORK}/lists.json WORKING_DIRECTORY ${WORK} COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} -E env HOSTILE_LISTS=${WORK}/lists.json ${PYTHON} ${SOURCE}/lists_test.py
  COMMAND_ERROR_IS_FATAL ANY)
