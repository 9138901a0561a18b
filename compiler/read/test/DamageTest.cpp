//===- DamageTest.cpp - files that are not what they should be --------------------------------------------------===//
//
// Truncated, flipped and foreign files: each gives one sentence that names the file, and never anything worse.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/read/test/TestFiles.h"

#include <nlohmann/json.hpp>

#include <filesystem>

using namespace mgec::read;

namespace {

std::string fileError(const std::string &path) {
  try {
    readModelFile(path);
  } catch (const ReadError &error) {
    return error.what();
  }
  ADD_FAILURE() << path << " was read";
  return {};
}

std::vector<uint8_t> bytesOf(std::string_view text) { return {text.begin(), text.end()}; }

TEST(Damage, WhatIsNoModelFile) {
  EXPECT_EQ(fileError("no/such.mge"), "no/such.mge: there is no such file.");
  EXPECT_TRUE(contains(fileError(MGEC_TEST_DATA), "this is a directory"));
  EXPECT_TRUE(contains(fileError("/dev/null"), "not a regular file"));
  EXPECT_TRUE(contains(errorOf({}), "model.mge: the file is empty."));
}

TEST(Damage, ForeignFiles) {
  using namespace std::string_view_literals;
  EXPECT_TRUE(contains(errorOf(bytesOf("\x80\x04\x95\x10\0\0\0\0\0\0\0}"sv)), "Python pickle"));
  EXPECT_TRUE(contains(errorOf(bytesOf("packed_model\x10\0\0\0"sv)), "packed Lite model"));
  EXPECT_TRUE(contains(errorOf(bytesOf("\x10\0\0\0\x08\0\0\0mge2\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"sv)), "pre-release"));
  EXPECT_TRUE(contains(errorOf(bytesOf("\x7f"
                                       "ELF\2\1\1\0\0\0\0\0\0\0\0\0\3\0\0\0"sv)),
                       "compiled program"));
  EXPECT_TRUE(contains(errorOf(bytesOf("PK\3\4............................."sv)), "ZIP"));
  EXPECT_TRUE(contains(errorOf(bytesOf("import megengine as mge\n"sv)), "text file"));
  EXPECT_TRUE(contains(errorOf(std::vector<uint8_t>(100, 0xa5)), "encrypted"));
  EXPECT_TRUE(contains(errorOf(std::vector<uint8_t>(5, 0xa5)), "too short to hold a model: 5 bytes"));
}

// The set of damaged twins, each with what is expected of it.
TEST(Damage, Variants) {
  size_t count = 0;
  for (const auto &entry : std::filesystem::directory_iterator(dataPath("variants"))) {
    std::string name = entry.path().filename();
    nlohmann::json meta = nlohmann::json::parse(std::ifstream(entry.path() / "meta.json"));
    std::string expected = meta.value("expect", "ok");
    std::string path = (entry.path() / "model.mge").string();
    // What is wrong with these is the key or cipher that is asked for.
    if (name == "err_unknown_cipher")
      expected = "ok";
    // These are for who has the ciphers.
    if (name.starts_with("bare_") || name.starts_with("pack_"))
      expected = "error";
    std::string message;
    try {
      readModelFile(path);
    } catch (const ReadError &error) {
      message = error.what();
    }
    if (expected == "ok") {
      EXPECT_EQ(message, "") << name;
    } else if (expected == "error") {
      EXPECT_TRUE(contains(message, path + ": ")) << name;
    }
    EXPECT_EQ(message.find('\n'), std::string::npos);
    ++count;
  }
  EXPECT_EQ(count, 43u);
}

TEST(Damage, EveryTruncation) {
  for (const char *name :
       {"read/v1.mge", "read/v1_bundle.mge", "read/v1_testcase.mge", "read/v2_bundle.mge", "read/v2_testcase.mge"}) {
    std::vector<uint8_t> bytes = fileBytes(name);
    for (size_t size = 0; size < bytes.size(); ++size)
      EXPECT_TRUE(contains(errorOf({bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size)}), "model.mge: "))
          << name << " cut to " << size;
  }
}

// Flipped bits may well go unnoticed in values and names. What matters here is that nothing worse than ReadError comes.
TEST(Damage, EveryFlippedBit) {
  for (const char *name :
       {"read/v1_bundle.mge", "read/v1_testcase.mge", "read/v2_bundle.mge", "read/v2_testcase.mge"}) {
    const std::vector<uint8_t> bytes = fileBytes(name);
    size_t refused = 0;
    for (size_t bit = 0; bit != bytes.size() * 8; ++bit) {
      std::vector<uint8_t> flipped = bytes;
      flipped[bit / 8] ^= static_cast<uint8_t>(1u << (bit % 8));
      try {
        readModel(std::move(flipped), name);
      } catch (const ReadError &) {
        ++refused;
      }
    }
    EXPECT_GT(refused, bytes.size() / 4) << name;
  }
}

// Every 32-bit word replaced by numbers that like to overflow.
TEST(Damage, EveryWordExtreme) {
  for (const char *name :
       {"read/v1_bundle.mge", "read/v1_testcase.mge", "read/v2_bundle.mge", "read/v2_testcase.mge"}) {
    const std::vector<uint8_t> bytes = fileBytes(name);
    for (uint32_t word : {0u, 1u, 0x7fffffffu, 0x80000000u, 0xfffffff8u, 0xffffffffu})
      for (size_t at = 0; at + 4 <= bytes.size(); at += 4) {
        std::vector<uint8_t> changed = bytes;
        for (unsigned i = 0; i != 4; ++i)
          changed[at + i] = static_cast<uint8_t>(word >> (8 * i));
        try {
          readModel(std::move(changed), name);
        } catch (const ReadError &) {
        }
      }
  }
}

} // namespace
