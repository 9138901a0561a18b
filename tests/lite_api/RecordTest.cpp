//===- RecordTest.cpp - dumps, profiles and memory information --------------------------------------------------===//
//
// What breaks here breaks MegEngine's own readers of these files. The model `affine` has numbers that can be done by
// hand: y = 2 x + 0.5, and the sums of its rows.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "ClassifySupport.h"
#include "lite/network.h"
#include "runtime/tools/Json.h"
#include "runtime/tools/Value.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>

#include <dirent.h>
#include <sys/stat.h>

using namespace lite;
using json = nlohmann::json;

namespace {

std::string contentOf(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> namesIn(const std::string &folder) {
  std::vector<std::string> names;
  DIR *open = opendir(folder.c_str());
  while (const dirent *item = open ? readdir(open) : nullptr)
    if (item->d_name[0] != '.')
      names.push_back(item->d_name);
  closedir(open);
  std::sort(names.begin(), names.end());
  return names;
}

/// Two rows, 1 2 3 4 and 5 6 7 8.
void feed(Network &network, size_t rows = 2) {
  Tensor &x = *network.get_io_tensor("x");
  x.set_layout(makeLayout({rows, 4}));
  for (size_t i = 0; i < rows * 4; ++i)
    static_cast<float *>(x.get_memory_ptr())[i] = static_cast<float>(i + 1);
}

const char kText[] = R"(var1 produced: name=x layout={2(4),4(1) Float32} owner_opr=x{Host2DeviceCopy} opr0
 deps:
 val: [1, 2, 3, 4, 5, ...]min=1 max=8 mean=4.5 l2=5.05 sd=2.45 s
var7 produced: name=y layout={2(4),4(1) Float32} owner_opr=rows{Elemwise} opr6
 deps:
  [i0]var1: [1, 2, 3, 4, 5, ...] s
  [i1]var3: <in the order of a kernel> s
 val: [2.5, 4.5, 6.5, 8.5, 10.5, ...]min=2.5 max=16.5 mean=9.5 l2=10.5 sd=4.9 s
var9 produced: name=partial layout={2(1) Float32} owner_opr=rows{Reduce} opr8
 deps:
  [i0]var1: [1, 2, 3, 4, 5, ...] s
  [i1]var3: <in the order of a kernel> s
 val: [22, 54]min=22 max=54 mean=38 l2=41.2 sd=22.6 s
var11 produced: name=sum layout={2(1) Float32} owner_opr=sums{Identity} opr10
 deps:
  [i0]var9: [22, 54] s
 val: [22, 54]min=22 max=54 mean=38 l2=41.2 sd=22.6 s
)";

} // namespace

TEST(RecordTest, TextDump) {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/io.txt";
  auto network = std::make_shared<Network>();
  Runtime::enable_io_txt_dump(network, path);
  network->load_model(artifact("affine"));
  feed(*network);
  runNetwork(*network);
  EXPECT_EQ(contentOf(path), kText); // flushed as it is written
  runNetwork(*network);
  EXPECT_EQ(contentOf(path), std::string(kText) + kText);
}

TEST(RecordTest, TextDumpOfOneElement) {
  const TemporaryFolder folder;
  auto network = std::make_shared<Network>();
  network->load_model(artifact("affine"));
  Runtime::enable_io_txt_dump(network, folder.path() + "/io.txt");
  feed(*network, 1);
  runNetwork(*network);
  EXPECT_CONTAINS(contentOf(folder.path() + "/io.txt"), "val: [22]min=22 max=22 mean=22 l2=22 sd=N/A s");
}

TEST(RecordTest, TextDumpInRecordMode) {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/io.txt";
  Config config;
  config.options.comp_node_seq_record_level = 1;
  auto network = std::make_shared<Network>(config);
  Runtime::enable_io_txt_dump(network, path);
  network->load_model(artifact("affine"));
  feed(*network);
  runNetwork(*network);
  const std::string text = contentOf(path);
  EXPECT_EQ(text.find("==== begin lazy value recording\nvar1 produced: name=x"), 0u);
  EXPECT_CONTAINS(text, " val: <see lazy value below> s");
  EXPECT_CONTAINS(text, "[i0]var9: <see lazy value below> s");
  EXPECT_FALSE(contains(text, "recorded values"));
  static_cast<float *>(network->get_io_tensor("x")->get_memory_ptr())[0] = 3;
  runNetwork(*network);
  network.reset();
  // The values of the last forward.
  EXPECT_EQ(contentOf(path), text + R"(==== recorded values
#0: opr0 x{Host2DeviceCopy}
  var1: name=x [3, 2, 3, 4, 5, ...]min=2 max=8 mean=4.75 l2=5.15 sd=2.12
#1: opr6 rows{Elemwise}
  var7: name=y [6.5, 4.5, 6.5, 8.5, 10.5, ...]min=4.5 max=16.5 mean=10 l2=10.8 sd=4.24
#2: opr8 rows{Reduce}
  var9: name=partial [26, 54]min=26 max=54 mean=40 l2=42.4 sd=19.8
#3: opr10 sums{Identity}
  var11: name=sum [26, 54]min=26 max=54 mean=40 l2=42.4 sd=19.8
)");
}

TEST(RecordTest, BinaryDump) {
  const TemporaryFolder folder;
  auto network = std::make_shared<Network>();
  network->load_model(artifact("affine"));
  Runtime::enable_io_bin_dump(network, folder.path());
  feed(*network);
  runNetwork(*network);
  EXPECT_EQ(namesIn(folder.path()), (std::vector<std::string>{"000001", "000007", "000009", "00000b"}));
  const std::string file = contentOf(folder.path() + "/000007");
  const std::string title =
      "var={id:7, layout:{2(4),4(1) Float32}, Float32, owner:rows{Elemwise}, name:y, slot:0, cpu0:0} "
      "owner_opr_inputs=0={id:1, layout:{2(4),4(1) Float32}, Float32, owner:x{Host2DeviceCopy}, name:x, "
      "slot:0, cpu0:0} 1={id:3, layout:<in the order of a kernel>, Byte, owner:weights{ImmutableTensor}, name:weights, "
      "slot:0, cpu0:0}";
  uint32_t header[10];
  ASSERT_EQ(file.size(), sizeof(header) + title.size() + 8 * sizeof(float));
  std::memcpy(header, file.data(), sizeof(header));
  EXPECT_EQ(std::vector<uint32_t>(header, header + 10),
            (std::vector<uint32_t>{static_cast<uint32_t>(title.size()), 0, 7, 2, 4, 0, 0, 0, 0, 0}));
  EXPECT_EQ(file.substr(sizeof(header), title.size()), title);
  float values[8];
  std::memcpy(values, file.data() + sizeof(header) + title.size(), sizeof(values));
  EXPECT_EQ(std::vector<float>(values, values + 8), (std::vector<float>{2.5, 4.5, 6.5, 8.5, 10.5, 12.5, 14.5, 16.5}));
}

TEST(RecordTest, BinaryDumpWithInputs) {
  const ScopedEnvironment inputs("MGB_DUMP_INPUT", "1");
  const TemporaryFolder folder;
  auto network = std::make_shared<Network>();
  Runtime::enable_io_bin_dump(network, folder.path());
  network->load_model(artifact("affine"));
  feed(*network);
  runNetwork(*network);
  EXPECT_EQ(namesIn(folder.path()), (std::vector<std::string>{"000001", "000007", "000007-inp0", "000009",
                                                              "000009-inp0", "00000b", "00000b-inp0"}));
  EXPECT_CONTAINS(contentOf(folder.path() + "/00000b-inp0"), "inp0: var={id:11");
}

TEST(RecordTest, FinishCallbacksComeBeforeTheFailureOfAProfile) {
  const TemporaryFolder folder, inner;
  auto network = std::make_shared<Network>();
  network->enable_profile_performance(inner.path() + "/profile.json");
  network->load_model(artifact("affine"));
  feed(*network);
  int called = 0;
  network->set_finish_callback([&](const auto &) { ++called; });
  network->forward();
  ASSERT_EQ(std::system(("rm -r '" + inner.path() + "'").c_str()), 0);
  EXPECT_CONTAINS(thrown([&] { network->wait(); }), "failed to open " + inner.path());
  EXPECT_EQ(called, 1);
}

TEST(RecordTest, WhatCannotBeWritten) {
  const TemporaryFolder folder;
  folder.write("file", {1});
  auto network = std::make_shared<Network>();
  const std::string none = folder.path() + "/none";
  EXPECT_CONTAINS(thrown([&] { Runtime::enable_io_txt_dump(network, none + "/a"); }),
                  "failed to open " + none + "/a: ");
  EXPECT_CONTAINS(thrown([&] { Runtime::enable_io_bin_dump(network, none); }), "failed to open " + none + ": ");
  EXPECT_CONTAINS(thrown([&] { Runtime::enable_io_bin_dump(network, folder.path() + "/file"); }), "it is no folder");
  EXPECT_CONTAINS(thrown([&] { network->enable_profile_performance(none + "/a"); }), "failed to open " + none + "/a: ");
  // A folder that goes away while a network runs is an error of the forward, and nothing worse.
  const TemporaryFolder gone;
  network->load_model(artifact("affine"));
  Runtime::enable_io_bin_dump(network, gone.path());
  feed(*network);
  ASSERT_EQ(rmdir(gone.path().c_str()), 0);
  EXPECT_CONTAINS(thrown([&] { runNetwork(*network); }), "failed to open " + gone.path());
  ASSERT_EQ(mkdir(gone.path().c_str(), 0755), 0);
  runNetwork(*network);
  EXPECT_EQ(namesIn(gone.path()).size(), 4u);
}

TEST(RecordTest, Profile) {
  const TemporaryFolder folder;
  const std::string path = folder.path() + "/profile.json";
  auto network = std::make_shared<Network>();
  network->enable_profile_performance(path);
  network->load_model(artifact("affine"));
  feed(*network);
  runNetwork(*network);
  const json root = json::parse(contentOf(path));
  const json &graph = root["graph_exec"], &profiler = root["profiler"];
  EXPECT_EQ(graph["comp_seq"], (json{"0", "2", "6", "10"}));
  EXPECT_EQ(graph["operator"]["6"]["name"], "rows");
  EXPECT_EQ(graph["operator"]["6"]["type"], "Elemwise");
  EXPECT_EQ(graph["operator"]["6"]["input"], (json{"1", "3"}));
  EXPECT_EQ(graph["operator"]["6"]["output"], (json{"7", "9"}));
  EXPECT_EQ(graph["operator"]["6"]["extra"], (json{{"kernel", "affine_f32_rows"}, {"fused", {"5", "7", "9"}}}));
  // Every variable that an operator names is there, and every chunk that a variable names.
  for (const auto &op : graph["operator"])
    for (const char *list : {"input", "output"})
      for (const auto &id : op[list])
        EXPECT_TRUE(graph["var"].contains(id.get<std::string>())) << id;
  for (const auto &variable : graph["var"])
    EXPECT_TRUE(graph["mem_chunk"].contains(variable["mem_plan"]["mem_chunk_id"].get<std::string>())) << variable;
  const json &layout = graph["var"]["7"]["mem_plan"]["layout"];
  EXPECT_EQ(layout, (json{{"shape", {2, 4}}, {"stride", {4, 1}}, {"dtype", "Float32"}}));
  EXPECT_EQ(graph["mem_chunk"]["chk3"]["size"], 8);
  for (const char *side : {"device", "host"})
    for (const char *id : {"6", "10"}) {
      const json &times = *profiler[side][id].begin();
      EXPECT_LE(times["start"].get<double>(), times["kern"].get<double>());
      EXPECT_LE(times["kern"].get<double>(), times["end"].get<double>());
    }
  const json &footprint = profiler["opr_footprint"]["6"];
  EXPECT_EQ(footprint["computation"], 2 * 4 * 2);              // two rows of four
  EXPECT_EQ(footprint["memory"], 8 * 4 + 8 + 8 * 4);           // x, the weights, y
  EXPECT_EQ(footprint["in_shapes"], (json{{2, 4}}));
  EXPECT_EQ(footprint["out_shapes"], (json{{2, 4}, {2}}));
}

TEST(RecordTest, BatchesCount) {
  const TemporaryFolder folder;
  auto network = std::make_shared<Network>();
  network->enable_profile_performance(folder.path() + "/profile.json");
  network->load_model(artifact("affine"));
  feed(*network, 10); // no static variant takes ten
  runNetwork(*network);
  const json root = json::parse(contentOf(folder.path() + "/profile.json"));
  EXPECT_EQ(root["profiler"]["opr_footprint"]["6"]["computation"], 2 * 4 * 10);
  EXPECT_EQ(root["profiler"]["opr_footprint"]["10"]["memory"], 2 * 4 * 10);
  EXPECT_EQ(root["graph_exec"]["var"]["7"]["mem_plan"]["layout"]["shape"], (json{10, 4}));
}

TEST(RecordTest, MemoryInformation) {
  const TemporaryFolder folder;
  const WorkingDirectory inside(folder.path());
  auto network = std::make_shared<Network>();
  network->load_model(artifact("affine"));
  feed(*network);
  network->get_static_memory_alloc_info("/logs//deep");
  const std::string place = folder.path() + "/logs/deep";
  EXPECT_EQ(namesIn(place), (std::vector<std::string>{"graph.json"}));
  EXPECT_EQ(json::parse(contentOf(place + "/graph.json"))["comp_seq"].size(), 4u);
  runNetwork(*network);
  const json root = json::parse(contentOf(place + "/StaticMemoryInfo.json"));
  EXPECT_EQ(root["opr"], (json{{"0", {{"id", "0"}, {"name", "rows"}}}, {"1", {{"id", "1"}, {"name", "sums"}}}}));
  EXPECT_EQ(root["chunk"]["0"], (json{{"id", "0"},
                                      {"type", "static_mem"},
                                      {"time_begin", "0"},
                                      {"time_end", "2"},
                                      {"logic_addr_begin", "0"},
                                      {"logic_addr_end", "8"},
                                      {"overwrite_dest_id", "-1"}}));
  EXPECT_EQ(root["chunk"]["1"], (json{{"id", "1"},
                                      {"type", "weight_mem"},
                                      {"time_begin", "0"},
                                      {"time_end", "2"},
                                      {"logic_addr_begin", "8"},
                                      {"logic_addr_end", "16"},
                                      {"overwrite_dest_id", "-1"}}));
  EXPECT_EQ(root["chunk"].size(), 2u);
}

TEST(RecordTest, RecordsGoWithASecondModel) {
  const TemporaryFolder folder;
  auto network = std::make_shared<Network>();
  network->enable_profile_performance(folder.path() + "/profile.json");
  network->load_model(artifact("affine"));
  feed(*network);
  runNetwork(*network);
  network->load_model(classifier());
  network->wait(); // the library of the first model is closed
  EXPECT_CONTAINS(contentOf(folder.path() + "/profile.json"), "affine_f32_rows");
  const auto image = makeImage();
  borrow(*network->get_io_tensor("data"), *image);
  runNetwork(*network);
  EXPECT_CONTAINS(contentOf(folder.path() + "/profile.json"), "classify_f32");
}

TEST(RecordTest, AProfileIsOfTheModelThatRan) {
  const TemporaryFolder folder;
  auto network = std::make_shared<Network>();
  network->enable_profile_performance(folder.path() + "/profile.json");
  const auto rows = [&](const char *library, size_t count) {
    network->load_model(artifact(library)); // may lie where the one before lay
    feed(*network, count);
    runNetwork(*network);
    return json::parse(contentOf(folder.path() + "/profile.json"))["graph_exec"]["var"]["7"]["mem_plan"]["layout"]["shape"];
  };
  EXPECT_EQ(rows("affine", 1), (json{1, 4}));
  EXPECT_EQ(rows("affine_seed100", 70), (json{70, 4}));
  EXPECT_EQ(rows("affine_rows10", 100), (json{100, 4}));
}

//===--- Values -------------------------------------------------------------------------------------------------===//

using mgec::core::Shape;
using mgec::tools::elementAt;

TEST(RecordValueTest, BlockedLayoutsBecomeDense) {
  // [N, 3, 2] in blocks of four channels, N = 2: lane 3 is padding.
  mgec_value value = {{"v", MGEC_I16, 3, {1, 3, 2}, 0, 0, MGEC_HOST, 0}, 1, 0, "", MGEC_VALUE_ARENA, 4, 16, 16,
                      MGEC_VALUE_BATCHED | MGEC_VALUE_ORIGINAL, 0};
  const int64_t batch = 2;
  alignas(64) int16_t arena[48] = {};
  for (int n = 0; n < 2; ++n)
    for (int i = 0; i < 2; ++i)
      for (int c = 0; c < 4; ++c)
        arena[16 + (n * 2 + i) * 4 + c] = static_cast<int16_t>(c == 3 ? -1 : 100 * n + 10 * c + i);
  mgec_exec exec = {};
  exec.symbols = &batch;
  exec.arena = reinterpret_cast<uint8_t *>(arena);
  std::vector<uint8_t> room;
  uint64_t bytes = 0;
  const uint8_t *dense = mgec::tools::denseOf(value, exec, room, bytes);
  ASSERT_EQ(bytes, 24u);
  std::vector<int16_t> elements(12);
  std::memcpy(elements.data(), dense, bytes);
  EXPECT_EQ(elements, (std::vector<int16_t>{0, 1, 10, 11, 20, 21, 100, 101, 110, 111, 120, 121}));
  EXPECT_TRUE(mgec::tools::isDumpable(value));
  value.channel_block = 0;
  EXPECT_FALSE(mgec::tools::isDumpable(value));
}

TEST(RecordValueTest, DamagedTables) {
  const mgec_tensor_desc input = {"x", MGEC_F32, 1, {4}, 0, 0, MGEC_HOST, 0};
  const mgec_value good = {input, 1, 0, "Host2DeviceCopy", MGEC_VALUE_INPUT, 1, 0, 16, MGEC_VALUE_ORIGINAL, 0};
  const auto verdict = [&](const mgec_value &value, uint32_t operand = 0) {
    const mgec_step step = {"s", "k", "1", "t", 0, 1, 0, &operand};
    mgec_variant variant = {};
    variant.n_inputs = variant.n_values = variant.n_steps = 1;
    variant.inputs = &input;
    variant.values = &value;
    variant.steps = &step;
    return mgec::tools::checkTables(variant, "m").message();
  };
  EXPECT_EQ(verdict(good), "");
  EXPECT_EQ(verdict(good, 1), "m: its table of steps is damaged");
  const auto damaged = [&](auto change) {
    mgec_value value = good;
    change(value);
    return verdict(value) == "m: its table of values is damaged";
  };
  EXPECT_TRUE(damaged([](mgec_value &v) { v.offset = 1; }));
  EXPECT_TRUE(damaged([](mgec_value &v) { v.space = 9; }));
  EXPECT_TRUE(damaged([](mgec_value &v) { v.tensor.ndim = 8; }));
  EXPECT_TRUE(damaged([](mgec_value &v) { v.tensor.dtype = 77; }));
  EXPECT_TRUE(damaged([](mgec_value &v) { v.tensor.name = nullptr; }));
  EXPECT_TRUE(damaged([](mgec_value &v) { v.channel_block = 8; }));
  EXPECT_TRUE(damaged([](mgec_value &v) { v.flags |= MGEC_VALUE_BATCHED; }));
}

TEST(RecordValueTest, Elements) {
  const Shape three = {1, {3}};
  const uint16_t halves[] = {0x3c00, 0xc000, 0x0001};
  const auto *bytes = reinterpret_cast<const uint8_t *>(halves);
  EXPECT_EQ(elementAt(bytes, MGEC_F16, three, 0), 1);
  EXPECT_EQ(elementAt(bytes, MGEC_F16, three, 1), -2);
  EXPECT_EQ(elementAt(bytes, MGEC_F16, three, 2), std::ldexp(1, -24));
  const uint16_t bfloat[] = {0x3fc0};
  EXPECT_EQ(elementAt(reinterpret_cast<const uint8_t *>(bfloat), MGEC_BF16, three, 0), 1.5);
  const uint8_t words[] = {0xff, 0x80, 0, 0};
  EXPECT_EQ(elementAt(words, MGEC_QS8, three, 0), -1);
  EXPECT_EQ(elementAt(words, MGEC_QU8, three, 0), 255);
  EXPECT_EQ(elementAt(words, MGEC_BOOL, three, 1), 128);
  EXPECT_EQ(elementAt(words, MGEC_QS32, three, 0), 0x80ff);
  // Rows of three nibbles, padded to two bytes; the low one first.
  const uint8_t nibbles[] = {0x21, 0x0f, 0x43, 0x08};
  const Shape rows = {2, {2, 3}};
  const std::vector<double> expected = {1, 2, -1, 3, 4, -8};
  for (uint64_t i = 0; i < 6; ++i)
    EXPECT_EQ(elementAt(nibbles, MGEC_QS4, rows, i), expected[i]) << i;
  EXPECT_EQ(elementAt(nibbles, MGEC_QU4, rows, 2), 15);
}

TEST(RecordValueTest, TypesAsInMegEngine) {
  // megdnn's DTypeEnum, by MegEngine's name.
  const std::pair<const char *, uint32_t> rows[] = {{"Float32", 0},
                                                    {"Float16", 9},
                                                    {"BFloat16", 11},
                                                    {"Int8", 2},
                                                    {"Uint8", 1},
                                                    {"Int16", 3},
                                                    {"Uint16", 13},
                                                    {"Int32", 4},
                                                    {"Bool", 12},
                                                    {"QuantizedS8", 100002},
                                                    {"Quantized8Asymm", 100000},
                                                    {"QuantizedS32", 100001},
                                                    {"QuantizedS16", 100005},
                                                    {"QuantizedS4", 100004},
                                                    {"Quantized4Asymm", 100003}};
  for (int32_t dtype = MGEC_F32; dtype <= MGEC_QU4; ++dtype) {
    EXPECT_STREQ(mgec::tools::typeName(dtype), rows[dtype].first);
    EXPECT_EQ(mgec::tools::typeNumber(dtype), rows[dtype].second);
  }
}

TEST(RecordValueTest, JsonTakesAnyName) {
  for (const std::string &name : {std::string("plain"), std::string("\"q\\\" \n\x01\x7f"), std::string("caf\xc3\xa9")})
    EXPECT_EQ(json::parse(mgec::tools::jsonString(name)), name);
  EXPECT_EQ(json::parse(mgec::tools::jsonString("\xff\xc3(")), std::string("?") + "?(");
  for (const char *bad : {"\xe0\x80\x80", "\xed\xa0\x80", "\xc0\x80", "\xf4\x90\x80\x80", "\xe2\x82"})
    EXPECT_TRUE(json::accept(mgec::tools::jsonString(bad))) << mgec::tools::jsonString(bad);
  EXPECT_EQ(json::parse(mgec::tools::jsonString("\xf0\x9f\x98\x80\xe2\x82\xac")), "\xf0\x9f\x98\x80\xe2\x82\xac");
}
