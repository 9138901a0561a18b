//===- TensorPortTest.cpp - the original library's tests of tensors that TensorTest.cpp does not have ------------===//
#include "ClassifySupport.h"

#include <cstring>
#include <numeric>

using namespace lite;

TEST(TestTensor, SharedTensorMemory) {
  // Two tensors on one memory: each sees what the other writes, and the memory lives until both are gone.
  auto first = std::make_shared<Tensor>(LITE_CPU, makeLayout({20, 20}));
  Tensor second;
  second.share_memory_with(*first);
  float *memory = static_cast<float *>(first->get_memory_ptr());
  EXPECT_EQ(second.get_memory_ptr(), memory);
  std::iota(memory, memory + 400, 0.0f);
  first.reset();
  EXPECT_EQ(floats(second)[399], 399.0f);
  EXPECT_EQ(second.get_device_type(), LITE_CPU);
}

TEST(TestTensor, GetPtrOffset) {
  Tensor tensor(LITE_CPU, makeLayout({20, 20}));
  float *memory = static_cast<float *>(tensor.get_memory_ptr());
  EXPECT_EQ(tensor.get_memory_ptr({2}), memory + 40);
  EXPECT_EQ(tensor.get_memory_ptr({2, 2}), memory + 42);
  tensor.reshape({5, 4, 20});
  EXPECT_EQ(tensor.get_memory_ptr({3, 2, 1}), memory + 281);
  EXPECT_TRUE(tensor.is_continue_memory());
  const auto view = tensor.slice({0, 0, 0}, {3, 2, 10});
  EXPECT_EQ(view->get_memory_ptr({2, 1, 3}), memory + 2 * 80 + 20 + 3);
  EXPECT_FALSE(view->is_continue_memory());
}

TEST(TestTensor, CrossCNCopy) {
  Tensor empty, first(LITE_CPU, makeLayout({1, 3, 224, 224})), second(LITE_CPU, makeLayout({1, 3, 224, 224}));
  void *one = first.get_memory_ptr(), *two = second.get_memory_ptr();
  first.fill_zero();
  second.copy_from(first);
  first.copy_from(second);
  EXPECT_THROW(second.copy_from(empty), std::exception);
  empty.copy_from(first);
  second.copy_from(empty);
  EXPECT_EQ(first.get_memory_ptr(), one);
  EXPECT_EQ(second.get_memory_ptr(), two);
  EXPECT_TRUE(empty.get_layout() == first.get_layout());
}

TEST(TestTensor, PinnedHostMem) {
  // Pinned memory is ordinary memory where there is no GPU.
  Tensor tensor(LITE_CPU, makeLayout({20, 20}), true);
  EXPECT_TRUE(tensor.is_pinned_host());
  EXPECT_EQ(tensor.get_device_type(), LITE_CPU);
  tensor.fill_zero();
  EXPECT_EQ(floats(tensor), std::vector<float>(400, 0.0f));
}

TEST(TestTensor, BasicDevice) { SKIP_NEEDS("a CUDA device"); }
TEST(TestTensor, SetLayoutReAllocDevice) { SKIP_NEEDS("a CUDA device"); }
TEST(TestTensor, CrossCNCopyDevice) { SKIP_NEEDS("a CUDA device"); }
TEST(TestTensor, DeviceId) { SKIP_NEEDS("a CUDA device"); }
TEST(TestTensor, SliceDevice) { SKIP_NEEDS("a CUDA device"); }
TEST(TestTensor, MemSetDevice) { SKIP_NEEDS("a CUDA device"); }
TEST(TestTensor, DeviceSliceCopy) { SKIP_NEEDS("a CUDA device"); }
TEST(TestTensor, ConcatDevice) { SKIP_NEEDS("a CUDA device"); }

TEST(TestMisc, SharedSameDeviceTensor) {
  // The original looks at constants shared between two loads of a file. Here weights are one constant of the library:
  // two networks of one model read the same.
  auto first = std::make_shared<Network>(), second = std::make_shared<Network>();
  first->load_model(classifier());
  second->load_model(classifier());
  const auto image = makeImage();
  for (const auto &network : {first, second}) {
    borrow(*network->get_input_tensor(0), *image);
    runNetwork(*network);
    EXPECT_EQ(floats(*network->get_output_tensor(0)), expectedClasses(*image));
  }
}
