# What other projects find by find_package(mgec): in the build folder as it is, and where it is installed.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

set(MGEC_PACKAGE ${CMAKE_INSTALL_LIBDIR}/cmake/mgec)
if(MGEC_BUILD_COMPILER)
  set_target_properties(mgec PROPERTIES INSTALL_RPATH_USE_LINK_PATH ON)
  install(TARGETS mgec EXPORT mgecTargets RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
install(EXPORT mgecTargets NAMESPACE mgec:: DESTINATION ${MGEC_PACKAGE})
export(EXPORT mgecTargets NAMESPACE mgec:: FILE ${PROJECT_BINARY_DIR}/mgecTargets.cmake)

set(MGEC_CMAKE_FOLDER ${PROJECT_SOURCE_DIR}/cmake)
configure_package_config_file(cmake/mgecConfig.cmake.in ${PROJECT_BINARY_DIR}/mgecConfig.cmake
  INSTALL_DESTINATION ${PROJECT_BINARY_DIR} INSTALL_PREFIX ${PROJECT_BINARY_DIR} PATH_VARS MGEC_CMAKE_FOLDER)
set(MGEC_CMAKE_FOLDER ${MGEC_PACKAGE})
configure_package_config_file(cmake/mgecConfig.cmake.in ${PROJECT_BINARY_DIR}/installed/mgecConfig.cmake
  INSTALL_DESTINATION ${MGEC_PACKAGE} PATH_VARS MGEC_CMAKE_FOLDER)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/mgecConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/installed/mgecConfig.cmake ${PROJECT_BINARY_DIR}/mgecConfigVersion.cmake
  cmake/mgec_add_network.cmake cmake/mgec_build_network.cmake DESTINATION ${MGEC_PACKAGE})
