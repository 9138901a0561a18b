//===- TestSupport.h - what the tests of the Lite API share ---------------------------------------------------===//
#pragma once

#include "fake/FakeModel.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <exception>
#include <fstream>
#include <string>
#include <vector>

#include <unistd.h>

/// True under a sanitizer that brings an allocator of its own, which ends the program where the C library says no.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define MGEC_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer) || __has_feature(memory_sanitizer)
#define MGEC_SANITIZED 1
#endif
#endif
#ifndef MGEC_SANITIZED
#define MGEC_SANITIZED 0
#endif

/// A compiled model of the folder `fake`.
inline std::string artifact(const std::string &name) {
  return std::string(MGEC_TEST_ARTIFACTS) + "/fake_" + name + ".so";
}

/// A folder of its own for a test, removed at its end.
class TemporaryFolder {
public:
  TemporaryFolder() {
    std::string pattern = testing::TempDir() + "mgec-test-XXXXXX";
    path_ = mkdtemp(&pattern[0]) ? pattern : "";
  }
  ~TemporaryFolder() { [[maybe_unused]] const int status = std::system(("rm -rf '" + path_ + "'").c_str()); }

  const std::string &path() const { return path_; }
  std::string write(const std::string &name, const std::vector<uint8_t> &bytes) const {
    const std::string file = path_ + "/" + name;
    std::ofstream(file, std::ios::binary).write(reinterpret_cast<const char *>(bytes.data()), bytes.size());
    return file;
  }
  void copy(const std::string &from, const std::string &name) const {
    std::ofstream(path_ + "/" + name, std::ios::binary) << std::ifstream(from, std::ios::binary).rdbuf();
  }

private:
  std::string path_;
};

/// Sets an environment variable for a scope.
class ScopedEnvironment {
public:
  ScopedEnvironment(const char *name, const std::string &value) : name_(name) { setenv(name, value.c_str(), 1); }
  ~ScopedEnvironment() { unsetenv(name_); }

private:
  const char *name_;
};

/// Goes to a folder for a scope.
class WorkingDirectory {
public:
  explicit WorkingDirectory(const std::string &folder) : before_(getcwd(nullptr, 0)) {
    EXPECT_EQ(chdir(folder.c_str()), 0);
  }
  ~WorkingDirectory() {
    EXPECT_EQ(chdir(before_), 0);
    std::free(before_);
  }
  WorkingDirectory(const WorkingDirectory &) = delete;
  WorkingDirectory &operator=(const WorkingDirectory &) = delete;

private:
  char *before_;
};

/// The text of what `action` throws; "" when it throws nothing.
template <typename Action> std::string thrown(Action action) {
  try {
    action();
  } catch (const std::exception &e) {
    return e.what();
  }
  return "";
}

inline bool contains(const std::string &text, const std::string &part) { return text.find(part) != std::string::npos; }

#define EXPECT_CONTAINS(text, part) EXPECT_PRED2(contains, text, part)
