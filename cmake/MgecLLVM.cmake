# Finds LLVM/MLIR 22 and defines mgec_llvm, the interface target that everything using them links.
# Debian's packages: MLIR is not on CMake's default path, and the package version file wants the minor version too.
find_package(MLIR 22.1 REQUIRED CONFIG HINTS /usr/lib/llvm-22/lib/cmake/mlir)
list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
include(TableGen)
include(AddLLVM)
include(AddMLIR)
include_directories(${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})   # for TableGen's include path
include_directories(SYSTEM ${MLIR_INCLUDE_DIRS})

add_library(mgec_llvm INTERFACE)
target_include_directories(mgec_llvm SYSTEM INTERFACE ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
target_include_directories(mgec_llvm INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR} ${PROJECT_BINARY_DIR}/generated)
target_link_libraries(mgec_llvm INTERFACE MLIR LLVM)
