//===- NpyTest.cpp - numpy's format, sound and damaged ------------------------------------------------------------===//
#include "../Npy.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>
#include <numeric>

using namespace mgec::support;

namespace {

std::vector<uint8_t> npy(const std::string &header, const std::vector<uint8_t> &data, int version = 1) {
  const std::string magic("\x93NUMPY", 6);
  std::vector<uint8_t> out(magic.begin(), magic.end());
  out.push_back(static_cast<uint8_t>(version));
  out.push_back(0);
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i)
    out.push_back(static_cast<uint8_t>(header.size() >> 8 * i));
  out.insert(out.end(), header.begin(), header.end());
  out.insert(out.end(), data.begin(), data.end());
  return out;
}

std::string refusal(const std::vector<uint8_t> &bytes) {
  try {
    readNpy(bytes, "in.npy");
  } catch (const NpyError &e) {
    EXPECT_EQ(std::string(e.what()).find("in.npy: "), 0u) << "names the file";
    return e.what();
  }
  return "";
}

std::vector<uint8_t> counting(size_t n) {
  std::vector<uint8_t> data(n);
  std::iota(data.begin(), data.end(), 0);
  return data;
}

const std::string kHeader = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }            \n";

} // namespace

TEST(Npy, ReadsWhatNumpyWrites) {
  for (int version : {1, 2, 3}) {
    const NpyArray a = readNpy(npy(kHeader, counting(24), version), "in.npy");
    EXPECT_EQ(a.type, (NpyType{'f', 4}));
    EXPECT_EQ(a.shape, (std::vector<int64_t>{2, 3}));
    EXPECT_EQ(a.elements, 6u);
    EXPECT_EQ(a.data, counting(24));
  }
  // Spellings that other writers use.
  const char *others[] = {"{\"descr\":\"<i2\",\"fortran_order\":False,\"shape\":(12,)}",
                          "{'shape': (12L,), 'fortran_order': True, 'descr': '<i2'}",
                          "{'descr': '=i2', 'fortran_order': False, 'shape': ( 3,4 ) , }\n"};
  for (const char *header : others)
    EXPECT_EQ(readNpy(npy(header, counting(24)), "in.npy").data, counting(24)) << header;
  EXPECT_TRUE(readNpy(npy("{'descr': '|b1', 'fortran_order': False, 'shape': (), }", {1}), "in.npy").shape.empty());
  EXPECT_EQ(readNpy(npy("{'descr': '|u1', 'fortran_order': False, 'shape': (0, 5), }", {}), "in.npy").elements, 0u);
}

TEST(Npy, ForeignOrders) {
  const NpyArray swapped =
      readNpy(npy("{'descr': '>u4', 'fortran_order': False, 'shape': (2,), }", {0, 0, 1, 2, 0, 0, 0, 3}), "in.npy");
  uint32_t values[2];
  std::memcpy(values, swapped.data.data(), 8);
  EXPECT_EQ(values[0], 258u);
  EXPECT_EQ(values[1], 3u);
  // Column-major (2, 3): element (i, j) is i + 2 j.
  const NpyArray two =
      readNpy(npy("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 3), }", counting(6)), "in.npy");
  EXPECT_EQ(two.data, (std::vector<uint8_t>{0, 2, 4, 1, 3, 5}));
  const NpyArray three =
      readNpy(npy("{'descr': '|u1', 'fortran_order': True, 'shape': (2, 2, 3), }", counting(12)), "in.npy");
  EXPECT_EQ(three.data, (std::vector<uint8_t>{0, 4, 8, 2, 6, 10, 1, 5, 9, 3, 7, 11}));
}

TEST(Npy, DamagedFiles) {
  const std::vector<uint8_t> sound = npy(kHeader, counting(24));
  for (size_t size = 0; size < sound.size(); ++size)
    EXPECT_NE(refusal({sound.begin(), sound.begin() + static_cast<ptrdiff_t>(size)}), "") << size;
  EXPECT_NE(refusal({}).find("is empty"), std::string::npos);
  EXPECT_NE(refusal({'h', 'e', 'l', 'l', 'o', ' ', 'w', 'o', 'r', 'l', 'd', '!'}).find("not a .npy"),
            std::string::npos);
  std::vector<uint8_t> version = sound;
  version[6] = 9;
  EXPECT_NE(refusal(version).find("version 9"), std::string::npos);

  const char *bad[] = {"",
                       "{",
                       "{}",
                       "nonsense",
                       "{'descr': '<f4', 'fortran_order': False}",
                       "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (2, 3)}",
                       "{'descr': '<f4', 'fortran_order': False, 'shape': 6}",
                       "{'descr': '<f4', 'fortran_order': False, 'shape': (2, -3)}",
                       "{'descr': '<f4', 'fortran_order': False, 'shape': (2",
                       "{'descr': '<f4, 'fortran_order': False, 'shape': (2, 3)}",
                       "{'descr': <f4",
                       "{'descr'",
                       "{'descr':",
                       "{'descr': '<f4', 'fortran_order': False, 'shape': (2 3)}",
                       "{'descr': '<f4', 'fortran_order': False, 'shape': (,)}",
                       "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}",
                       "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296, 4294967296)}",
                       "{'descr': '<f8', 'fortran_order': False, 'shape': (2305843009213693952,)}",
                       "{'descr': '<c8', 'fortran_order': False, 'shape': (1,)}",
                       "{'descr': '|O', 'fortran_order': False, 'shape': (1,)}",
                       "{'descr': '<U5', 'fortran_order': False, 'shape': (1,)}",
                       "{'descr': '<f3', 'fortran_order': False, 'shape': (1,)}",
                       "{'descr': '<i16', 'fortran_order': False, 'shape': (1,)}",
                       "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)}",
                       "{'descr': '<f', 'fortran_order': False, 'shape': (1,)}"};
  for (const char *header : bad)
    EXPECT_NE(refusal(npy(header, counting(24))), "") << header;
}

TEST(Npy, WritesAndReadsBack) {
  const std::string path = testing::TempDir() + "mgec-npy-test.npy";
  const NpyType types[] = {{'b', 1}, {'i', 1}, {'u', 1}, {'i', 2}, {'u', 2}, {'i', 4},
                           {'u', 4}, {'i', 8}, {'f', 2}, {'f', 4}, {'f', 8}};
  for (const NpyType &type : types)
    for (const std::vector<int64_t> &shape : {std::vector<int64_t>{}, {1}, {7}, {2, 3}, {0}, {1, 2, 3, 1, 2, 1, 1}}) {
      const auto elements = std::accumulate(shape.begin(), shape.end(), int64_t(1), std::multiplies<>());
      const std::vector<uint8_t> data = counting(static_cast<size_t>(elements) * type.size);
      writeNpy(path, type, shape, data);
      const NpyArray back = readNpy(path);
      EXPECT_EQ(back.type, type);
      EXPECT_EQ(back.shape, shape);
      EXPECT_EQ(back.data, data);
      const NpyHeader header = readNpyHeader(path);
      EXPECT_EQ(header.type, type);
      EXPECT_EQ(header.elements, static_cast<uint64_t>(elements));
    }
  std::ifstream in(path, std::ios::binary);
  const std::string file((std::istreambuf_iterator<char>(in)), {});
  EXPECT_EQ((file.size() - 12 * 8) % 64, 0u) << "elements are aligned";
  std::remove(path.c_str());
  EXPECT_EQ((NpyType{'b', 1}.descr()), "|b1");
  EXPECT_EQ((NpyType{'f', 2}.descr()), "<f2");
  EXPECT_EQ((NpyType{'u', 2}.name()), "uint16");

  EXPECT_THROW(writeNpy("/does/not/exist.npy", {}, std::vector<int64_t>{1}, counting(4)), NpyError);
  EXPECT_THROW(readNpy("/does/not/exist.npy"), NpyError);
  EXPECT_THROW(readNpyHeader(testing::TempDir()), NpyError);
}
