//===- Tensor.cpp - the border of lite::Tensor, LiteAny and TensorUtils ---------------------------------------===//
#include "lite/tensor.h"

#include "TensorImpl.h"
#include "lite/misc.h"

#include <cstring>

namespace lite {

size_t Layout::get_elem_size() const {
  switch (data_type) {
  case LITE_FLOAT:
  case LITE_INT:
  case LITE_UINT:
    return 4;
  case LITE_HALF:
  case LITE_INT16:
  case LITE_UINT16:
    return 2;
  case LITE_INT8:
  case LITE_UINT8:
    return 1;
  case LITE_INT64:
    return 8;
  }
  fail("not supported data_type %d.", static_cast<int>(data_type));
}

bool Layout::operator==(const Layout &other) const {
  if (ndim != other.ndim || data_type != other.data_type)
    return false;
  for (size_t i = 0; i < ndim && i < MAXDIM; ++i)
    if (shapes[i] != other.shapes[i])
      return false;
  return true;
}

std::shared_ptr<Tensor> TensorHelper::make(std::shared_ptr<Tensor::TensorImpl> impl) {
  auto tensor = std::make_shared<Tensor>();
  tensor->m_tensor_impl = std::move(impl);
  tensor->update_from_implement();
  return tensor;
}

Tensor::Tensor() : Tensor(LITE_DEFAULT, LITE_CPU, 0, Layout(), false) {}

Tensor::Tensor(LiteDeviceType device_type, bool is_pinned_host)
    : Tensor(LITE_DEFAULT, device_type, 0, Layout(), is_pinned_host) {}

Tensor::Tensor(LiteDeviceType device_type, const Layout &layout, bool is_pinned_host)
    : Tensor(LITE_DEFAULT, device_type, 0, layout, is_pinned_host) {}

Tensor::Tensor(int device_id, LiteDeviceType device_type, const Layout &layout, bool is_pinned_host)
    : Tensor(LITE_DEFAULT, device_type, device_id, layout, is_pinned_host) {}

Tensor::Tensor(int device_id, int, LiteDeviceType device_type, bool is_pinned_host)
    : Tensor(LITE_DEFAULT, device_type, device_id, Layout(), is_pinned_host) {}

Tensor::Tensor(LiteBackend backend, LiteDeviceType device_type, int device_id, const Layout &layout,
               bool is_pinned_host)
    : m_is_pinned_host(is_pinned_host), m_device_id(device_id), m_device_type(device_type) {
  if (backend != LITE_DEFAULT)
    fail("backend %d is not available; use LITE_DEFAULT", static_cast<int>(backend));
  m_tensor_impl = std::make_shared<TensorImpl>(device_type, device_id, layout, is_pinned_host);
}

Tensor::~Tensor() = default;

Layout Tensor::get_layout() const { return m_tensor_impl->layout(); }

void *Tensor::get_memory_ptr() const { return m_tensor_impl->data(); }

void *Tensor::get_memory_ptr(const std::vector<size_t> &idx) const { return m_tensor_impl->element(idx); }

size_t Tensor::get_tensor_total_size_in_byte() const { return m_tensor_impl->bytes(); }

bool Tensor::is_continue_memory() const { return m_tensor_impl->contiguous(); }

void Tensor::set_layout(const Layout &layout) { m_tensor_impl->set_layout(layout); }

/// A share in nothing: the memory is the program's.
static std::shared_ptr<void> borrowed(void *memory) { return std::shared_ptr<void>(std::shared_ptr<void>(), memory); }

void Tensor::reset(void *prepared_data, size_t data_length_in_byte) {
  m_tensor_impl->reset(borrowed(prepared_data), data_length_in_byte, m_tensor_impl->layout());
}

void Tensor::reset(void *prepared_data, const Layout &layout) {
  m_tensor_impl->reset(borrowed(prepared_data), layout_bytes(layout), layout);
}

void Tensor::reset(const std::shared_ptr<void> &prepared_data, size_t data_length_in_byte) {
  m_tensor_impl->reset(prepared_data, data_length_in_byte, m_tensor_impl->layout());
}

void Tensor::reset(const std::shared_ptr<void> &prepared_data, const Layout &layout) {
  m_tensor_impl->reset(prepared_data, layout_bytes(layout), layout);
}

void Tensor::reshape(const std::vector<int> &shape) { m_tensor_impl->reshape(shape); }

std::shared_ptr<Tensor> Tensor::slice(const std::vector<size_t> &start, const std::vector<size_t> &end,
                                      const std::vector<size_t> &step) {
  return TensorHelper::make(m_tensor_impl->slice(start, end, step));
}

void Tensor::fill_zero() { m_tensor_impl->fill_zero(); }

void Tensor::copy_from(const Tensor &src) { m_tensor_impl->copy_from(*src.m_tensor_impl); }

void Tensor::share_memory_with(const Tensor &src_tensor) {
  m_tensor_impl->share_memory_with(*src_tensor.m_tensor_impl);
}

void Tensor::update_from_implement() {
  m_is_pinned_host = m_tensor_impl->pinned();
  m_device_id = m_tensor_impl->device_id();
  m_device_type = m_tensor_impl->pinned() ? LITE_CPU : m_tensor_impl->device_type();
}

void LiteAny::type_missmatch(size_t expect, size_t get) const {
  static const char *const names[] = {"STRING", "INT32", "UINT32",   "UINT8", "INT8",        "INT64",
                                      "UINT64", "BOOL",  "VOID_PTR", "FLOAT", "NONE_SUPPORT"};
  const auto name = [](size_t type) { return type <= NONE_SUPPORT ? names[type] : "?"; };
  fail("The type store in LiteAny is not match the visit type, type of storage is %s, type of visit is %s.",
       name(expect), name(get));
}

std::shared_ptr<Tensor> TensorUtils::concat(const std::vector<Tensor> &tensors, int dim, LiteDeviceType dst_device,
                                            int dst_device_id) {
  if (tensors.empty())
    return std::make_shared<Tensor>();
  Layout layout = tensors.front().get_layout();
  if (dim < 0 || static_cast<size_t>(dim) >= layout.ndim)
    fail("the dim in concat is error.");
  const size_t axis = static_cast<size_t>(dim);
  layout.shapes[axis] = 0;
  for (const Tensor &tensor : tensors) {
    const Layout part = tensor.get_layout();
    if (part.ndim != layout.ndim)
      fail("the dim size of tensors is not same!");
    if (part.data_type != layout.data_type)
      fail("the dtype of tensors is not same!");
    for (size_t i = 0; i < layout.ndim; ++i)
      if (i != axis && part.shapes[i] != layout.shapes[i])
        fail("the shape of tensors is not same!");
    if (__builtin_add_overflow(layout.shapes[axis], part.shapes[axis], &layout.shapes[axis]))
      fail("the concatenation of the tensors is too large");
  }
  const Tensor &first = tensors.front();
  const LiteDeviceType device = dst_device == LITE_DEVICE_DEFAULT ? first.get_device_type() : dst_device;
  const int device_id = dst_device_id == -1 ? first.get_device_id() : dst_device_id;
  auto result = std::make_shared<Tensor>(device_id, device, layout);
  std::vector<size_t> start(axis + 1, 0), end(layout.shapes, layout.shapes + axis + 1);
  for (const Tensor &tensor : tensors) {
    const size_t extent = tensor.get_layout().shapes[axis];
    end[axis] = start[axis] + extent;
    if (extent)
      result->slice(start, end)->copy_from(tensor);
    start[axis] = end[axis];
  }
  return result;
}

} // namespace lite
