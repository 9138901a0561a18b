/**
 * lite/global.h: functions that concern the whole process. Callable from any thread.
 */
#ifndef LITE_GLOBAL_H
#define LITE_GLOBAL_H

#include "common_enum_c.h"
#include "macro.h"
#include "network.h"

#include <cstddef>

namespace lite {

/** The version of the MegEngine Lite API that this library offers. */
LITE_API void get_version(int& major, int& minor, int& patch);

/** Messages below `level` are not printed. The level is ERROR at first. */
LITE_API void set_log_level(LiteLogLevel level);
LITE_API LiteLogLevel get_log_level();

/** Devices of a kind: processors that this process may use for LITE_CPU, 0 for LITE_CUDA. Throws for other kinds. */
LITE_API size_t get_device_count(LiteDeviceType device_type);

} // namespace lite

#endif
