//===- RunTest.cpp - what stands behind `mgec run` and `mgec bench` -----------------------------------------------===//
#include "TestSupport.h"

#include "compiler/support/Npy.h"
#include "compiler/tools/Run.h"

#include <nlohmann/json.hpp>

#include <cstring>

using namespace mgec;
using support::NpyType;

namespace {

template <typename T> std::span<const uint8_t> bytes(const std::vector<T> &values) {
  return {reinterpret_cast<const uint8_t *>(values.data()), values.size() * sizeof(T)};
}

/// The inputs of the model "types" as files in a folder.
struct Inputs {
  TemporaryFolder folder;
  std::vector<std::string> arguments;

  template <typename T>
  void add(const std::string &name, NpyType type, std::vector<int64_t> shape, const std::vector<T> &values) {
    const std::string file = folder.path() + "/in_" + std::to_string(arguments.size()) + ".npy";
    support::writeNpy(file, type, shape, bytes(values));
    arguments.push_back(name + '=' + file);
  }

  Inputs() {
    add<float>("data", {'f', 4}, {2, 3}, {-1, 2, 3, 4, 5, 6});
    add<int8_t>("data:0", {'i', 1}, {2, 2}, {1, -2, 3, -4});
    add<uint8_t>("mask", {'b', 1}, {4}, {1, 0, 0, 1});
    add<uint8_t>("q", {'u', 1}, {3}, {0, 128, 255});
    add<int8_t>("n", {'i', 1}, {2, 3}, {-8, 7, 1, 2, 3, -1});
  }

  RunOptions options() const {
    RunOptions o;
    o.artifact = artifact("types");
    o.inputs = arguments;
    o.outputDir = folder.path() + "/out/deep";
    return o;
  }
};

} // namespace

TEST(MatchInputs, TheLongestNameWins) {
  const std::vector<std::string> names = {"data", "data:0", "data=x", "x"};
  const auto match = [&](const std::string &argument) {
    const InputFile input = matchInputs({argument}, names).front();
    return std::to_string(input.index) + ' ' + input.file;
  };
  EXPECT_EQ(match("data=a.npy"), "0 a.npy");
  EXPECT_EQ(match("data:0=a.npy"), "1 a.npy");
  EXPECT_EQ(match("data=x=a=b.npy"), "2 a=b.npy");
  EXPECT_EQ(match("data=x"), "0 x");
  EXPECT_EQ(match("x="), "3 ");
  EXPECT_CONTAINS(thrown([&] { match("dat=a.npy"); }),
                  "'dat=a.npy' names no input of the model; its inputs are data, ");
  EXPECT_CONTAINS(thrown([&] { matchInputs({"x=a", "data=b", "x=c"}, names); }), "input 'x' is given twice");
}

TEST(Run, WritesEveryTypeInTheModelsOrder) {
  const Inputs in;
  testing::internal::CaptureStdout();
  EXPECT_EQ(runArtifact(in.options()), 0);
  const std::string table = testing::internal::GetCapturedStdout();
  const auto read = [&](int i) { return support::readNpy(in.options().outputDir + "/" + std::to_string(i) + ".npy"); };
  EXPECT_EQ(read(0).type, (NpyType{'f', 4}));
  EXPECT_EQ(read(1).type, (NpyType{'b', 1}));
  EXPECT_EQ(read(1).data, (std::vector<uint8_t>{0, 1, 1, 0}));
  EXPECT_EQ(read(2).type, (NpyType{'i', 4}));
  EXPECT_EQ(read(3).type, (NpyType{'f', 2}));
  EXPECT_EQ(read(4).type, (NpyType{'i', 1}));
  EXPECT_EQ(read(4).shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(read(4).data, (std::vector<uint8_t>{0xf8, 7, 1, 2, 3, 0xff})) << "4-bit values as bytes";
  EXPECT_EQ(read(5).data, (std::vector<uint8_t>{1, 0xfe, 3, 0xfc}));
  EXPECT_CONTAINS(table, "output   type            shape  min   max  mean");
  EXPECT_CONTAINS(table, "scaled   f32             2x3    -3    18   9.5        -3 6 9 12 ...");
  EXPECT_CONTAINS(table, "wide     qs32 scale 0.5  3      -128  127");
  EXPECT_CONTAINS(table, "sign     f16             2x3    -1    1");

  RunOptions quiet = in.options();
  quiet.quiet = true;
  quiet.outputDir = "";
  testing::internal::CaptureStdout();
  runArtifact(quiet);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
}

TEST(Run, Refusals) {
  Inputs in;
  RunOptions o = in.options();
  o.quiet = true;
  o.inputs.erase(o.inputs.begin());
  EXPECT_CONTAINS(thrown([&] { runArtifact(o); }),
                  artifact("types") + ": 1 input is not given; add --input 'data'=FILE");
  in.add<double>("data", {'f', 8}, {2, 3}, {1, 2, 3, 4, 5, 6});
  o.inputs.push_back(in.arguments.back());
  EXPECT_CONTAINS(thrown([&] { runArtifact(o); }), "input 'data', of type f32, takes float32, but ");
  EXPECT_CONTAINS(thrown([&] { runArtifact(o); }), "holds float64; convert the array");
  in.add<float>("data", {'f', 4}, {3, 2}, {1, 2, 3, 4, 5, 6});
  o.inputs.back() = in.arguments.back();
  EXPECT_CONTAINS(thrown([&] { runArtifact(o); }), artifact("types") + " was not compiled for data=3x2 ");
  EXPECT_CONTAINS(thrown([&] { runArtifact(o); }), "--shape data=3x2");
  in.add<float>("data", {'f', 4}, {1, 1, 1, 1, 1, 1, 1, 1, 6}, {1, 2, 3, 4, 5, 6});
  o.inputs.back() = in.arguments.back();
  EXPECT_CONTAINS(thrown([&] { runArtifact(o); }), "9 dimensions");
  o.inputs.back() = "data=" + in.folder.path() + "/nothing.npy";
  EXPECT_CONTAINS(thrown([&] { runArtifact(o); }), "nothing.npy: cannot be opened: ");
  o = in.options();
  o.inputs = {in.arguments.begin(), in.arguments.begin() + 4};
  in.add<int8_t>("n", {'i', 1}, {2, 3}, {8, 0, 0, 0, 0, 0});
  o.inputs.push_back(in.arguments.back());
  EXPECT_CONTAINS(thrown([&] { runArtifact(o); }), "does not fit into 4 bits");
  o.artifact = "/does/not/exist.so";
  EXPECT_CONTAINS(thrown([&] { runArtifact(o); }), "failed to open /does/not/exist.so");
  o.artifact = artifact("types");
  o.inputs.back() = in.arguments[4];
  o.outputDir = "/proc/nothing";
  EXPECT_CONTAINS(thrown([&] { runArtifact(o); }), "/proc/nothing: the folder cannot be made");
}

TEST(Run, ShapesOfInputs) {
  const Inputs in;
  const std::vector<std::string> names = {"data", "data:0", "scale", "mask", "q", "n"};
  EXPECT_EQ(shapesOfInputs(matchInputs(in.arguments, names)),
            (std::vector<std::string>{"data=2x3", "data:0=2x2", "mask=4", "q=3", "n=2x3"}));
}

TEST(Bench, PrintsTimes) {
  BenchOptions o;
  o.artifact = artifact("affine");
  o.seconds = 0.01;
  o.cold = true;
  o.threads = 2;
  testing::internal::CaptureStdout();
  EXPECT_EQ(benchArtifact(o), 0);
  const std::string text = testing::internal::GetCapturedStdout();
  EXPECT_CONTAINS(text, "affine x=1x4, f32, generic, 2 threads\nload ");
  EXPECT_CONTAINS(text, "\nmedian ");

  o.json = true;
  o.shapes = {"x=17x4"};
  testing::internal::CaptureStdout();
  benchArtifact(o);
  const auto out = nlohmann::json::parse(testing::internal::GetCapturedStdout());
  EXPECT_EQ(out["shapes"], "x=17x4");
  EXPECT_GE(out["runs"], 5);
  EXPECT_LE(out["p10_ms"], out["median_ms"]);
  EXPECT_LE(out["median_ms"], out["p90_ms"]);
  for (const char *key : {"load_ms", "touch_ms", "first_ms", "min_ms"})
    EXPECT_GE(out[key], 0) << key;

  o.shapes = {"x=17x5"};
  EXPECT_CONTAINS(thrown([&] { benchArtifact(o); }), "--shape x=17x5");
  for (const char *bad : {"x=", "x=1x", "x=axb", "x=1xx4", "x=1x2x3x4x5x6x7x8", "x=99999999999999999999"}) {
    o.shapes = {bad};
    EXPECT_CONTAINS(thrown([&] { benchArtifact(o); }), "is no shape; write it as x=1x3x224x224");
  }
  o.shapes = {};
  o.artifact = artifact("types");
  testing::internal::CaptureStdout();
  EXPECT_EQ(benchArtifact(o), 0) << "values are made up for every type";
  testing::internal::GetCapturedStdout();
}
