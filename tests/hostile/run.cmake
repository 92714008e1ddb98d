# Installs the lists into the build folder, as locked, and puts each entry to the running service.
# cmake -DNPM=… -DNODE=… -DPYTHON=… -DSOURCE=… -DWORK=… -P run.cmake, with JOURNEY_BINARY in the environment
include(${CMAKE_CURRENT_LIST_DIR}/../support/npm.cmake)
lachan_npm_install(${NPM} ${SOURCE} ${WORK} export.mjs)
execute_process(COMMAND ${NODE} export.mjs ${WORK}/lists.json WORKING_DIRECTORY ${WORK} COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND ${CMAKE_COMMAND} -E env HOSTILE_LISTS=${WORK}/lists.json ${PYTHON} ${SOURCE}/lists_test.py
  COMMAND_ERROR_IS_FATAL ANY)
