//===- JitTest.cpp - models that are compiled when they are loaded ----------------------------------------------===//
//
// Runs the mgec program of the build on the digits example.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "TestSupport.h"
#include "lite/global.h"
#include "lite/network.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>
#include <vector>

#include <dirent.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace lite;

namespace {

/// The environment and the cache of one test.
class JitTest : public testing::Test {
protected:
  void SetUp() override {
    setenv("MGEC_COMPILER", MGEC_TEST_COMPILER, 1);
    setenv("MGEC_CACHE_DIR", cache.path().c_str(), 1);
    unsetenv("MGEC_MODEL_PATH");
    unsetenv("MGEC_JIT");
  }

  /// Files in the cache.
  std::vector<std::string> cached() const {
    std::vector<std::string> names;
    if (DIR *folder = opendir(cache.path().c_str())) {
      while (const dirent *item = readdir(folder))
        if (item->d_name[0] != '.')
          names.push_back(item->d_name);
      closedir(folder);
    }
    return names;
  }

  static std::string failure(const std::string &path) {
    try {
      Network().load_model(path);
    } catch (const std::exception &error) {
      return error.what();
    }
    return "";
  }

  static int tool(const std::string &words) {
    return std::system((std::string("'") + MGEC_TEST_COMPILER + "' " + words).c_str());
  }
  static bool hasPackedModels() { return tool("pack --help > /dev/null 2>&1") == 0; }

  static std::vector<char> bytesOf(const std::string &path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  static std::vector<float> scores(Network &network) {
    auto input = network.get_input_tensor(0);
    auto *pixels = static_cast<float *>(input->get_memory_ptr());
    for (size_t i = 0; i < input->get_tensor_total_size_in_byte() / sizeof(float); ++i)
      pixels[i] = static_cast<float>(i % 17);
    network.forward();
    network.wait();
    auto *values = static_cast<float *>(network.get_output_tensor(0)->get_memory_ptr());
    return {values, values + 10};
  }

  TemporaryFolder cache;
  const std::string model = MGEC_TEST_DIGITS;
};

TEST_F(JitTest, CompilesOnceAndKeepsTheLibrary) {
  Network first, second;
  first.load_model(model);
  const std::vector<std::string> names = cached();
  ASSERT_EQ(names.size(), 1u) << "a library, and neither lock nor temporary files";
  std::vector<char> bytes = bytesOf(model);
  setenv("MGEC_CXX", "/bin/false", 1); // a second compilation would fail
  second.load_model(bytes.data(), bytes.size());
  Network third;
  third.load_model(model);
  unsetenv("MGEC_CXX");
  EXPECT_EQ(cached(), names);
  EXPECT_EQ(scores(first), scores(second));
  EXPECT_EQ(scores(first), scores(third));
}

TEST_F(JitTest, CompilesForTheConfiguredShape) {
  NetworkIO io;
  IO data;
  data.name = "data";
  data.config_layout = Layout{{3, 1, 8, 8}, 4};
  io.inputs.push_back(data);
  IO unknown;
  unknown.name = "nothing";
  unknown.config_layout = Layout{{3}, 1};
  io.inputs.push_back(unknown);
  Network network(io);
  network.load_model(model);
  EXPECT_EQ(network.get_input_tensor(0)->get_layout().shapes[0], 3u);
  EXPECT_EQ(network.get_output_tensor(0)->get_layout().shapes[0], 3u);
}

TEST_F(JitTest, SaysWhatFailed) {
  setenv("MGEC_JIT", "0", 1);
  EXPECT_CONTAINS(failure(model), "switched off by MGEC_JIT=0");
  unsetenv("MGEC_JIT");
  setenv("MGEC_CXX", "/bin/false", 1);
  EXPECT_CONTAINS(failure(model), "the C++ compiler failed");
  unsetenv("MGEC_CXX");
  setenv("MGEC_COMPILER", "/nowhere/mgec", 1);
  EXPECT_CONTAINS(failure(model), "set MGEC_COMPILER");
  setenv("MGEC_COMPILER", "/bin/false", 1);
  EXPECT_CONTAINS(failure(model), "said nothing");
  EXPECT_TRUE(cached().empty());
}

TEST_F(JitTest, SurvivesAProgramThatIgnoresItsChildren) {
  struct sigaction ignore = {}, before;
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGCHLD, &ignore, &before);
  Network network;
  network.load_model(model);
  sigaction(SIGCHLD, &before, nullptr);
  EXPECT_EQ(scores(network).size(), 10u);
}

TEST_F(JitTest, PackedInformationArrivesHoweverTheCodeIsFound) {
  if (!hasPackedModels())
    GTEST_SKIP() << "this build has no packed models (MGEC_CRYPTO is off)";
  const std::string info = R"({"valid": true, "name": "digits", "version": "1.2.3", "unknown": [1, 2.5],
    "device": {"type": "CPU", "number_threads": 2, "enable_inplace_model": true},
    "options": {"const_shape": true},
    "IO": {"inputs": [{"name": "data", "dtype": "float32", "shape": {"dim0": 3, "dim1": 1, "dim2": 8, "dim3": 8}}]},
    "extra_info": {"who": "Zo\u00eb \"Z\"", "path": "C:\\models", "numbers": [0, 9, -1.5]}})";
  const std::string extra = "{\"numbers\":[0,9,-1.5],\"path\":\"C:\\\\models\",\"who\":\"Zo\xc3\xab \\\"Z\\\"\"}";
  const TemporaryFolder folder;
  const std::string packed = folder.path() + "/digits.lite", library = folder.path() + "/digits.so";
  const std::string text = folder.write("info.json", {info.begin(), info.end()});
  ASSERT_EQ(tool("pack '" + model + "' --info '" + text + "' -o '" + packed + "'"), 0);
  ASSERT_EQ(tool("compile -q '" + packed + "' -o '" + library + "'"), 0);

  const auto expectConfigured = [&](const std::string &file, const char *how) {
    SCOPED_TRACE(how);
    for (bool disabled : {false, true}) {
      const auto network = std::make_shared<Network>();
      ExtraConfig configuration;
      configuration.disable_configure_by_model_info = disabled;
      network->extra_configure(configuration);
      network->load_model(file);
      EXPECT_EQ(network->get_model_extra_info(), extra);
      EXPECT_EQ(Runtime::get_cpu_threads_number(network), disabled ? 1u : 2u);
      EXPECT_EQ(Runtime::is_cpu_inplace_mode(network), !disabled);
      Layout layout = network->get_input_tensor(0)->get_layout();
      if (!disabled)
        EXPECT_EQ(layout.shapes[0], 3u);
      layout.shapes[0] = 7;
      const std::string refusal = thrown([&] { network->get_input_tensor(0)->set_layout(layout); });
      EXPECT_EQ(contains(refusal, "disallowed shape change"), !disabled);
      EXPECT_EQ(scores(*network).size(), 10u);
    }
    EXPECT_EQ(Runtime::get_model_io_info(file).inputs.at(0).config_layout.shapes[0], 3u);
  };
  expectConfigured(packed, "compiled at load");
  setenv("MGEC_JIT", "0", 1);
  expectConfigured(library, "the library that was compiled from it");
  setenv("MGEC_MODEL_PATH", folder.path().c_str(), 1);
  expectConfigured(packed, "bound by content");
  unsetenv("MGEC_MODEL_PATH");

  // Other weights keep the information: here the same, of a model that has none.
  const std::string repacked = folder.path() + "/repacked.so";
  ASSERT_EQ(tool("repack '" + library + "' '" + model + "' -o '" + repacked + "'"), 0);
  expectConfigured(repacked, "with other weights");
}

TEST_F(JitTest, CompressedWeightsAreCompiledFromThePackedFile) {
  if (!hasPackedModels())
    GTEST_SKIP() << "this build has no packed models (MGEC_CRYPTO is off)";
  const std::string packed = MGEC_TEST_COMPRESSED;
  EXPECT_CONTAINS(failure(packed), "compile it with `mgec compile " + packed + " -o");
  const TemporaryFolder folder;
  ASSERT_EQ(tool("compile -q '" + packed + "' -o '" + folder.path() + "/model.so'"), 0);
  setenv("MGEC_MODEL_PATH", folder.path().c_str(), 1);
  Network network;
  network.load_model(packed);
  unsetenv("MGEC_MODEL_PATH");
  auto *x = static_cast<float *>(network.get_input_tensor(0)->get_memory_ptr());
  const float values[] = {-100, -11, 0, -12.5f, 1, -140}, expected[] = {0, 1, 139, 0, 13, 0};
  std::copy(values, values + 6, x);
  network.forward();
  network.wait();
  const auto *y = static_cast<const float *>(network.get_output_tensor(0)->get_memory_ptr());
  EXPECT_EQ(std::vector<float>(y, y + 6), std::vector<float>(expected, expected + 6));
}

/// Folders in memory that compilations use; other tests may have some.
std::set<std::string> secretFolders() {
  std::set<std::string> names;
  if (DIR *folder = opendir("/dev/shm")) {
    while (const dirent *item = readdir(folder))
      if (std::string(item->d_name).rfind("mgec-", 0) == 0)
        names.insert(item->d_name);
    closedir(folder);
  }
  return names;
}

/// Waits for up to ten seconds.
template <typename Condition> bool comes(Condition condition) {
  for (int tries = 0; tries < 1000; ++tries, usleep(10000))
    if (condition())
      return true;
  return false;
}

TEST_F(JitTest, AProgramThatDiesLeavesNothingOfAnEncryptedModel) {
  if (access("/dev/shm", W_OK) != 0)
    GTEST_SKIP() << "needs /dev/shm";
  const std::string file = cache.path() + "/locked.mge";
  if (tool("encrypt --method AES_default '" + model + "' -o '" + file + "' >/dev/null 2>&1") != 0)
    GTEST_SKIP() << "needs a build with ciphers";
  const std::set<std::string> before = secretFolders();
  const pid_t child = fork();
  if (child == 0) {
    Config config;
    config.bare_model_cryption_name = "AES_default";
    Network(config).load_model(file);
    _exit(0);
  }
  std::set<std::string> fresh;
  EXPECT_TRUE(comes([&] {
    for (const std::string &name : secretFolders())
      if (!before.count(name))
        fresh.insert(name);
    return !fresh.empty();
  }));
  kill(child, SIGKILL);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status)) << "it was done before it could be stopped";
  EXPECT_TRUE(comes([&] {
    const std::set<std::string> now = secretFolders();
    return std::none_of(fresh.begin(), fresh.end(), [&](const std::string &name) { return now.count(name) != 0; });
  }));
}

TEST_F(JitTest, ManyProcessesAtOnce) {
  std::vector<pid_t> children;
  for (int i = 0; i < 4; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      Network network;
      int status = 1;
      try {
        network.load_model(model);
        status = scores(network).size() == 10 ? 0 : 2;
      } catch (...) {
      }
      _exit(status);
    }
    children.push_back(child);
  }
  for (pid_t child : children) {
    int status = -1;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }
  EXPECT_EQ(cached().size(), 1u);
}

} // namespace
