# mgec_add_network(TARGET MODEL [TARGETS isa...] [SHAPES NAME=DIMS...] [OPTIONS option...])
#
# Compiles a .mge model during the build and defines the library TARGET, which a program links to run it:
#
#   find_package(mgec REQUIRED)      # with mgec_DIR or CMAKE_PREFIX_PATH: where mgec is installed, or its build folder
#   mgec_add_network(digits_network digits.mge TARGETS generic x86-64-v3 x86-64-v4 SHAPES data=Nx1x8x8)
#   target_link_libraries(app PRIVATE digits_network)      # brings the network and the runtime, include path and all
#
# TARGETS are the instruction sets of `mgec compile --target`; without them, the build machine's own, or when cross-compiling
# the plain one of the architecture that the toolchain file names. SHAPES are its --shape options, OPTIONS go to it
# unchanged. MODEL is relative to the current source directory. The compiled network is called TARGET, so that models of
# one file name can be linked together.
#
# What happens: `mgec compile` writes the C++ of the network into TARGET/source below the current binary directory, and that
# folder's own CMakeLists.txt builds it with this project's compiler, flags and toolchain file into one archive. Both happen
# again when the model or mgec changes. Linking takes the archive whole, because the network is registered by a constructor in
# it that nothing refers to; `load_model` then finds it by the content of the .mge file.
#
# Needs a target or imported target `mgec` (the compiler) and `mgec_lite` (the runtime), with or without `mgec::` before it:
# find_package(mgec) defines both. When cross-compiling, mgec is the host's, and the runtime is built for the other machine:
# add_subdirectory(<mgec's sources>/runtime mgec_lite) before this function is called.
include_guard()

set(MGEC_BUILD_NETWORK_SCRIPT ${CMAKE_CURRENT_LIST_DIR}/mgec_build_network.cmake)

function(mgec_add_network target model)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "TARGETS;SHAPES;OPTIONS")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "mgec_add_network(${target}): unknown arguments: ${arg_UNPARSED_ARGUMENTS}")
  endif()
  get_filename_component(model ${model} ABSOLUTE)
  if(NOT EXISTS ${model})
    message(FATAL_ERROR "mgec_add_network(${target}): there is no model ${model}")
  endif()
  foreach(role compiler:mgec runtime:mgec_lite)
    string(REPLACE ":" ";" role ${role})
    list(POP_FRONT role what name)
    if(TARGET ${name})
      set(${what} ${name})
    elseif(TARGET mgec::${name})
      set(${what} mgec::${name})
    else()
      message(FATAL_ERROR "mgec_add_network(${target}): the target ${name} is not defined in this project. "
        "find_package(mgec REQUIRED) defines it: configure with -Dmgec_DIR=<mgec's build folder, build/release say>, or "
        "install mgec (cmake --install build/release --prefix PREFIX) and configure with -DCMAKE_PREFIX_PATH=PREFIX")
    endif()
  endforeach()

  set(options ${arg_OPTIONS})
  if(NOT "--name" IN_LIST options)
    list(APPEND options --name ${target})
  endif()
  if(NOT arg_TARGETS AND CMAKE_CROSSCOMPILING AND NOT "--target" IN_LIST options)
    if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64|ARM64)$")
      set(arg_TARGETS aarch64)
    elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|amd64|AMD64)$")
      set(arg_TARGETS generic)
    else()
      message(FATAL_ERROR "mgec_add_network(${target}): the toolchain compiles for '${CMAKE_SYSTEM_PROCESSOR}', and mgec has "
        "code for x86_64 and aarch64; name TARGETS if one of them is meant")
    endif()
  endif()
  if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64|ARM64)$" AND arg_TARGETS AND NOT arg_TARGETS STREQUAL "aarch64")
    message(FATAL_ERROR "mgec_add_network(${target}): TARGETS ${arg_TARGETS} are not for aarch64, which this project is "
      "compiled for; leave TARGETS out, or write TARGETS aarch64")
  endif()
  if(arg_TARGETS)
    list(JOIN arg_TARGETS "," targets)
    list(APPEND options --target ${targets})
  endif()
  foreach(shape IN LISTS arg_SHAPES)
    list(APPEND options --shape ${shape})
  endforeach()

  # The settings of this project that the generated folder is built with, as CMake's initial cache.
  set(folder ${CMAKE_CURRENT_BINARY_DIR}/${target})
  set(settings "")
  foreach(variable MAKE_PROGRAM C_COMPILER CXX_COMPILER CXX_COMPILER_LAUNCHER CXX_FLAGS TOOLCHAIN_FILE)
    if(NOT "${CMAKE_${variable}}" STREQUAL "")
      string(APPEND settings "set(CMAKE_${variable} [==[${CMAKE_${variable}}]==] CACHE STRING \"\")\n")
    endif()
  endforeach()
  file(CONFIGURE OUTPUT ${folder}/settings.cmake CONTENT "${settings}" @ONLY)

  set(archive ${folder}/lib${target}.a)
  add_custom_command(
    OUTPUT ${archive}
    COMMAND
      ${CMAKE_COMMAND} -DMGEC=$<TARGET_FILE:${compiler}> -DMODEL=${model} "-DOPTIONS=${options}" -DFOLDER=${folder}
      -DARCHIVE=${archive} "-DGENERATOR=${CMAKE_GENERATOR}" -P ${MGEC_BUILD_NETWORK_SCRIPT}
    DEPENDS ${model} ${compiler} ${MGEC_BUILD_NETWORK_SCRIPT} ${folder}/settings.cmake
    COMMENT "Compiling the network ${target}"
    VERBATIM)
  add_custom_target(${target}_files DEPENDS ${archive})

  add_library(${target}_archive STATIC IMPORTED GLOBAL)
  set_target_properties(${target}_archive PROPERTIES IMPORTED_LOCATION ${archive})
  add_dependencies(${target}_archive ${target}_files)
  add_library(${target} INTERFACE)
  target_link_libraries(${target} INTERFACE "$<LINK_LIBRARY:WHOLE_ARCHIVE,${target}_archive>" ${runtime})
  add_dependencies(${target} ${target}_files)
endfunction()
