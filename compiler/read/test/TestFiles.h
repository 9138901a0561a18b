//===- TestFiles.h - access to the test data --------------------------------------------------------------------===//
#pragma once

#include "compiler/read/Model.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace mgec::read {

inline std::string dataPath(const std::string &name) { return std::string(MGEC_TEST_DATA) + "/" + name; }

inline std::vector<uint8_t> fileBytes(const std::string &name) {
  std::ifstream file(dataPath(name), std::ios::binary);
  EXPECT_TRUE(file) << dataPath(name);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The message with which reading fails; a test failure if it does not.
inline std::string errorOf(std::vector<uint8_t> bytes) {
  try {
    readModel(std::move(bytes), "model.mge");
  } catch (const ReadError &error) {
    return error.what();
  }
  ADD_FAILURE() << "the model was read";
  return {};
}

inline testing::AssertionResult contains(const std::string &text, const std::string &part) {
  if (text.find(part) != std::string::npos)
    return testing::AssertionSuccess();
  return testing::AssertionFailure() << '"' << text << "\" does not contain \"" << part << '"';
}

template <typename T> const T &field(const Param &param, const char *name) {
  static const T none{};
  const Param::Value *value = param.find(name);
  if (!value || !std::holds_alternative<T>(*value)) {
    ADD_FAILURE() << param.table << " has no such field " << name << " of that type";
    return none;
  }
  return std::get<T>(*value);
}

} // namespace mgec::read
