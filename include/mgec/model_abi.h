/**
 * mgec/model_abi.h: the contract between generated code and the runtime.
 *
 * A compiled model is a set of constant tables and functions. It owns no state: everything that one forward touches
 * arrives in an `mgec_exec` that the runtime fills. Generated code allocates nothing, does no I/O, holds no mutable
 * globals, throws nothing, and may run at the same time on any number of threads, each with an `mgec_exec` of its own.
 *
 * Versioning: MGEC_ABI_VERSION grows with every incompatible change. Runtime N loads artifacts of N-2..N. Tables begin
 * with their own size, so that later versions may append fields. This header is C99 and C++11 and includes nothing of
 * mgec.
 */
#ifndef MGEC_MODEL_ABI_H
#define MGEC_MODEL_ABI_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MGEC_ABI_VERSION 2 /* 1 was never released */
#define MGEC_MAX_NDIM 7
/** Alignment, in bytes, of the arena, of every thread's scratch and of the weights. */
#define MGEC_ALIGNMENT 64

/**
 * Element types at the boundary. Values are part of the ABI. Quantised types carry scale and zero point in the
 * descriptor.
 */
typedef enum mgec_dtype {
    MGEC_F32 = 0,
    MGEC_F16 = 1,
    MGEC_BF16 = 2,
    MGEC_I8 = 3,
    MGEC_U8 = 4,
    MGEC_I16 = 5,
    MGEC_U16 = 6,
    MGEC_I32 = 7,
    MGEC_BOOL = 8,
    MGEC_QS8 = 9,   /**< real = i8 * scale */
    MGEC_QU8 = 10,  /**< real = (u8 - zero_point) * scale */
    MGEC_QS32 = 11, /**< real = i32 * scale */
    MGEC_QS16 = 12, /**< real = i16 * scale */
    MGEC_QS4 = 13,  /**< two elements a byte, low nibble first, each innermost row padded to whole bytes */
    MGEC_QU4 = 14
} mgec_dtype;

/** Where a buffer lives. Version 1 artifacts for the CPU use MGEC_HOST alone. */
typedef enum mgec_memory_space { MGEC_HOST = 0, MGEC_CUDA_DEVICE = 1, MGEC_CUDA_PINNED = 2 } mgec_memory_space;

/** Outcome of `mgec_isa_entry.forward`. */
typedef enum mgec_status {
    MGEC_OK = 0,
    MGEC_ERROR_DATA = 1, /**< a value made the model's own rules fail (an index out of range, say); see
                             mgec_exec.error */
    MGEC_ERROR_DEVICE = 2
} mgec_status;

/** Instruction sets, ordered: a processor that has one level has all lower ones of the same architecture. */
typedef enum mgec_isa {
    MGEC_ISA_GENERIC = 0,   /**< the architecture's baseline, plain C++ */
    MGEC_ISA_X86_64_V3 = 3, /**< AVX2, FMA, BMI2, F16C */
    MGEC_ISA_X86_64_V4 = 4, /**< AVX-512 F, BW, CD, DQ, VL */
    MGEC_ISA_NATIVE = 100   /**< the features listed in mgec_isa_entry.features */
} mgec_isa;

/** A dimension is static (>= 0) or symbol number k of the variant, written as -1 - k. */
typedef struct mgec_tensor_desc {
    const char* name;            /**< the variable's name in the model; unique among inputs and among outputs */
    int32_t dtype;               /**< mgec_dtype */
    int32_t ndim;                /**< 1..MGEC_MAX_NDIM */
    int64_t dims[MGEC_MAX_NDIM]; /**< row-major, dense */
    float scale;                 /**< quantised types, else 0 */
    int32_t zero_point;
    int32_t memory_space;        /**< mgec_memory_space */
    /**
     * 0. For an input that has a default value (all its dims are then static): 1 + k, where the value's dense bytes
     * begin k * MGEC_ALIGNMENT bytes into mgec_model.weights.
     */
    int32_t default_value;
} mgec_tensor_desc;

/** A named size that is known only at run time; `min <= value <= max`. */
typedef struct mgec_symbol {
    const char* name;
    int64_t min;
    int64_t max;
} mgec_symbol;

/**
 * One unit of parallel work. `frame` is what was passed to `parallel`, `chunk` in [0, chunks), `scratch` the calling
 * thread's own scratch. Any thread may claim any chunk in any order; results do not depend on it.
 */
typedef void (*mgec_chunk_fn)(const void* frame, int64_t chunk, void* scratch);

/**
 * Everything that one forward may touch. Filled by the runtime, read-only to generated code except through the
 * pointers.
 */
typedef struct mgec_exec {
    uint32_t struct_size;
    uint32_t abi_version;
    const int64_t* symbols;     /**< one value a symbol of the variant, checked against its bounds by the runtime */
    const void* const* inputs;  /**< in the order of mgec_variant.inputs; any alignment that suits the element type */
    void* const* outputs;       /**< in the order of mgec_variant.outputs; same */
    uint8_t* arena;             /**< mgec_sizes.arena_bytes, aligned; contents undefined at entry */
    uint8_t* scratch;           /**< threads x mgec_sizes.scratch_bytes, aligned; thread 0's scratch first */
    const uint8_t* weights;     /**< mgec_model.weights, or a copy of the same bytes, aligned */
    /** Runs fn(frame, 0..chunks-1, scratch of the running thread) and returns when all are done. Never NULL. */
    void (*parallel)(void* pool, int64_t chunks, mgec_chunk_fn fn, const void* frame);
    void* pool;
    /** Called around each step when not NULL (profiling, dumps): `begin` is 1 before and 0 after step number `step`. */
    void (*on_step)(void* user, uint32_t step, int begin);
    void* on_step_user;
    void* stream;               /**< CUDA stream, NULL on the CPU */
    const char** error;         /**< set to a constant text when forward returns a failure; never NULL */
} mgec_exec;

/** Sizes that depend on the symbols. */
typedef struct mgec_sizes {
    uint64_t arena_bytes;   /**< shared by all threads of one forward */
    uint64_t scratch_bytes; /**< per thread, a multiple of MGEC_ALIGNMENT */
} mgec_sizes;

/** The code of a variant for one instruction set. */
typedef struct mgec_isa_entry {
    int32_t isa;          /**< mgec_isa */
    int32_t reserved;
    const char* features; /**< comma-separated CPU features that the code needs, e.g. "avx2,fma"; "" for none */
    int32_t (*forward)(const mgec_exec* exec); /**< returns mgec_status */
} mgec_isa_entry;

/** Where a value lies while a forward runs. */
typedef enum mgec_value_space {
    MGEC_VALUE_INPUT = 0,  /**< mgec_exec.inputs[offset] */
    MGEC_VALUE_OUTPUT = 1, /**< mgec_exec.outputs[offset] */
    MGEC_VALUE_ARENA = 2,  /**< `offset` bytes into mgec_exec.arena */
    MGEC_VALUE_WEIGHTS = 3 /**< `offset` bytes into mgec_exec.weights */
} mgec_value_space;

/**
 * Flag of a value: tensor.dims[0], bytes and, in the arena, offset count for one unit of the variant's first
 * symbol.
 */
#define MGEC_VALUE_BATCHED 1u
/** Flag of a value: it is a variable of the model, not one that the compiler made (a change of layout, say). */
#define MGEC_VALUE_ORIGINAL 2u

/** An input, a weight or a result of steps, for profiles and dumps. */
typedef struct mgec_value {
    mgec_tensor_desc tensor;   /**< name, element type, extents of the plain tensor */
    uint32_t variable;         /**< id of the variable in MegEngine's graph; of the compiler's own, one above all
                                   of these */
    uint32_t op;               /**< id of the operator that computes it there */
    const char* op_type;       /**< that operator's type, e.g. "ConvolutionForward" */
    int32_t space;             /**< mgec_value_space */
    int32_t channel_block;     /**< 1: row-major; b > 1: [d0][ceil(d1 / b)][d2..][b]; 0: another one */
    uint64_t offset;
    uint64_t bytes;            /**< as it lies there, pad lanes included */
    uint32_t flags;            /**< MGEC_VALUE_... */
    uint32_t reserved;
} mgec_value;

/** One kernel call of a variant, for profiles and dumps. */
typedef struct mgec_step {
    const char* name;       /**< unique in the variant, e.g. "layer1.0.conv1" */
    const char* kernel;     /**< the kernel row, e.g. "conv2d_f32_nchw8_direct" */
    const char* operators;  /**< ids of the variables that it computes, fused ones included, comma-separated */
    const char* op_type;    /**< type of the operator that most of its work is, e.g. "ConvolutionForward" */
    uint64_t macs;          /**< multiply-accumulates, for one unit of the first symbol; 0 where that is no measure */
    uint32_t n_inputs;
    uint32_t n_outputs;     /**< results, and variables that are the same memory under another shape */
    const uint32_t* values; /**< n_inputs + n_outputs indices into mgec_variant.values */
} mgec_step;

/** A model compiled for one set of shapes and one precision. */
typedef struct mgec_variant {
    uint32_t struct_size;
    uint32_t n_inputs;
    const mgec_tensor_desc* inputs;
    uint32_t n_outputs;
    uint32_t n_symbols;
    const mgec_tensor_desc* outputs;
    const mgec_symbol* symbols;
    const char* precision; /**< "f32" unless another was asked for at compile time */
    uint32_t n_isa;
    uint32_t n_steps;
    const mgec_isa_entry* isa; /**< best first */
    const mgec_step* steps;
    /** Sizes, and the dims of every output (n_outputs x MGEC_MAX_NDIM), for given symbols. */
    void (*resolve)(const int64_t* symbols, mgec_sizes* sizes, int64_t* output_dims);
    uint32_t n_values;
    uint32_t reserved;
    const mgec_value* values;
} mgec_variant;

/**
 * Flag of a model: `weights` is a seal (AES-256-GCM over them) of `weights_bytes` bytes. The runtime opens it with a
 * key that the program registers, and gives the plain weights to `mgec_exec`.
 */
#define MGEC_WEIGHTS_SEALED 1u

/** A compiled model: constant data with the lifetime of the library that holds it. */
typedef struct mgec_model {
    uint32_t struct_size;
    uint32_t abi_version;
    const char* name;        /**< file name of the model without folder and extension */
    uint8_t fingerprint[16]; /**< XXH3-128 of the model's bytes, canonical (big-endian) form; binds a .mge to this
                                 code */
    uint8_t graph_hash[16];  /**< the same over the graph without weight bytes; for repacking weights */
    const char* compiler;    /**< version of mgec */
    const uint8_t* weights;
    uint64_t weights_bytes;
    uint32_t n_variants;
    uint32_t flags;
    const mgec_variant* variants;
    const char* manifest;    /**< JSON, null-terminated */
} mgec_model;

/**
 * The one symbol that a compiled shared library exports: its models. `*count` receives their number. The result and all
 * it points to live as long as the library is loaded.
 */
typedef const mgec_model* const* (*mgec_artifact_models_fn)(uint32_t* count);
#define MGEC_ARTIFACT_SYMBOL "mgec_artifact_models"

/**
 * Makes a statically linked model known to the runtime of this process, which then binds `.mge` files of its
 * fingerprint to it. Called by the `register.cpp` of a generated folder before main; safe from any thread; registering
 * twice is harmless. Defined by libmgec_lite.
 */
void mgec_register_model(const mgec_model* model);

#ifdef __cplusplus
}
#endif
#endif
