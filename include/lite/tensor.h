/**
 * lite/tensor.h: tensors as programs hand them to a network and take them from it.
 *
 * A `Tensor` is a small object that refers to an implementation; copies of it refer to the same one. One tensor must
 * not be used by two threads at once unless both only read. Failures are `lite::Error`.
 */
#ifndef LITE_TENSOR_H
#define LITE_TENSOR_H

#include "common_enum_c.h"
#include "macro.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace lite {

/** Shape and element type of a dense row-major tensor. `ndim` 0 means that nothing is known yet. */
struct LITE_API Layout {
    static constexpr uint32_t MAXDIM = 7;
    size_t shapes[MAXDIM]; ///< the first `ndim` count
    size_t ndim = 0;       ///< 0..MAXDIM
    LiteDataType data_type = LiteDataType::LITE_FLOAT;

    /** Bytes of one element. */
    size_t get_elem_size() const;
    /** Equal rank, element type and extents. */
    bool operator==(const Layout& other) const;
};

/**
 * A layout, a place (device) and memory.
 *
 * Memory is lazy: constructing a tensor or giving it a layout allocates nothing; the first access does, 64-byte aligned
 * and uninitialised. A tensor owns memory that it allocated, shares the ownership of memory that it got from another
 * tensor (`slice`, `share_memory_with`) or as a `shared_ptr`, and merely borrows what `reset` gave it: that must
 * outlive its use, and is never freed here.
 *
 * A network's tensors are ordinary ones; giving an input a layout moreover picks the compiled shape that the next
 * `forward` runs, and is refused at once when the model was not compiled for it.
 */
class LITE_API Tensor {
public:
    class TensorImpl;

    /** An empty CPU tensor: `copy_from` and `share_memory_with` give it a layout. */
    Tensor();
    /** An empty tensor on a kind of device. LITE_DEVICE_DEFAULT is the CPU. */
    Tensor(LiteDeviceType device_type, bool is_pinned_host = false);
    Tensor(LiteDeviceType device_type, const Layout& layout, bool is_pinned_host = false);
    Tensor(int device_id, LiteDeviceType device_type, const Layout& layout = {}, bool is_pinned_host = false);
    Tensor(int device_id, int stream_id, LiteDeviceType device_type, bool is_pinned_host = false);
    Tensor(LiteBackend backend, LiteDeviceType device_type = LiteDeviceType::LITE_CPU, int device_id = 0,
           const Layout& layout = {}, bool is_pinned_host = false);
    ~Tensor();

    LiteDeviceType get_device_type() const { return m_device_type; }
    int get_device_id() const { return m_device_id; }
    Layout get_layout() const;
    /** Host memory that a GPU can read directly; on a machine without one it is ordinary memory. */
    bool is_pinned_host() const { return m_is_pinned_host; }

    /**
     * Address of the first element, of elements that are `is_continue_memory` or a strided view. Allocates on first
     * use; valid until the tensor's memory changes (`reset`, a larger layout, `share_memory_with`). Throws "Tensor
     * layout is not valid when get memory ptr." without a layout, and for a device that is not here.
     */
    void* get_memory_ptr() const;
    /** Address of the element at `idx`, which has at most `ndim` indices, each within its dimension. */
    void* get_memory_ptr(const std::vector<size_t>& idx) const;

    /** Elements times element size; 0 without a layout. Says nothing of gaps in a strided view. */
    size_t get_tensor_total_size_in_byte() const;

    /** True when the elements lie one after another. */
    bool is_continue_memory() const;

    /**
     * Gives the tensor another layout. Memory that is large enough is kept, with its contents; otherwise the next
     * access allocates. A strided view becomes contiguous memory of its own.
     */
    void set_layout(const Layout& layout);

    /**
     * Borrows `data_length_in_byte` bytes for the present layout. Throws "Tensor layout is empty, please reset with
     * layout" without one and "the memory reset to the tensor is too small." when the bytes do not hold it.
     */
    void reset(void* prepared_data, size_t data_length_in_byte);
    /** Takes the layout and borrows memory, which must hold it. */
    void reset(void* prepared_data, const Layout& layout);
    /** The same with a share in the ownership: the memory is released when no tensor uses it any more. */
    void reset(const std::shared_ptr<void>& prepared_data, size_t data_length_in_byte);
    void reset(const std::shared_ptr<void>& prepared_data, const Layout& layout);

    /**
     * Another shape for the same elements; one extent may be -1 and is computed. The element type stays. Throws "The
     * reshape inputs invalid." when the counts differ and "The tensor to be reshape is empty." without a layout.
     */
    void reshape(const std::vector<int>& shape);

    /**
     * A view of the elements start, start + step … below end in each leading dimension; it shares the memory.
     * Dimensions that are not named are whole. An end beyond the dimension is cut to it, a start at or after the end
     * gives extent 0.
     */
    std::shared_ptr<Tensor> slice(const std::vector<size_t>& start, const std::vector<size_t>& end,
                                  const std::vector<size_t>& step = {});

    /** Writes zero bytes to every element, through strides too. */
    void fill_zero();

    /**
     * Copies the elements of `src`. A contiguous destination takes its shape, and an empty one its element type as
     * well; a strided view must have the same shape. Different element types are an error, never a conversion.
     */
    void copy_from(const Tensor& src);

    /** Refers to the memory of `src_tensor` from now on, and takes its layout. Both must live on the same side. */
    void share_memory_with(const Tensor& src_tensor);

    /** Refreshes what this object remembers of its implementation, after a copy of the object changed it. */
    void update_from_implement();

private:
    friend class TensorHelper;

    std::shared_ptr<TensorImpl> m_tensor_impl;
    bool m_is_pinned_host = false;
    int m_device_id = 0;
    LiteDeviceType m_device_type = LiteDeviceType::LITE_CPU;
};

/**
 * A value of one of a few types, remembered with its type. Reading it as another type is an error. Copies are deep;
 * strings may be given as `const char*`.
 */
class LITE_API LiteAny {
public:
    enum Type {
        STRING = 0,
        INT32 = 1,
        UINT32 = 2,
        UINT8 = 3,
        INT8 = 4,
        INT64 = 5,
        UINT64 = 6,
        BOOL = 7,
        VOID_PTR = 8,
        FLOAT = 9,
        NONE_SUPPORT = 10
    };

    class HolderBase {
    public:
        virtual ~HolderBase() = default;
        virtual std::shared_ptr<HolderBase> clone() = 0;
        /** Address of the value. */
        virtual void* address() = 0;
    };

    template <class T> class AnyHolder : public HolderBase {
    public:
        explicit AnyHolder(const T value) : m_value(value) {}
        std::shared_ptr<HolderBase> clone() override { return std::make_shared<AnyHolder>(m_value); }
        void* address() override { return &m_value; }

        T m_value;
    };

    LiteAny() = default;
    template <class T> LiteAny(T value) : m_holder(std::make_shared<AnyHolder<T>>(value)), m_type(type_of<T>()) {}
    LiteAny(const char* value) : LiteAny(std::string(value)) {}
    LiteAny(const LiteAny& any) : m_holder(any.m_holder ? any.m_holder->clone() : nullptr), m_type(any.m_type) {}
    LiteAny& operator=(const LiteAny& any) {
        m_holder = any.m_holder ? any.m_holder->clone() : nullptr;
        m_type = any.m_type;
        return *this;
    }

    /** The enumerator of T; NONE_SUPPORT for a type that has none. */
    template <class T> Type get_type() const { return type_of<T>(); }

    /** Throws a `lite::Error` that names both types. */
    void type_missmatch(size_t expect, size_t get) const;

    /** The value. Throws when it was stored as another type, or when nothing is stored. */
    template <class T> T safe_cast() const {
        if (!m_holder || type_of<T>() != m_type || m_type == NONE_SUPPORT) {
            type_missmatch(m_type, type_of<T>());
        }
        return static_cast<AnyHolder<T>*>(m_holder.get())->m_value;
    }

    /** True when `safe_cast<T>` would succeed. */
    template <class T> bool try_cast() const { return m_holder && m_type != NONE_SUPPORT && type_of<T>() == m_type; }

    /** Address of the value inside this object; null when nothing is stored. */
    void* cast_void_ptr() const { return m_holder ? m_holder->address() : nullptr; }

private:
    template <class T> static Type type_of() { return tag(static_cast<T*>(nullptr)); }
    static Type tag(std::string*) { return STRING; }
    static Type tag(int32_t*) { return INT32; }
    static Type tag(uint32_t*) { return UINT32; }
    static Type tag(uint8_t*) { return UINT8; }
    static Type tag(int8_t*) { return INT8; }
    static Type tag(int64_t*) { return INT64; }
    static Type tag(uint64_t*) { return UINT64; }
    static Type tag(bool*) { return BOOL; }
    static Type tag(void**) { return VOID_PTR; }
    static Type tag(float*) { return FLOAT; }
    static Type tag(const void*) { return NONE_SUPPORT; }

    std::shared_ptr<HolderBase> m_holder;
    Type m_type = NONE_SUPPORT;
};

/** Functions on several tensors. */
class LITE_API TensorUtils {
public:
    /**
     * A new tensor of the elements of all, joined along `dim`. All must have the same element type and, other
     * dimensions than `dim`, shape. LITE_DEVICE_DEFAULT and -1 mean the device of the first. No tensors give an empty
     * tensor.
     */
    static std::shared_ptr<Tensor> concat(const std::vector<Tensor>& tensors, int dim,
                                          LiteDeviceType dst_device = LiteDeviceType::LITE_DEVICE_DEFAULT,
                                          int dst_device_id = -1);
};

} // namespace lite

#endif
