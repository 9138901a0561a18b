# The build step of mgec_add_network, run with `cmake -P`: model -> C++ in FOLDER/source -> archive ARCHIVE.
#
# In: MGEC MODEL OPTIONS FOLDER ARCHIVE GENERATOR, and FOLDER/settings.cmake, the initial cache for the generated folder.
# Promises: on failure there is no ARCHIVE, and the message holds the output of the command that failed. Where the generated
# sources did not change, nothing is compiled again.
cmake_minimum_required(VERSION 3.25)

function(run what)
  execute_process(COMMAND ${ARGN} RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT status EQUAL 0)
    message(FATAL_ERROR "${MODEL}: ${what} failed (${status}):\n${output}")
  endif()
endfunction()

file(REMOVE ${ARCHIVE})
file(MAKE_DIRECTORY ${FOLDER})
run("mgec compile" ${MGEC} compile ${MODEL} -o ${FOLDER}/source ${OPTIONS})

file(REMOVE_RECURSE ${FOLDER}/archive)
run("configuring the generated sources" ${CMAKE_COMMAND} -G ${GENERATOR} -C ${FOLDER}/settings.cmake -S ${FOLDER}/source
    -B ${FOLDER}/build -DCMAKE_BUILD_TYPE=Release -DBUILD_SHARED_LIBS=OFF -DCMAKE_POSITION_INDEPENDENT_CODE=ON
    -DCMAKE_ARCHIVE_OUTPUT_DIRECTORY=${FOLDER}/archive)
run("building the generated sources" ${CMAKE_COMMAND} --build ${FOLDER}/build --parallel 2)
file(GLOB archives ${FOLDER}/archive/*.a)
list(LENGTH archives count)
if(NOT count EQUAL 1)
  message(FATAL_ERROR "${MODEL}: the generated folder was to build one static library, but built ${count}: ${archives}")
endif()
file(COPY_FILE ${archives} ${ARCHIVE})
