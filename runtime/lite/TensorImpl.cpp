//===- TensorImpl.cpp - what a lite::Tensor refers to ---------------------------------------------------------===//
#include "TensorImpl.h"

#include "../core/Status.h"
#include "lite/misc.h"

#include <cstdlib>
#include <cstring>

namespace lite {

void fail(const char *format, ...) {
  va_list args;
  va_start(args, format);
  const std::string text = mgec::core::vformat(format, args);
  va_end(args);
  throw Error(text);
}

std::string layout_text(const Layout &layout) {
  std::string text = "{";
  for (size_t i = 0; i < layout.ndim && i < Layout::MAXDIM; ++i)
    text += mgec::core::format(i ? ",%zu" : "%zu", layout.shapes[i]);
  text += "}";
  return text;
}

const char *data_type_name(LiteDataType type) {
  switch (type) {
  case LITE_FLOAT:
    return "LITE_FLOAT";
  case LITE_HALF:
    return "LITE_HALF";
  case LITE_INT:
    return "LITE_INT";
  case LITE_INT16:
    return "LITE_INT16";
  case LITE_INT8:
    return "LITE_INT8";
  case LITE_UINT8:
    return "LITE_UINT8";
  case LITE_UINT:
    return "LITE_UINT";
  case LITE_UINT16:
    return "LITE_UINT16";
  case LITE_INT64:
    return "LITE_INT64";
  }
  return "?";
}

size_t layout_bytes(const Layout &layout) {
  if (layout.ndim > Layout::MAXDIM)
    fail("a tensor has at most %u dimensions, not %zu", static_cast<unsigned>(Layout::MAXDIM), layout.ndim);
  size_t total = layout.get_elem_size();
  for (size_t i = 0; i < layout.ndim; ++i)
    if (__builtin_mul_overflow(total, layout.shapes[i], &total) || total > static_cast<size_t>(PTRDIFF_MAX))
      fail("a tensor of shape %s is too large", layout_text(layout).c_str());
  return total;
}

namespace {

// Around memory that a tensor allocates, to see who writes beyond it; the alignment of the memory too.
constexpr size_t kGuard = 64;
constexpr unsigned char kMark = 0xC9;

/// Walks the elements of a strided tensor in row-major order and calls `run(address, count)` for each innermost row
/// whose elements are `step` bytes apart. At least one dimension; does nothing when there are no elements.
template <typename Run>
void for_each_row(const Layout &layout, const ptrdiff_t *strides, char *first, size_t element, Run run) {
  size_t index[Layout::MAXDIM] = {};
  for (size_t i = 0; i < layout.ndim; ++i)
    if (layout.shapes[i] == 0)
      return;
  const size_t inner = layout.ndim - 1;
  for (;;) {
    ptrdiff_t offset = 0;
    for (size_t i = 0; i < inner; ++i)
      offset += static_cast<ptrdiff_t>(index[i]) * strides[i];
    run(first + offset * static_cast<ptrdiff_t>(element), layout.shapes[inner]);
    size_t dim = inner;
    for (; dim > 0; --dim) {
      if (++index[dim - 1] < layout.shapes[dim - 1])
        break;
      index[dim - 1] = 0;
    }
    if (dim == 0)
      return;
  }
}

bool dense(const Layout &layout, const ptrdiff_t *strides) {
  ptrdiff_t expected = 1;
  for (size_t i = layout.ndim; i-- > 0;) {
    if (layout.shapes[i] == 0)
      return true;
    if (layout.shapes[i] != 1 && strides[i] != expected)
      return false;
    expected *= static_cast<ptrdiff_t>(layout.shapes[i]);
  }
  return true;
}

} // namespace

void copy_strided(const Layout &layout, const ptrdiff_t *strides, void *strided, void *dense_memory, bool pack) {
  const size_t element = layout.get_elem_size();
  const ptrdiff_t step = strides[layout.ndim - 1] * static_cast<ptrdiff_t>(element);
  char *to = static_cast<char *>(dense_memory);
  for_each_row(layout, strides, static_cast<char *>(strided), element, [&](char *row, size_t count) {
    if (step == static_cast<ptrdiff_t>(element)) {
      pack ? std::memmove(to, row, count * element) : std::memmove(row, to, count * element);
      to += count * element;
      return;
    }
    for (size_t i = 0; i < count; ++i, row += step, to += element)
      pack ? std::memcpy(to, row, element) : std::memcpy(row, to, element);
  });
}

Tensor::TensorImpl::TensorImpl(LiteDeviceType device, int device_id, const Layout &layout, bool pinned)
    : device_type_(device == LITE_DEVICE_DEFAULT ? LITE_CPU : device), device_id_(device_id), pinned_(pinned) {
  take_layout(layout);
}

void Tensor::TensorImpl::require_host(const char *what) const {
  if (device_type_ != LITE_CPU && !pinned_)
    fail("%s: this library has no memory of device type %d; use LITE_CPU", what, static_cast<int>(device_type_));
}

/// Takes a dense layout; the memory is not looked at.
void Tensor::TensorImpl::take_layout(const Layout &layout) {
  if (layout.ndim)
    layout_bytes(layout);
  layout_ = layout;
  ptrdiff_t stride = 1;
  for (size_t i = layout.ndim; i-- > 0;) {
    strides_[i] = stride;
    stride *= static_cast<ptrdiff_t>(layout.shapes[i]);
  }
}

void Tensor::TensorImpl::drop_memory() {
  block_.reset();
  capacity_ = offset_ = 0;
  external_ = false;
}

bool Tensor::TensorImpl::intact() const {
  if (!block_ || external_)
    return true;
  const auto *before = static_cast<const unsigned char *>(block_.get()) - kGuard, *behind = before + kGuard + capacity_;
  for (size_t i = 0; i < kGuard; ++i)
    if (before[i] != kMark || behind[i] != kMark)
      return false;
  return true;
}

bool Tensor::TensorImpl::contiguous() const { return dense(layout_, strides_); }

void *Tensor::TensorImpl::data(bool zeroed) {
  if (layout_.ndim == 0)
    fail("Tensor layout is not valid when get memory ptr.");
  require_host("get_memory_ptr");
  if (!block_) {
    const size_t size = bytes();
    void *memory = nullptr;
    if (posix_memalign(&memory, kGuard, size + 2 * kGuard) != 0)
      fail("cannot allocate %zu bytes for a tensor", size);
    char *first = static_cast<char *>(memory) + kGuard;
    std::memset(memory, kMark, kGuard);
    std::memset(first + size, kMark, kGuard);
    if (zeroed)
      std::memset(first, 0, size);
    block_.reset(first, [](char *block) { std::free(block - kGuard); });
    capacity_ = size;
    offset_ = 0;
    external_ = false;
  }
  return static_cast<char *>(block_.get()) + offset_;
}

void *Tensor::TensorImpl::element(const std::vector<size_t> &index) {
  if (index.size() > layout_.ndim)
    fail("get_memory_ptr: %zu indices for a tensor of %zu dimensions", index.size(), layout_.ndim);
  ptrdiff_t offset = 0;
  for (size_t i = 0; i < index.size(); ++i) {
    if (index[i] >= layout_.shapes[i])
      fail("get_memory_ptr: index %zu of dimension %zu is outside its %zu elements", index[i], i, layout_.shapes[i]);
    offset += static_cast<ptrdiff_t>(index[i]) * strides_[i];
  }
  return static_cast<char *>(data()) + offset * static_cast<ptrdiff_t>(layout_.get_elem_size());
}

void Tensor::TensorImpl::set_layout(const Layout &layout) {
  const size_t need = layout.ndim ? layout_bytes(layout) : 0;
  if (observer_)
    observer_->before_layout(*this, layout);
  if (block_ && (!contiguous() || need > capacity()))
    drop_memory();
  take_layout(layout);
  if (observer_)
    observer_->after_layout(*this);
}

void Tensor::TensorImpl::set_computed_layout(const Layout &layout, const std::string &name) {
  const size_t need = layout_bytes(layout);
  const bool same = layout == layout_;
  if (block_ && need > capacity()) {
    if (external_)
      fail("the memory that output '%s' was reset to holds %zu bytes, but the output has %zu: %s", name.c_str(),
           capacity(), need, layout_text(layout).c_str());
    drop_memory();
  }
  if (!same) {
    if (block_ && !contiguous()) {
      if (external_)
        fail("output '%s' was given a view of shape %s, but the output is %s", name.c_str(),
             layout_text(layout_).c_str(), layout_text(layout).c_str());
      drop_memory();
    }
    take_layout(layout);
  }
}

void Tensor::TensorImpl::reset(std::shared_ptr<void> memory, size_t bytes, const Layout &layout) {
  require_host("reset");
  if (layout.ndim == 0)
    fail("Tensor layout is empty, please reset with layout");
  if (layout_bytes(layout) > bytes)
    fail("the memory reset to the tensor is too small.");
  if (!memory)
    fail("reset: no memory was given.");
  if (observer_)
    observer_->before_layout(*this, layout);
  take_layout(layout);
  block_ = std::move(memory);
  capacity_ = bytes;
  offset_ = 0;
  external_ = true;
  if (observer_)
    observer_->after_layout(*this);
}

void Tensor::TensorImpl::reshape(const std::vector<int> &shape) {
  if (layout_.ndim == 0)
    fail("The tensor to be reshape is empty.");
  if (shape.empty() || shape.size() > Layout::MAXDIM)
    fail("The reshape inputs invalid.");
  if (!contiguous())
    fail("a tensor whose memory is not continuous cannot be reshaped; copy it first.");
  Layout layout = layout_;
  layout.ndim = shape.size();
  size_t known = 1, total = 1;
  int unknown = -1;
  for (size_t i = 0; i < layout_.ndim; ++i)
    total *= layout_.shapes[i];
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] == -1 && unknown < 0) {
      unknown = static_cast<int>(i);
      continue;
    }
    if (shape[i] < 0 || __builtin_mul_overflow(known, static_cast<size_t>(shape[i]), &known))
      fail("The reshape inputs invalid.");
    layout.shapes[i] = static_cast<size_t>(shape[i]);
  }
  if (unknown >= 0 ? known == 0 || total % known != 0 : known != total)
    fail("The reshape inputs invalid.");
  if (unknown >= 0)
    layout.shapes[unknown] = total / known;
  if (observer_)
    observer_->before_layout(*this, layout);
  take_layout(layout);
  if (observer_)
    observer_->after_layout(*this);
}

std::shared_ptr<Tensor::TensorImpl> Tensor::TensorImpl::slice(const std::vector<size_t> &start,
                                                              const std::vector<size_t> &end,
                                                              const std::vector<size_t> &step) {
  if (start.size() != end.size() || start.size() > layout_.ndim)
    fail("The start and end must be the same size and less than layout ndim.");
  if (!step.empty() && step.size() != start.size())
    fail("The start and step must be the same size.");
  data();
  auto view = std::make_shared<TensorImpl>(*this);
  view->observer_ = nullptr;
  ptrdiff_t offset = 0;
  for (size_t i = 0; i < start.size(); ++i) {
    const size_t by = step.empty() ? 1 : step[i], extent = layout_.shapes[i], stop = end[i] < extent ? end[i] : extent;
    if (by == 0)
      fail("The step of a slice must not be 0.");
    const bool some = start[i] < stop;
    view->layout_.shapes[i] = some ? (stop - start[i] - 1) / by + 1 : 0;
    // A step beyond the dimension leaves one element; its stride is never used, and must not overflow.
    view->strides_[i] = by < extent ? strides_[i] * static_cast<ptrdiff_t>(by) : strides_[i];
    offset += some ? strides_[i] * static_cast<ptrdiff_t>(start[i]) : 0;
  }
  // The view ends with its last element, so that growing it never reaches into its neighbours.
  ptrdiff_t last = 0;
  bool any = true;
  for (size_t i = 0; i < layout_.ndim; ++i) {
    any = any && view->layout_.shapes[i] != 0;
    last += any ? static_cast<ptrdiff_t>(view->layout_.shapes[i] - 1) * view->strides_[i] : 0;
  }
  view->offset_ += static_cast<size_t>(offset) * layout_.get_elem_size();
  view->capacity_ = view->offset_ + (any ? static_cast<size_t>(last + 1) * layout_.get_elem_size() : 0);
  return view;
}

void Tensor::TensorImpl::fill_zero() {
  if (layout_.ndim == 0)
    fail("fill_zero can't apply on a tensor with empty layout.");
  char *memory = static_cast<char *>(data());
  const size_t element = layout_.get_elem_size();
  if (contiguous()) {
    std::memset(memory, 0, bytes());
    return;
  }
  const ptrdiff_t step = strides_[layout_.ndim - 1] * static_cast<ptrdiff_t>(element);
  for_each_row(layout_, strides_, memory, element, [&](char *row, size_t count) {
    for (size_t i = 0; i < count; ++i, row += step)
      std::memset(row, 0, element);
  });
}

void Tensor::TensorImpl::copy_from(TensorImpl &source) {
  if (source.layout_.ndim == 0)
    fail("when tensor copy, the src tensor layout is empty.");
  if (&source == this)
    return;
  source.require_host("copy_from");
  require_host("copy_from");
  if (layout_.ndim && layout_.data_type != source.layout_.data_type)
    fail("copy_from: the source has element type %s and the destination %s", data_type_name(source.layout_.data_type),
         data_type_name(layout_.data_type));
  if (!contiguous()) {
    if (!(layout_ == source.layout_))
      fail("copy_from: a view of shape %s cannot take the shape %s of the source", layout_text(layout_).c_str(),
           layout_text(source.layout_).c_str());
  } else if (!(layout_ == source.layout_)) {
    set_layout(source.layout_);
  }
  void *from = source.data(), *to = data();
  const size_t size = bytes();
  if (source.contiguous() && contiguous()) {
    std::memmove(to, from, size);
    return;
  }
  if (contiguous()) {
    copy_strided(source.layout_, source.strides_, from, to, true);
  } else if (source.contiguous()) {
    copy_strided(layout_, strides_, to, from, false);
  } else {
    const std::unique_ptr<char[]> between(new char[size ? size : 1]);
    copy_strided(source.layout_, source.strides_, from, between.get(), true);
    copy_strided(layout_, strides_, to, between.get(), false);
  }
}

void Tensor::TensorImpl::share_memory_with(TensorImpl &source) {
  if (source.layout_.ndim == 0)
    fail("To be shared tensor with empty layout.");
  const auto host = [](const TensorImpl &t) { return t.device_type_ == LITE_CPU || t.pinned_; };
  if (host(*this) != host(source))
    fail("share memory must happen in same device");
  if (&source == this)
    return;
  source.data();
  if (observer_)
    observer_->before_layout(*this, source.layout_);
  layout_ = source.layout_;
  std::memcpy(strides_, source.strides_, sizeof(strides_));
  block_ = source.block_;
  capacity_ = source.capacity_;
  offset_ = source.offset_;
  external_ = true;
  if (observer_)
    observer_->after_layout(*this);
}

} // namespace lite
