//===- TensorImpl.h - what a lite::Tensor refers to -----------------------------------------------------------===//
//
// A layout, strides and a share in a block of memory. A tensor of a network moreover has an observer: a layout that the
// network cannot run is refused before anything changes.
//
//===----------------------------------------------------------------------------------------------------------===//
#pragma once

#include "lite/tensor.h"

#include <cstddef>
#include <memory>
#include <string>

namespace lite {

/// Throws a lite::Error.
[[noreturn]] __attribute__((format(printf, 1, 2))) void fail(const char *format, ...);

/// "{1,3,224,224}".
std::string layout_text(const Layout &layout);
/// "LITE_FLOAT" …
const char *data_type_name(LiteDataType type);
/// Checked product of the extents and the element size. Throws for a rank or type that is none.
size_t layout_bytes(const Layout &layout);

class __attribute__((visibility("hidden"))) Tensor::TensorImpl {
public:
  class Observer {
  public:
    /// Throws when the tensor must not take this layout.
    virtual void before_layout(const TensorImpl &tensor, const Layout &layout) = 0;
    virtual void after_layout(const TensorImpl &tensor) = 0;

  protected:
    ~Observer() = default;
  };

  TensorImpl(LiteDeviceType device, int device_id, const Layout &layout, bool pinned);

  const Layout &layout() const { return layout_; }
  LiteDeviceType device_type() const { return device_type_; }
  int device_id() const { return device_id_; }
  bool pinned() const { return pinned_; }
  size_t bytes() const { return layout_.ndim ? layout_bytes(layout_) : 0; }
  bool contiguous() const;
  /// True for memory that `reset` gave, with or without ownership.
  bool external() const { return external_; }
  bool has_memory() const { return static_cast<bool>(block_); }
  /// False when something wrote right before or behind memory that the tensor allocated itself.
  bool intact() const;
  /// Bytes from the first element to the end of the block.
  size_t capacity() const { return capacity_ - offset_; }
  /// Distances of neighbours in each dimension, in elements.
  const ptrdiff_t *strides() const { return strides_; }

  /// The first element; allocates when there is no memory, zeroed on request.
  void *data(bool zeroed = false);
  void *element(const std::vector<size_t> &index);

  void set_layout(const Layout &layout);
  void reset(std::shared_ptr<void> memory, size_t bytes, const Layout &layout);
  void reshape(const std::vector<int> &shape);
  std::shared_ptr<TensorImpl> slice(const std::vector<size_t> &start, const std::vector<size_t> &end,
                                    const std::vector<size_t> &step);
  void fill_zero();
  void copy_from(TensorImpl &source);
  void share_memory_with(TensorImpl &source);

  /// Takes a layout that the network computed: keeps memory that is large enough, and throws when it is the program's
  /// and is not. Does not ask the observer.
  void set_computed_layout(const Layout &layout, const std::string &name);

  void observe(Observer *observer) { observer_ = observer; }

private:
  void require_host(const char *what) const;
  void take_layout(const Layout &layout);
  void drop_memory();

  Layout layout_;
  ptrdiff_t strides_[Layout::MAXDIM] = {};
  std::shared_ptr<void> block_;
  size_t capacity_ = 0; // bytes of the block
  size_t offset_ = 0;   // of the first element, in bytes
  bool external_ = false;
  LiteDeviceType device_type_;
  int device_id_;
  bool pinned_;
  Observer *observer_ = nullptr;
};

/// Copies elements between a strided and a dense tensor of the same layout; `pack` says which way.
void copy_strided(const Layout &layout, const ptrdiff_t *strides, void *strided, void *dense, bool pack);

/// Lets the rest of the library at the private parts of a Tensor.
class TensorHelper {
public:
  static std::shared_ptr<Tensor> make(std::shared_ptr<Tensor::TensorImpl> impl);
  static Tensor::TensorImpl &impl(const Tensor &tensor) { return *tensor.m_tensor_impl; }
};

} // namespace lite
