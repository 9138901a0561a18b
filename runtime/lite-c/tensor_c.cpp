//===- tensor_c.cpp - tensors for C -------------------------------------------------------------------------------===//
#include "Border.h"

#include "../lite/TensorImpl.h"
#include "lite/misc.h"

#include <cstring>

using namespace lite::c;

const LiteLayout default_layout = {{0, 0, 0, 0, 0, 0, 0}, 0, LITE_FLOAT};
const LiteTensorDesc default_desc = {0, {{0, 0, 0, 0, 0, 0, 0}, 0, LITE_FLOAT}, LITE_CPU, 0};

namespace lite::c {

static_assert(sizeof(Layout) == sizeof(LiteLayout) && LAYOUT_MAX_DIM == Layout::MAXDIM, "the two are one structure");

Layout to_cpp(const LiteLayout &layout) {
  if (layout.ndim > Layout::MAXDIM)
    fail("layout ndim is to large: %zu, at most %d", layout.ndim, LAYOUT_MAX_DIM);
  Layout result;
  std::memcpy(static_cast<void *>(&result), &layout, sizeof(result));
  return result;
}

LiteLayout to_c(const Layout &layout) {
  LiteLayout result;
  std::memcpy(&result, &layout, sizeof(result));
  return result;
}

} // namespace lite::c

static std::vector<size_t> list(const size_t *values, size_t size) {
  return std::vector<size_t>(values, values + size);
}

static LiteTensor give(std::shared_ptr<lite::Tensor> tensor) {
  lite::Tensor *handle = tensor.get();
  hold(handle, std::move(tensor));
  return handle;
}

int LITE_make_tensor(const LiteTensorDesc tensor_describe, LiteTensor *tensor) {
  LITE_C_BEGIN
  if (!tensor)
    lite::fail("The tensor pass to LITE_make_tensor is null");
  const LiteTensorDesc &d = tensor_describe;
  *tensor = give(std::make_shared<lite::Tensor>(d.device_id, d.device_type, to_cpp(d.layout), d.is_pinned_host != 0));
  LITE_C_END
}

int LITE_destroy_tensor(LiteTensor tensor) {
  LITE_C_BEGIN
  require_tensor_argument(tensor);
  let_go(tensor);
  LITE_C_END
}

int LITE_set_tensor_layout(LiteTensor tensor, const LiteLayout layout) {
  LITE_C_BEGIN
  lite::c::tensor(tensor).set_layout(to_cpp(layout));
  LITE_C_END
}

int LITE_reset_tensor_memory(LiteTensor tensor, void *prepared_data, size_t data_length_in_byte) {
  LITE_C_BEGIN
  lite::Tensor &t = lite::c::tensor(tensor);
  require_tensor_argument(prepared_data, "prepared_data");
  t.reset(prepared_data, data_length_in_byte);
  LITE_C_END
}

int LITE_reset_tensor(LiteTensor tensor, const LiteLayout layout, void *prepared_data) {
  LITE_C_BEGIN
  lite::Tensor &t = lite::c::tensor(tensor);
  require_tensor_argument(prepared_data, "prepared_data");
  t.reset(prepared_data, to_cpp(layout));
  LITE_C_END
}

int LITE_tensor_reshape(LiteTensor tensor, const int *shape, int size) {
  LITE_C_BEGIN
  lite::Tensor &t = lite::c::tensor(tensor);
  require_tensor_argument(shape);
  t.reshape(std::vector<int>(shape, shape + (size > 0 ? size : 0)));
  LITE_C_END
}

int LITE_tensor_slice(const LiteTensor tensor, const size_t *start, const size_t *end, const size_t *step, size_t size,
                      LiteTensor *slice_tensor) {
  LITE_C_BEGIN
  lite::Tensor &t = lite::c::tensor(tensor);
  if (!start || !end || !slice_tensor)
    require_tensor_argument(nullptr);
  if (size > LAYOUT_MAX_DIM)
    lite::fail("The start and end must be the same size and less than layout ndim.");
  *slice_tensor = give(t.slice(list(start, size), list(end, size), list(step, step ? size : 0)));
  LITE_C_END
}

int LITE_tensor_fill_zero(LiteTensor tensor) {
  LITE_C_BEGIN
  lite::c::tensor(tensor).fill_zero();
  LITE_C_END
}

int LITE_tensor_copy(LiteTensor dst_tensor, const LiteTensor src_tensor) {
  LITE_C_BEGIN
  lite::c::tensor(dst_tensor).copy_from(lite::c::tensor(src_tensor));
  LITE_C_END
}

int LITE_tensor_share_memory_with(LiteTensor dst_tensor, const LiteTensor src_tensor) {
  LITE_C_BEGIN
  lite::c::tensor(dst_tensor).share_memory_with(lite::c::tensor(src_tensor));
  LITE_C_END
}

int LITE_get_tensor_memory(const LiteTensor tensor, void **data) {
  LITE_C_BEGIN
  lite::Tensor &t = lite::c::tensor(tensor);
  require_tensor_argument(data, "data ptr");
  *data = t.get_memory_ptr();
  LITE_C_END
}

int LITE_get_tensor_memory_with_index(const LiteTensor tensor, const size_t *index, size_t size, void **data) {
  LITE_C_BEGIN
  lite::Tensor &t = lite::c::tensor(tensor);
  if (!index || !data)
    require_tensor_argument(nullptr);
  if (size > LAYOUT_MAX_DIM)
    lite::fail("get_memory_ptr: %zu indices, but a tensor has at most %d dimensions", size, LAYOUT_MAX_DIM);
  *data = t.get_memory_ptr(list(index, size));
  LITE_C_END
}

int LITE_get_tensor_total_size_in_byte(const LiteTensor tensor, size_t *size) {
  LITE_C_BEGIN
  lite::Tensor &t = lite::c::tensor(tensor);
  require_tensor_argument(size, "size ptr");
  *size = t.get_tensor_total_size_in_byte();
  LITE_C_END
}

int LITE_get_tensor_layout(const LiteTensor tensor, LiteLayout *layout) {
  LITE_C_BEGIN
  lite::Tensor &t = lite::c::tensor(tensor);
  require_tensor_argument(layout, "layout ptr");
  *layout = to_c(t.get_layout());
  LITE_C_END
}

int LITE_get_tensor_device_type(const LiteTensor tensor, LiteDeviceType *device_type) {
  LITE_C_BEGIN
  lite::Tensor &t = lite::c::tensor(tensor);
  require_tensor_argument(device_type, "device ptr");
  *device_type = t.get_device_type();
  LITE_C_END
}

int LITE_get_tensor_device_id(const LiteTensor tensor, int *device_id) {
  LITE_C_BEGIN
  lite::Tensor &t = lite::c::tensor(tensor);
  require_tensor_argument(device_id);
  *device_id = t.get_device_id();
  LITE_C_END
}

int LITE_is_pinned_host(const LiteTensor tensor, int *is_pinned_host) {
  LITE_C_BEGIN
  lite::Tensor &t = lite::c::tensor(tensor);
  require_tensor_argument(is_pinned_host, "is_pinned_host ptr");
  *is_pinned_host = t.is_pinned_host();
  LITE_C_END
}

int LITE_is_memory_continue(const LiteTensor tensor, int *is_continue) {
  LITE_C_BEGIN
  lite::Tensor &t = lite::c::tensor(tensor);
  require_tensor_argument(is_continue, "is_continue ptr");
  *is_continue = t.is_continue_memory();
  LITE_C_END
}

int LITE_tensor_concat(LiteTensor *tensors, int nr_tensor, int dim, LiteDeviceType dst_device, int device_id,
                       LiteTensor *result_tensor) {
  LITE_C_BEGIN
  require_tensor_argument(result_tensor);
  const size_t count = nr_tensor > 0 ? static_cast<size_t>(nr_tensor) : 0;
  std::vector<lite::Tensor> parts(count);
  for (size_t i = 0; i < count; ++i) {
    require_tensor_argument(tensors);
    parts[i] = lite::c::tensor(tensors[i]);
  }
  *result_tensor = give(lite::TensorUtils::concat(parts, dim, dst_device, device_id));
  LITE_C_END
}
