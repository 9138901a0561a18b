/**
 * lite-c/tensor_c.h: tensors of the MegEngine Lite API for C.
 *
 * Every function returns 0, or -1 when it could not do what its comment says; `LITE_get_last_error` then tells the
 * calling thread why, and outputs are as they were. A null handle or output pointer is such a failure. Tensors behave
 * as lite/tensor.h says; one tensor must not be used by two threads at once unless both only read.
 *
 * Ownership: what `LITE_make_tensor`, `LITE_tensor_slice` and `LITE_tensor_concat` give is the caller's until
 * `LITE_destroy_tensor`. Tensors of a network are the network's and live as long.
 */
#ifndef LITE_TENSOR_C_H
#define LITE_TENSOR_C_H

#include "common_enum_c.h"
#include "macro.h"

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define LAYOUT_MAX_DIM (7)

/** Shape and element type of a dense row-major tensor; `ndim` 0 means that nothing is known. */
typedef struct LiteLayout {
    size_t shapes[LAYOUT_MAX_DIM]; /**< the first `ndim` count */
    size_t ndim;                   /**< 0..LAYOUT_MAX_DIM */
    LiteDataType data_type;
} LiteLayout;

/** No dimension, LITE_FLOAT. */
extern LITE_API const LiteLayout default_layout;

/** What a tensor is made of. */
typedef struct LiteTensorDesc {
    int is_pinned_host; /**< host memory that a GPU reads directly; ordinary memory on a machine without one */
    LiteLayout layout;
    LiteDeviceType device_type;
    int device_id;
} LiteTensorDesc;

/** An empty tensor on the CPU. */
extern LITE_API const LiteTensorDesc default_desc;

typedef void* LiteTensor;

LITE_API int LITE_make_tensor(const LiteTensorDesc tensor_describe, LiteTensor* tensor);
/** Memory that the tensor shares with others stays theirs. No effect on a tensor of a network or one that is gone. */
LITE_API int LITE_destroy_tensor(LiteTensor tensor);

/** Memory that is large enough is kept. */
LITE_API int LITE_set_tensor_layout(LiteTensor tensor, const LiteLayout layout);
/** Borrows memory for the present layout; the caller keeps it alive, and frees it. */
LITE_API int LITE_reset_tensor_memory(LiteTensor tensor, void* prepared_data, size_t data_length_in_byte);
/** Takes the layout and borrows memory, which must hold it. */
LITE_API int LITE_reset_tensor(LiteTensor tensor, const LiteLayout layout, void* prepared_data);
/** Another shape of `size` extents for the same elements; one may be -1 and is computed. */
LITE_API int LITE_tensor_reshape(LiteTensor tensor, const int* shape, int size);
/** A view of elements start, start + step … below end in the first `size` dimensions. A null `step` means 1. */
LITE_API int LITE_tensor_slice(const LiteTensor tensor, const size_t* start, const size_t* end, const size_t* step,
                               size_t size, LiteTensor* slice_tensor);
LITE_API int LITE_tensor_fill_zero(LiteTensor tensor);
/** Copies elements; a contiguous destination takes the shape of the source. */
LITE_API int LITE_tensor_copy(LiteTensor dst_tensor, const LiteTensor src_tensor);
/** `dst_tensor` refers to the memory of `src_tensor` from now on. */
LITE_API int LITE_tensor_share_memory_with(LiteTensor dst_tensor, const LiteTensor src_tensor);

/** The first element, valid until the tensor's memory changes. Allocates on first use. */
LITE_API int LITE_get_tensor_memory(const LiteTensor tensor, void** data);
/** The element at `size` indices. */
LITE_API int LITE_get_tensor_memory_with_index(const LiteTensor tensor, const size_t* index, size_t size, void** data);
/** Elements times element size; 0 without a layout. */
LITE_API int LITE_get_tensor_total_size_in_byte(const LiteTensor tensor, size_t* size);
LITE_API int LITE_get_tensor_layout(const LiteTensor tensor, LiteLayout* layout);
LITE_API int LITE_get_tensor_device_type(const LiteTensor tensor, LiteDeviceType* device_type);
LITE_API int LITE_get_tensor_device_id(const LiteTensor tensor, int* device_id);
LITE_API int LITE_is_pinned_host(const LiteTensor tensor, int* is_pinned_host);
/** Whether the elements lie one after another. */
LITE_API int LITE_is_memory_continue(const LiteTensor tensor, int* is_continue);

/**
 * A new tensor of the elements of all `nr_tensor`, joined along `dim`. LITE_DEVICE_DEFAULT and device_id -1 mean the
 * device of the first.
 */
LITE_API int LITE_tensor_concat(LiteTensor* tensors, int nr_tensor, int dim, LiteDeviceType dst_device, int device_id,
                                LiteTensor* result_tensor);

#ifdef __cplusplus
}
#endif

#endif
