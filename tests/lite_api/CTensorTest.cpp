//===- CTensorTest.cpp - tensors for C, through the C header alone ---------------------------------------------===//
#include "TestSupport.h"

#include "lite-c/global_c.h"

#include <cstring>
#include <memory>
#include <numeric>
#include <thread>

#define C_CHECK(call) ASSERT_EQ((call), 0) << LITE_get_last_error()

namespace {

LiteLayout layout(std::vector<size_t> shape, LiteDataType type = LITE_FLOAT) {
  LiteLayout result = default_layout;
  result.ndim = shape.size();
  result.data_type = type;
  std::copy(shape.begin(), shape.end(), result.shapes);
  return result;
}

/// A tensor that the test owns.
class Owned {
public:
  explicit Owned(std::vector<size_t> shape = {}, LiteDataType type = LITE_FLOAT) {
    LiteTensorDesc desc = default_desc;
    desc.layout = layout(std::move(shape), type);
    EXPECT_EQ(LITE_make_tensor(desc, &handle_), 0) << LITE_get_last_error();
  }
  ~Owned() { EXPECT_EQ(LITE_destroy_tensor(handle_), 0); }
  Owned(const Owned &) = delete;
  Owned &operator=(const Owned &) = delete;

  operator LiteTensor() const { return handle_; }
  float *data() const {
    void *memory = nullptr;
    EXPECT_EQ(LITE_get_tensor_memory(handle_, &memory), 0) << LITE_get_last_error();
    return static_cast<float *>(memory);
  }
  LiteLayout shape() const {
    LiteLayout result;
    EXPECT_EQ(LITE_get_tensor_layout(handle_, &result), 0);
    return result;
  }

private:
  LiteTensor handle_ = nullptr;
};

/// Checks that a call failed with a text, and forgets the failure.
void expectFailure(int result, const std::string &part) {
  EXPECT_EQ(result, -1);
  EXPECT_CONTAINS(std::string(LITE_get_last_error()), part);
  EXPECT_CONTAINS(std::string(LITE_get_last_error()), ", Error Code: 1");
  EXPECT_EQ(LITE_get_last_error_code(), LITE_INTERNAL_ERROR);
  LITE_clear_last_error();
  EXPECT_STREQ(LITE_get_last_error(), "");
  EXPECT_EQ(LITE_get_last_error_code(), OK);
}

} // namespace

TEST(TestCapiTensor, Basic) {
  LiteTensor first, second;
  LiteTensorDesc desc = default_desc;
  C_CHECK(LITE_make_tensor(desc, &first));
  int pinned = 7;
  C_CHECK(LITE_is_pinned_host(first, &pinned));
  EXPECT_EQ(pinned, 0);
  LiteDeviceType device;
  C_CHECK(LITE_get_tensor_device_type(first, &device));
  EXPECT_EQ(device, LITE_CPU);
  size_t bytes = 7;
  C_CHECK(LITE_get_tensor_total_size_in_byte(first, &bytes));
  EXPECT_EQ(bytes, 0u);

  desc.layout = layout({1, 3, 224, 224});
  desc.is_pinned_host = 1;
  desc.device_id = 3;
  C_CHECK(LITE_make_tensor(desc, &second));
  C_CHECK(LITE_is_pinned_host(second, &pinned));
  EXPECT_EQ(pinned, 1);
  C_CHECK(LITE_get_tensor_total_size_in_byte(second, &bytes));
  EXPECT_EQ(bytes, 1u * 3 * 224 * 224 * 4);
  int id = 0;
  C_CHECK(LITE_get_tensor_device_id(second, &id));
  EXPECT_EQ(id, 3);
  LiteLayout got;
  C_CHECK(LITE_get_tensor_layout(second, &got));
  EXPECT_EQ(got.ndim, 4u);
  EXPECT_EQ(got.data_type, LITE_FLOAT);
  EXPECT_TRUE(std::equal(got.shapes, got.shapes + 4, desc.layout.shapes));

  expectFailure(LITE_is_pinned_host(first, nullptr), "The is_pinned_host ptr pass to LITE c_api is null");
  C_CHECK(LITE_destroy_tensor(first));
  C_CHECK(LITE_destroy_tensor(second));
}

TEST(TestCapiTensor, SetLayoutReAlloc) {
  Owned tensor({1, 3, 224, 224});
  float *before = tensor.data();
  C_CHECK(LITE_set_tensor_layout(tensor, layout({1, 3, 100, 100}, LITE_INT8)));
  size_t bytes = 0;
  C_CHECK(LITE_get_tensor_total_size_in_byte(tensor, &bytes));
  EXPECT_EQ(bytes, 1u * 3 * 100 * 100);
  EXPECT_EQ(tensor.data(), before);
}

TEST(TestCapiTensor, Reset) {
  Owned first({3, 20}), second({3, 20});
  std::memcpy(first.data(), second.data(), 240);
  std::vector<float> a(60, 1.0f), b(120, 2.0f);
  C_CHECK(LITE_reset_tensor_memory(first, a.data(), 240));
  EXPECT_EQ(first.data(), a.data());
  C_CHECK(LITE_reset_tensor(second, layout({6, 20}), b.data()));
  EXPECT_EQ(second.data(), b.data());
  EXPECT_EQ(second.shape().shapes[0], 6u);
  expectFailure(LITE_reset_tensor_memory(first, a.data(), 239), "the memory reset to the tensor is too small.");
  expectFailure(LITE_reset_tensor_memory(first, nullptr, 240), "The prepared_data pass to LITE c_api is null");
  expectFailure(LITE_reset_tensor(first, layout({1}), nullptr), "The prepared_data pass to LITE c_api is null");
  Owned empty;
  expectFailure(LITE_reset_tensor_memory(empty, a.data(), 240), "Tensor layout is empty, please reset with layout");
}

TEST(TestCapiTensor, CrossCNCopy) {
  Owned empty, first({1, 3, 224, 224}), second({1, 3, 224, 224});
  float *one = first.data(), *two = second.data();
  one[7] = 5;
  C_CHECK(LITE_tensor_copy(second, first));
  EXPECT_EQ(two[7], 5);
  expectFailure(LITE_tensor_copy(first, empty), "when tensor copy, the src tensor layout is empty.");
  C_CHECK(LITE_tensor_copy(empty, first));
  C_CHECK(LITE_tensor_copy(second, empty));
  EXPECT_EQ(first.data(), one);
  EXPECT_EQ(second.data(), two);
  EXPECT_EQ(empty.data()[7], 5);
}

TEST(TestCapiTensor, ShareMemoryWith) {
  Owned empty, tensor({1, 3, 224, 224});
  expectFailure(LITE_tensor_share_memory_with(tensor, empty), "To be shared tensor with empty layout.");
  C_CHECK(LITE_tensor_share_memory_with(empty, tensor));
  EXPECT_EQ(empty.data(), tensor.data());
}

TEST(TestCapiTensor, Reshape) {
  Owned tensor({8, 8, 100, 100});
  float *before = tensor.data();
  const auto check = [&](std::vector<int> shape, std::vector<size_t> expected) {
    C_CHECK(LITE_tensor_reshape(tensor, shape.data(), static_cast<int>(shape.size())));
    const LiteLayout got = tensor.shape();
    EXPECT_EQ(std::vector<size_t>(got.shapes, got.shapes + got.ndim), expected);
    EXPECT_EQ(tensor.data(), before);
  };
  check({-1, 50}, {8 * 8 * 100 * 2, 50});
  check({64, 100, 100}, {64, 100, 100});
  check({16, 100, -1}, {16, 100, 400});
  const int bad[] = {7, -1};
  expectFailure(LITE_tensor_reshape(tensor, bad, 2), "The reshape inputs invalid.");
  expectFailure(LITE_tensor_reshape(tensor, bad, -1), "The reshape inputs invalid.");
  expectFailure(LITE_tensor_reshape(tensor, nullptr, 2), "The tensor pass to LITE c_api is null");
}

TEST(TestCapiTensor, Slice) {
  Owned tensor({20, 20});
  std::iota(tensor.data(), tensor.data() + 400, 0.0f);
  const auto check = [&](size_t start, size_t end, size_t step, bool given) {
    const size_t starts[] = {start, start}, ends[] = {end, end}, steps[] = {step, step};
    LiteTensor view;
    C_CHECK(LITE_tensor_slice(tensor, starts, ends, given ? steps : nullptr, 2, &view));
    int dense = 1;
    C_CHECK(LITE_is_memory_continue(view, &dense));
    EXPECT_EQ(dense, 0);
    Owned copy;
    C_CHECK(LITE_tensor_copy(copy, view));
    const float *got = copy.data();
    for (size_t i = start; i < end; i += step)
      for (size_t j = start; j < end; j += step)
        EXPECT_EQ(*got++, static_cast<float>(i * 20 + j));
    C_CHECK(LITE_destroy_tensor(view));
  };
  check(1, 8, 1, true);
  check(1, 8, 1, false);
  check(2, 10, 2, true);
  check(10, 18, 4, true);
  check(10, 18, 1, false);
  const size_t index[8] = {};
  LiteTensor view;
  expectFailure(LITE_tensor_slice(tensor, index, index, nullptr, 8, &view), "less than layout ndim.");
  expectFailure(LITE_tensor_slice(tensor, nullptr, index, nullptr, 2, &view), "The tensor pass to LITE c_api is null");
  expectFailure(LITE_tensor_slice(tensor, index, index, nullptr, 2, nullptr), "The tensor pass to LITE c_api is null");
}

TEST(TestCapiTensor, Memset) {
  Owned tensor({20, 20});
  std::memset(static_cast<void *>(tensor.data()), 1, 1600);
  C_CHECK(LITE_tensor_fill_zero(tensor));
  EXPECT_EQ(std::count(tensor.data(), tensor.data() + 400, 0.0f), 400);
  expectFailure(LITE_tensor_fill_zero(Owned()), "fill_zero can't apply on a tensor with empty layout.");
}

TEST(TestCapiTensor, GetMemoryByIndex) {
  Owned tensor({20, 20});
  void *at = nullptr;
  const size_t index[] = {3, 4};
  C_CHECK(LITE_get_tensor_memory_with_index(tensor, index, 2, &at));
  EXPECT_EQ(at, tensor.data() + 3 * 20 + 4);
  C_CHECK(LITE_get_tensor_memory_with_index(tensor, index, 1, &at));
  EXPECT_EQ(at, tensor.data() + 3 * 20);
  expectFailure(LITE_get_tensor_memory_with_index(tensor, nullptr, 1, &at), "The tensor pass to LITE c_api is null");
  expectFailure(LITE_get_tensor_memory_with_index(tensor, index, 100, &at), "at most 7 dimensions");
}

TEST(TestCapiTensor, Concat) {
  Owned first({2, 2}), second({2, 2});
  std::iota(first.data(), first.data() + 4, 0.0f);
  std::iota(second.data(), second.data() + 4, 4.0f);
  LiteTensor parts[] = {first, second}, joined;
  C_CHECK(LITE_tensor_concat(parts, 2, 1, LITE_DEVICE_DEFAULT, -1, &joined));
  void *memory;
  C_CHECK(LITE_get_tensor_memory(joined, &memory));
  const float *got = static_cast<const float *>(memory);
  EXPECT_EQ(std::vector<float>(got, got + 8), (std::vector<float>{0, 1, 4, 5, 2, 3, 6, 7}));
  C_CHECK(LITE_destroy_tensor(joined));
  expectFailure(LITE_tensor_concat(parts, 2, 5, LITE_CPU, 0, &joined), "the dim in concat is error.");
  expectFailure(LITE_tensor_concat(nullptr, 2, 0, LITE_CPU, 0, &joined), "The tensor pass to LITE c_api is null");
  parts[1] = nullptr;
  expectFailure(LITE_tensor_concat(parts, 2, 0, LITE_CPU, 0, &joined), "The tensor pass to LITE c_api is null");
}

TEST(TestCapiTensor, EveryElementType) {
  const std::pair<LiteDataType, size_t> sizes[] = {{LITE_FLOAT, 4}, {LITE_HALF, 2},   {LITE_INT, 4},
                                                   {LITE_INT16, 2}, {LITE_INT8, 1},   {LITE_UINT8, 1},
                                                   {LITE_UINT, 4},  {LITE_UINT16, 2}, {LITE_INT64, 8}};
  for (const auto &row : sizes) {
    Owned tensor({3, 5}, row.first);
    size_t bytes = 0;
    C_CHECK(LITE_get_tensor_total_size_in_byte(tensor, &bytes));
    EXPECT_EQ(bytes, 15 * row.second);
    C_CHECK(LITE_tensor_fill_zero(tensor));
  }
  LiteTensor tensor;
  LiteTensorDesc desc = default_desc;
  desc.layout = layout({1}, static_cast<LiteDataType>(15));
  expectFailure(LITE_make_tensor(desc, &tensor), "not supported data_type 15.");
  desc.layout.ndim = 8;
  expectFailure(LITE_make_tensor(desc, &tensor), "layout ndim is to large");
  Owned deep({1, 1, 1, 1, 1, 2, 3});
  EXPECT_EQ(deep.shape().ndim, 7u);
}

TEST(TestCapiTensor, ThreadLocalError) {
  LiteTensor tensor = nullptr;
  LiteTensorDesc desc = default_desc;
  desc.layout = layout({20, 20});
  void *first = nullptr, *second = nullptr;
  std::thread([&] {
    LITE_make_tensor(desc, &tensor);
    LITE_get_tensor_memory(tensor, &first);
    EXPECT_EQ(LITE_get_tensor_memory(nullptr, &first), -1);
    EXPECT_STRNE(LITE_get_last_error(), "");
  }).join();
  EXPECT_STREQ(LITE_get_last_error(), "") << "the failure of another thread is not this one's";
  EXPECT_EQ(LITE_get_last_error_code(), OK);
  std::thread([&] {
    LITE_get_tensor_memory(tensor, &second);
    LITE_destroy_tensor(tensor);
  }).join();
  EXPECT_EQ(first, second);
}

TEST(TestCapiTensor, GlobalHolder) {
  LiteTensorDesc desc = default_desc;
  desc.layout = layout({20, 20});
  LiteTensor first, second;
  C_CHECK(LITE_make_tensor(desc, &first));
  C_CHECK(LITE_make_tensor(desc, &second));
  C_CHECK(LITE_destroy_tensor(first));
  C_CHECK(LITE_destroy_tensor(first)); // gone already, which is no failure
  C_CHECK(LITE_destroy_tensor(second));
  expectFailure(LITE_destroy_tensor(nullptr), "The tensor pass to LITE c_api is null");
}

TEST(TestCapiTensor, NullHandles) {
  const LiteTensor none = nullptr;
  const Owned some({1});
  const size_t index = 0;
  const int shape = 1;
  int number;
  size_t size;
  float memory;
  void *pointer;
  LiteTensor out;
  LiteLayout got;
  LiteDeviceType device;
  const char *text = "pass to LITE c_api is null";
  expectFailure(LITE_make_tensor(default_desc, nullptr), "The tensor pass to LITE_make_tensor is null");
  expectFailure(LITE_set_tensor_layout(none, layout({1})), text);
  expectFailure(LITE_reset_tensor_memory(none, &memory, 4), text);
  expectFailure(LITE_reset_tensor(none, layout({1}), &memory), text);
  expectFailure(LITE_tensor_reshape(none, &shape, 1), text);
  expectFailure(LITE_tensor_slice(none, &index, &index, nullptr, 1, &out), text);
  expectFailure(LITE_tensor_fill_zero(none), text);
  expectFailure(LITE_tensor_copy(none, some), text);
  expectFailure(LITE_tensor_copy(some, none), text);
  expectFailure(LITE_tensor_share_memory_with(none, some), text);
  expectFailure(LITE_tensor_share_memory_with(some, none), text);
  expectFailure(LITE_get_tensor_memory(none, &pointer), text);
  expectFailure(LITE_get_tensor_memory(some, nullptr), "The data ptr pass to LITE c_api is null");
  expectFailure(LITE_get_tensor_memory_with_index(none, &index, 1, &pointer), text);
  expectFailure(LITE_get_tensor_total_size_in_byte(none, &size), text);
  expectFailure(LITE_get_tensor_total_size_in_byte(some, nullptr), "The size ptr pass to LITE c_api is null");
  expectFailure(LITE_get_tensor_layout(none, &got), text);
  expectFailure(LITE_get_tensor_layout(some, nullptr), "The layout ptr pass to LITE c_api is null");
  expectFailure(LITE_get_tensor_device_type(none, &device), text);
  expectFailure(LITE_get_tensor_device_type(some, nullptr), "The device ptr pass to LITE c_api is null");
  expectFailure(LITE_get_tensor_device_id(none, &number), text);
  expectFailure(LITE_get_tensor_device_id(some, nullptr), text);
  expectFailure(LITE_is_pinned_host(none, &number), text);
  expectFailure(LITE_is_memory_continue(none, &number), text);
  expectFailure(LITE_is_memory_continue(some, nullptr), "The is_continue ptr pass to LITE c_api is null");
  expectFailure(LITE_tensor_concat(&out, 0, 0, LITE_CPU, 0, nullptr), text);
}
