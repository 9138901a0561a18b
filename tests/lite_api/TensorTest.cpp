//===- TensorTest.cpp - lite::Tensor does what its documentation says -----------------------------------------===//
#include "TestSupport.h"

#include "lite/misc.h"
#include "lite/tensor.h"

#include <cstring>
#include <numeric>

using namespace lite;

namespace {

Layout layout(std::vector<size_t> shape, LiteDataType type = LITE_FLOAT) {
  Layout l = {};
  l.ndim = shape.size();
  l.data_type = type;
  std::copy(shape.begin(), shape.end(), l.shapes);
  return l;
}

/// A tensor that counts 0, 1, 2 …
std::shared_ptr<Tensor> counting(std::vector<size_t> shape) {
  auto tensor = std::make_shared<Tensor>(LITE_CPU, layout(shape));
  float *data = static_cast<float *>(tensor->get_memory_ptr());
  std::iota(data, data + tensor->get_tensor_total_size_in_byte() / sizeof(float), 0.0f);
  return tensor;
}

std::vector<float> values(const Tensor &tensor) {
  Tensor dense;
  dense.copy_from(tensor);
  const float *data = static_cast<const float *>(dense.get_memory_ptr());
  return std::vector<float>(data, data + dense.get_tensor_total_size_in_byte() / sizeof(float));
}

} // namespace

TEST(TestTensor, Basic) {
  Tensor host(LITE_CPU, layout({20, 20}));
  EXPECT_EQ(host.get_device_type(), LITE_CPU);
  EXPECT_EQ(host.get_device_id(), 0);
  EXPECT_FALSE(host.is_pinned_host());
  EXPECT_EQ(host.get_tensor_total_size_in_byte(), 1600u);
  EXPECT_TRUE(host.get_layout() == layout({20, 20}));
  EXPECT_TRUE(host.is_continue_memory());

  Tensor empty;
  EXPECT_EQ(empty.get_layout().ndim, 0u);
  EXPECT_EQ(empty.get_tensor_total_size_in_byte(), 0u);
  EXPECT_CONTAINS(thrown([&] { empty.get_memory_ptr(); }), "Tensor layout is not valid when get memory ptr.");

  EXPECT_EQ(Tensor(LITE_DEFAULT, LITE_CPU, 3, layout({2})).get_device_id(), 3);
  EXPECT_TRUE(Tensor(LITE_DEFAULT, LITE_CPU, 0, layout({2})).get_layout() == layout({2}));
  EXPECT_EQ(Tensor(1, 2, LITE_CPU).get_device_id(), 1);
}

TEST(TestTensor, ElementSizes) {
  const std::pair<LiteDataType, size_t> sizes[] = {{LITE_FLOAT, 4}, {LITE_HALF, 2},   {LITE_INT, 4},
                                                   {LITE_INT16, 2}, {LITE_INT8, 1},   {LITE_UINT8, 1},
                                                   {LITE_UINT, 4},  {LITE_UINT16, 2}, {LITE_INT64, 8}};
  for (const auto &row : sizes) {
    Tensor tensor(LITE_CPU, layout({3}, row.first));
    EXPECT_EQ(tensor.get_layout().get_elem_size(), row.second);
    EXPECT_EQ(tensor.get_tensor_total_size_in_byte(), 3 * row.second);
    char *first = static_cast<char *>(tensor.get_memory_ptr());
    EXPECT_EQ(static_cast<char *>(tensor.get_memory_ptr({2})), first + 2 * row.second);
  }
  EXPECT_CONTAINS(thrown([] { layout({1}, static_cast<LiteDataType>(15)).get_elem_size(); }), "not supported");
}

TEST(TestTensor, MemoryIsLazyAndAligned) {
  // Nothing is allocated before the first access: this much memory does not exist.
  Tensor huge(LITE_CPU, layout({size_t(1) << 20, size_t(1) << 20, 1024}));
  EXPECT_EQ(huge.get_tensor_total_size_in_byte(), size_t(1) << 52);
  if (!MGEC_SANITIZED) {
    EXPECT_CONTAINS(thrown([&] { huge.get_memory_ptr(); }), "cannot allocate");
  }
  EXPECT_CONTAINS(thrown([] { Tensor(LITE_CPU, layout({size_t(1) << 40, size_t(1) << 40})); }), "too large");
  Layout deep = {};
  deep.ndim = 8;
  EXPECT_CONTAINS(thrown([&] { Tensor(LITE_CPU, deep); }), "at most 7 dimensions");

  Tensor small(LITE_CPU, layout({1}, LITE_INT8));
  EXPECT_EQ(reinterpret_cast<uintptr_t>(small.get_memory_ptr()) % 64, 0u);
}

TEST(TestTensor, SetLayoutReAlloc) {
  Tensor tensor(LITE_CPU, layout({20, 20}));
  void *before = tensor.get_memory_ptr();
  tensor.set_layout(layout({20, 20}, LITE_INT8));
  EXPECT_EQ(tensor.get_memory_ptr(), before);
  EXPECT_EQ(tensor.get_tensor_total_size_in_byte(), 400u);
  tensor.set_layout(layout({5, 5}));
  EXPECT_EQ(tensor.get_memory_ptr(), before);
  tensor.set_layout(layout({400, 400}));
  EXPECT_EQ(tensor.get_tensor_total_size_in_byte(), 640000u);
  std::memset(tensor.get_memory_ptr(), 1, 640000);
}

TEST(TestTensor, Reset) {
  Tensor empty;
  std::vector<float> memory(24);
  EXPECT_CONTAINS(thrown([&] { empty.reset(memory.data(), 96); }), "Tensor layout is empty, please reset with layout");

  Tensor tensor(LITE_CPU, layout({2, 3, 4}));
  EXPECT_CONTAINS(thrown([&] { tensor.reset(memory.data(), 95); }), "the memory reset to the tensor is too small.");
  tensor.reset(memory.data(), 96);
  EXPECT_EQ(tensor.get_memory_ptr(), memory.data());
  EXPECT_EQ(tensor.get_memory_ptr({1, 2, 3}), &memory[23]);
  tensor.reset(memory.data(), layout({4, 2}));
  EXPECT_TRUE(tensor.get_layout() == layout({4, 2}));
  tensor.fill_zero();
  memory[3] = 5;
  EXPECT_EQ(values(tensor)[3], 5);
  EXPECT_CONTAINS(thrown([&] { tensor.reset(static_cast<void *>(nullptr), 96); }), "no memory");
}

TEST(TestTensor, ResetOwned) {
  bool released = false;
  {
    std::shared_ptr<void> memory(new float[6], [&](void *p) {
      released = true;
      delete[] static_cast<float *>(p);
    });
    Tensor tensor(LITE_CPU, layout({6}));
    EXPECT_CONTAINS(thrown([&] { tensor.reset(memory, 23); }), "too small");
    tensor.reset(memory, 24);
    EXPECT_EQ(tensor.get_memory_ptr(), memory.get());
    tensor.reset(memory, layout({2, 3}));
    auto view = tensor.slice({1}, {2});
    memory.reset();
    EXPECT_FALSE(released);
    tensor.reset(view->get_memory_ptr(), layout({3}));
    EXPECT_FALSE(released) << "the view has a share";
  }
  EXPECT_TRUE(released);
}

TEST(TestTensor, Reshape) {
  Tensor tensor(LITE_CPU, layout({20, 20}));
  void *before = tensor.get_memory_ptr();
  tensor.reshape({-1, 40, 2});
  EXPECT_TRUE(tensor.get_layout() == layout({5, 40, 2}));
  tensor.reshape({400});
  EXPECT_EQ(tensor.get_memory_ptr(), before);
  for (const std::vector<int> &bad : std::vector<std::vector<int>>{{-1, -1}, {3, -1}, {399}, {-2, 200}, {}, {0, -1}})
    EXPECT_CONTAINS(thrown([&] { tensor.reshape(bad); }), "The reshape inputs invalid.");
  EXPECT_CONTAINS(thrown([] { Tensor().reshape({1}); }), "The tensor to be reshape is empty.");
  auto strided = counting({4, 4})->slice({0, 0}, {4, 2});
  EXPECT_CONTAINS(thrown([&] { strided->reshape({8}); }), "not continuous");
}

TEST(TestTensor, Slice) {
  auto tensor = counting({3, 3});
  EXPECT_EQ(values(*tensor->slice({0, 0}, {2, 2}, {1, 2})), (std::vector<float>{0, 3}));
  EXPECT_EQ(values(*tensor->slice({0, 0}, {3, 3}, {2, 2})), (std::vector<float>{0, 2, 6, 8}));
  EXPECT_EQ(values(*tensor->slice({1}, {3})), (std::vector<float>{3, 4, 5, 6, 7, 8}));
  EXPECT_TRUE(tensor->slice({1}, {3})->is_continue_memory());
  EXPECT_TRUE(tensor->slice({1, 0}, {2, 2})->is_continue_memory());
  EXPECT_FALSE(tensor->slice({0, 1}, {3, 3})->is_continue_memory());
  EXPECT_EQ(tensor->slice({0, 1}, {3, 3})->get_memory_ptr({1, 1}), tensor->get_memory_ptr({1, 2}));
  // An end beyond the dimension is cut, a start behind the end leaves nothing.
  EXPECT_EQ(values(*tensor->slice({2, 1}, {9, 9})), (std::vector<float>{7, 8}));
  EXPECT_EQ(tensor->slice({2}, {1})->get_layout().shapes[0], 0u);
  EXPECT_EQ(tensor->slice({2}, {1})->get_tensor_total_size_in_byte(), 0u);
  EXPECT_EQ(values(*tensor->slice({0}, {3}, {~size_t(0)})), (std::vector<float>{0, 1, 2}));
  EXPECT_CONTAINS(thrown([&] {
                    tensor->slice({0, 0}, {1});
                  }),
                  "The start and end must be the same size and less than layout ndim.");
  EXPECT_CONTAINS(thrown([&] { tensor->slice({0, 0, 0}, {1, 1, 1}); }), "less than layout ndim");
  EXPECT_CONTAINS(thrown([&] { tensor->slice({0}, {1}, {1, 1}); }), "The start and step must be the same size.");
  EXPECT_CONTAINS(thrown([&] { tensor->slice({0}, {1}, {0}); }), "step");
  EXPECT_CONTAINS(thrown([&] { tensor->get_memory_ptr({3}); }), "outside");
  EXPECT_CONTAINS(thrown([&] { tensor->get_memory_ptr({0, 0, 0}); }), "3 indices");
}

TEST(TestTensor, SliceOfSlice) {
  auto view = counting({4, 6})->slice({1, 1}, {4, 6}, {2, 2}); // rows 1, 3; columns 1, 3, 5
  EXPECT_EQ(values(*view), (std::vector<float>{7, 9, 11, 19, 21, 23}));
  EXPECT_EQ(values(*view->slice({1, 1}, {2, 3})), (std::vector<float>{21, 23}));
  EXPECT_EQ(values(*view->slice({0, 0}, {2, 3}, {1, 2})), (std::vector<float>{7, 11, 19, 23}));
}

TEST(TestTensor, SliceCopy) {
  auto tensor = counting({4, 4});
  auto view = tensor->slice({1, 1}, {3, 3});
  auto source = counting({2, 2});
  view->copy_from(*source);
  EXPECT_EQ(values(*tensor), (std::vector<float>{0, 1, 2, 3, 4, 0, 1, 7, 8, 2, 3, 11, 12, 13, 14, 15}));
  EXPECT_CONTAINS(thrown([&] { view->copy_from(*counting({2, 3})); }), "cannot take the shape");
  // From one view to another, element by element.
  tensor->slice({0, 0}, {4, 4}, {2, 2})->copy_from(*view);
  EXPECT_EQ(values(*tensor->slice({0, 0}, {4, 4}, {2, 2})), (std::vector<float>{0, 1, 2, 3}));
}

TEST(TestTensor, GrowingASliceLeavesItsNeighbours) {
  auto tensor = counting({4, 4});
  auto view = tensor->slice({0}, {2});
  view->set_layout(layout({4, 4}));
  view->fill_zero();
  EXPECT_EQ(values(*tensor)[5], 5);
}

TEST(TestTensor, Copy) {
  auto source = counting({2, 3});
  Tensor empty;
  empty.copy_from(*source);
  EXPECT_EQ(values(empty), values(*source));
  EXPECT_NE(empty.get_memory_ptr(), source->get_memory_ptr());

  Tensor other(LITE_CPU, layout({5, 5}));
  other.copy_from(*source);
  EXPECT_TRUE(other.get_layout() == layout({2, 3}));
  EXPECT_CONTAINS(thrown([&] { other.copy_from(Tensor(LITE_CPU, layout({2, 3}, LITE_INT))); }), "element type");
  EXPECT_CONTAINS(thrown([&] { other.copy_from(Tensor()); }), "when tensor copy, the src tensor layout is empty.");
  EXPECT_TRUE(values(*source->slice({0, 1}, {2, 3})) == (std::vector<float>{1, 2, 4, 5}));
}

TEST(TestTensor, Memset) {
  auto tensor = counting({3, 3});
  tensor->slice({0, 1}, {3, 2})->fill_zero();
  EXPECT_EQ(values(*tensor), (std::vector<float>{0, 0, 2, 3, 0, 5, 6, 0, 8}));
  tensor->fill_zero();
  EXPECT_EQ(values(*tensor), std::vector<float>(9, 0.0f));
  EXPECT_CONTAINS(thrown([] { Tensor().fill_zero(); }), "fill_zero can't apply on a tensor with empty layout.");
}

TEST(TestTensor, ShareMemory) {
  auto source = counting({2, 2});
  Tensor tensor(LITE_CPU, layout({7}));
  tensor.share_memory_with(*source);
  EXPECT_EQ(tensor.get_memory_ptr(), source->get_memory_ptr());
  EXPECT_TRUE(tensor.get_layout() == source->get_layout());
  source.reset();
  EXPECT_EQ(values(tensor)[3], 3);
  auto view = tensor.slice({0, 1}, {2, 2});
  Tensor second;
  second.share_memory_with(*view);
  EXPECT_FALSE(second.is_continue_memory());
  EXPECT_EQ(values(second), (std::vector<float>{1, 3}));
  EXPECT_CONTAINS(thrown([&] { tensor.share_memory_with(Tensor()); }), "To be shared tensor with empty layout.");
  EXPECT_CONTAINS(thrown([&] { Tensor(LITE_CUDA).share_memory_with(tensor); }),
                  "share memory must happen in same device");
  EXPECT_CONTAINS(thrown([&] { Tensor(LITE_CUDA, layout({1})).get_memory_ptr(); }), "LITE_CPU");
}

TEST(TestTensor, CopiesReferToOneTensor) {
  auto tensor = counting({2, 2});
  Tensor copy = *tensor;
  copy.set_layout(layout({4}));
  EXPECT_TRUE(tensor->get_layout() == layout({4}));
  EXPECT_EQ(copy.get_memory_ptr(), tensor->get_memory_ptr());
  copy.update_from_implement();
  EXPECT_EQ(copy.get_device_type(), LITE_CPU);
}

TEST(TestTensor, Concat) {
  std::vector<Tensor> parts = {*counting({2, 2}), *counting({2, 2})};
  EXPECT_EQ(values(*TensorUtils::concat(parts, 0)), (std::vector<float>{0, 1, 2, 3, 0, 1, 2, 3}));
  EXPECT_EQ(values(*TensorUtils::concat(parts, 1)), (std::vector<float>{0, 1, 0, 1, 2, 3, 2, 3}));
  parts.push_back(*counting({2, 3})->slice({0, 1}, {2, 3}));
  EXPECT_EQ(values(*TensorUtils::concat(parts, 1)), (std::vector<float>{0, 1, 0, 1, 1, 2, 2, 3, 2, 3, 4, 5}));
  EXPECT_EQ(TensorUtils::concat({}, 0)->get_layout().ndim, 0u);
  EXPECT_EQ(TensorUtils::concat(parts, 0, LITE_CPU, 3)->get_device_id(), 3);
  EXPECT_CONTAINS(thrown([&] { TensorUtils::concat(parts, 2); }), "the dim in concat is error.");
  EXPECT_CONTAINS(thrown([&] { TensorUtils::concat(parts, -1); }), "the dim in concat is error.");
  EXPECT_CONTAINS(thrown([&] {
                    TensorUtils::concat({parts[0], *counting({2})}, 0);
                  }),
                  "the dim size of tensors is not same!");
  EXPECT_CONTAINS(thrown([&] {
                    TensorUtils::concat({parts[0], *counting({2, 3})}, 0);
                  }),
                  "the shape of tensors is not same!");
  EXPECT_CONTAINS(thrown([&] {
                    TensorUtils::concat({parts[0], Tensor(LITE_CPU, layout({2, 2}, LITE_INT))}, 0);
                  }),
                  "the dtype of tensors is not same!");
}

TEST(TestMisc, LiteAny) {
  const LiteAny number(5), text("hello"), flag(true), real(2.5f);
  EXPECT_EQ(number.safe_cast<int>(), 5);
  EXPECT_EQ(text.safe_cast<std::string>(), "hello");
  EXPECT_TRUE(flag.safe_cast<bool>());
  EXPECT_TRUE(real.try_cast<float>());
  EXPECT_FALSE(real.try_cast<double>());
  EXPECT_CONTAINS(thrown([&] { number.safe_cast<float>(); }),
                  "The type store in LiteAny is not match the visit type, type of storage is INT32, type of visit is "
                  "FLOAT.");
  LiteAny copy = text, none;
  copy = number;
  EXPECT_EQ(*static_cast<int *>(copy.cast_void_ptr()), 5);
  EXPECT_FALSE(none.try_cast<int>());
  EXPECT_EQ(none.cast_void_ptr(), nullptr);
  copy = none;
  EXPECT_CONTAINS(thrown([&] { copy.safe_cast<int>(); }), "NONE_SUPPORT");
}
