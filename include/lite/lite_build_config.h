/**
 * lite/lite_build_config.h: what this build of the library has. C and C++.
 */
#ifndef LITE_BUILD_CONFIG_H
#define LITE_BUILD_CONFIG_H

#define LITE_BUILD_WITH_MGE 1
#define LITE_ENABLE_LOGGING 1
#define LITE_ENABLE_EXCEPTION 1
#define LITE_WITH_CUDA 0
#define LITE_ASSERT_LOC 1

#endif
