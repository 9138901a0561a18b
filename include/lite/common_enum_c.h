/**
 * lite/common_enum_c.h: the enumerations of the MegEngine Lite API, shared by the C++ and the C headers. The values are
 * ABI: C programs and language bindings pass them as plain integers. C99 and C++14.
 */
#ifndef LITE_COMMON_ENUM_C_H
#define LITE_COMMON_ENUM_C_H

/* Some platform headers define ERROR as a macro; the log level of that name is part of the API. */
#ifdef ERROR
#undef ERROR
#endif

/** Least severe message that is printed. The library starts at ERROR. */
typedef enum { DEBUG = 0, INFO = 1, WARN = 2, ERROR = 3 } LiteLogLevel;

/** What the C functions remember of their last failure. */
typedef enum { OK = 0, LITE_INTERNAL_ERROR = 1, LITE_UNKNOWN_ERROR = 2 } ErrorCode;

/** Implementation behind a network. There is one. */
typedef enum { LITE_DEFAULT = 0 } LiteBackend;

/** Kind of device that holds a tensor or runs a network. This library runs LITE_CPU. */
typedef enum {
    LITE_CPU = 0,
    LITE_CUDA = 1,
    LITE_ATLAS = 3,
    LITE_NPU = 4,
    LITE_CAMBRICON = 5,
    LITE_DEVICE_DEFAULT = 7 /**< "wherever the data is"; a tensor made with it lives on the CPU */
} LiteDeviceType;

/**
 * Type of one element. Element types of a model that have no member here appear as the integers that store them: bool
 * and 4-bit types (two elements a byte) as LITE_UINT8, quantised types as LITE_INT8, LITE_UINT8, LITE_INT16 or
 * LITE_INT, bfloat16 as LITE_UINT16.
 */
typedef enum {
    LITE_FLOAT = 0,
    LITE_HALF = 1, /**< IEEE binary16 */
    LITE_INT = 2,  /**< 32 bits */
    LITE_INT16 = 3,
    LITE_INT8 = 4,
    LITE_UINT8 = 5,
    LITE_UINT = 6, /**< 32 bits */
    LITE_UINT16 = 7,
    LITE_INT64 = 8
} LiteDataType;

/** Tells an input from an output of the same name. */
typedef enum {
    LITE_IO = 0, /**< either; inputs are searched first */
    LITE_INPUT = 1,
    LITE_OUTPUT = 2
} LiteTensorPhase;

/** What of a network's input or output is wanted. */
typedef enum {
    LITE_IO_VALUE = 0, /**< shape and data */
    LITE_IO_SHAPE = 1  /**< the shape alone; the data is undefined */
} LiteIOType;

/** Flags that say how kernels are picked; combine them with `|`. Here kernels are picked when a model is compiled. */
typedef enum {
    LITE_ALGO_HEURISTIC = 1 << 0,
    LITE_ALGO_PROFILE = 1 << 1,
    LITE_ALGO_REPRODUCIBLE = 1 << 2,
    LITE_ALGO_OPTIMIZED = 1 << 3
} LiteAlgoSelectStrategy;

/** Portability of OpenCL program caches. Part of the API's vocabulary; no function of this library takes it. */
typedef enum {
    LITE_NOT_COMPAT = 0,
    LITE_SERIES_COMPAT = 1,
    LITE_VENDOR_COMPAT = 2,
    LITE_CACHE_COMPAT_LEVEL_CNT = 3
} LiteOpenCLCacheCompatLevel;

#endif
