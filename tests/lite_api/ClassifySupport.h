//===- ClassifySupport.h - what the ports of the original library's tests share ---------------------------------===//
//
// The original compares a network with MegEngine on an image; here the compiled model `classify` is compared with what
// it is defined to compute.
//
//===----------------------------------------------------------------------------------------------------------===//
#pragma once

#include "TestSupport.h"

#include "lite/network.h"

constexpr char kOutputName[] = "TRUE_DIV(EXP[12065],reduce0[12067])[12077]";
constexpr size_t kClasses = 1000;

inline std::string classifier() { return artifact("classify"); }

inline lite::Layout makeLayout(std::vector<size_t> shape, LiteDataType type = LITE_FLOAT) {
  lite::Layout layout = {};
  layout.ndim = shape.size();
  layout.data_type = type;
  std::copy(shape.begin(), shape.end(), layout.shapes);
  return layout;
}

/// An image whose pixels depend on `seed`.
inline std::shared_ptr<lite::Tensor> makeImage(size_t batch = 1, uint32_t seed = 1) {
  auto tensor = std::make_shared<lite::Tensor>(LITE_CPU, makeLayout({batch, 3, 224, 224}));
  float *data = static_cast<float *>(tensor->get_memory_ptr());
  for (size_t i = 0; i < batch * 3 * 224 * 224; ++i)
    data[i] = static_cast<float>((seed = seed * 1664525u + 1013904223u) >> 16) / 65536.0f;
  return tensor;
}

/// What the classifier computes of it.
inline std::vector<float> expectedClasses(const lite::Tensor &image) {
  const lite::Layout layout = image.get_layout();
  const size_t pixels = layout.shapes[2] * layout.shapes[3];
  const float *data = static_cast<const float *>(image.get_memory_ptr());
  std::vector<float> result;
  for (size_t n = 0; n < layout.shapes[0]; ++n) {
    double mean[3] = {};
    for (size_t c = 0; c < 3; ++c) {
      for (size_t i = 0; i < pixels; ++i)
        mean[c] += data[(n * 3 + c) * pixels + i];
      mean[c] /= static_cast<double>(pixels);
    }
    for (size_t k = 0; k < kClasses; ++k)
      result.push_back(static_cast<float>(static_cast<double>(k) + mean[k % 3]));
  }
  return result;
}

inline std::vector<float> floats(const void *memory, size_t count) {
  const float *data = static_cast<const float *>(memory);
  return std::vector<float>(data, data + count);
}
inline std::vector<float> floats(const lite::Tensor &tensor) {
  return floats(tensor.get_memory_ptr(), tensor.get_tensor_total_size_in_byte() / sizeof(float));
}

inline void borrow(lite::Tensor &input, const lite::Tensor &image) {
  input.reset(image.get_memory_ptr(), image.get_layout());
}

inline void runNetwork(lite::Network &network) {
  network.forward();
  network.wait();
}

/// For a test that needs what this machine or this build does not have.
#define SKIP_NEEDS(what) GTEST_SKIP() << "needs " what
