# Installs the receivers' libraries into the build folder, as locked, and lets them judge our webhooks.
# cmake -DNPM=… -DNODE=… -DSAMPLES=… -DSOURCE=… -DWORK=… -P run.cmake
include(${CMAKE_CURRENT_LIST_DIR}/../support/npm.cmake)
lachan_npm_install(${NPM} ${SOURCE} ${WORK} verify.mjs)
execute_process(COMMAND ${NODE} ${WORK}/verify.mjs ${SAMPLES} WORKING_DIRECTORY ${WORK} COMMAND_ERROR_IS_FATAL ANY)
