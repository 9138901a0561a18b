// Runs a model through lite::Network, on whatever machine it was built for.
//
//     driver MODEL OUTDIR THREADS NAME=FILE:2x1x8x8 ...
//
// MODEL is a compiled library, or a .mge whose compiled form is linked in. Each FILE holds float32 elements and nothing
// else. Writes the bytes of output k to OUTDIR/k.bin and prints a line "k type 2x10" for each; errors are one line,
// exit status 1.
#include <lite/network.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

static lite::Layout layoutOf(const std::string &dims) {
  lite::Layout layout;
  std::istringstream in(dims);
  for (std::string extent; std::getline(in, extent, 'x');) {
    if (layout.ndim == lite::Layout::MAXDIM)
      throw std::runtime_error(dims + ": too many dimensions");
    layout.shapes[layout.ndim++] = std::stoul(extent);
  }
  layout.data_type = LiteDataType::LITE_FLOAT;
  return layout;
}

static std::vector<char> readFile(const std::string &path) {
  std::ifstream in(path, std::ios::binary);
  if (!in)
    throw std::runtime_error(path + ": cannot be opened");
  return std::vector<char>(std::istreambuf_iterator<char>(in), {});
}

int main(int argc, char **argv) try {
  if (argc < 4)
    throw std::runtime_error("usage: driver MODEL OUTDIR THREADS NAME=FILE:2x1x8x8 ...");
  auto net = std::make_shared<lite::Network>();
  lite::Runtime::set_cpu_threads_number(net, std::stoul(argv[3]));
  net->load_model(argv[1]);
  std::vector<std::vector<char>> held;
  for (int k = 4; k < argc; ++k) {
    std::string text = argv[k];
    size_t equals = text.find('='), colon = text.rfind(':');
    held.push_back(readFile(text.substr(equals + 1, colon - equals - 1)));
    auto tensor = net->get_io_tensor(text.substr(0, equals), LiteTensorPhase::LITE_INPUT);
    tensor->reset(held.back().data(), layoutOf(text.substr(colon + 1)));
    if (tensor->get_tensor_total_size_in_byte() != held.back().size())
      throw std::runtime_error(text + ": the file has another size");
  }
  for (int round = 0; round < 2; ++round) { // the second one finds what the first one left behind
    net->forward();
    net->wait();
  }
  std::vector<std::string> names = net->get_all_output_name();
  for (size_t k = 0; k < names.size(); ++k) {
    auto tensor = net->get_output_tensor(k);
    lite::Layout layout = tensor->get_layout();
    std::ofstream out(argv[2] + ("/" + std::to_string(k)) + ".bin", std::ios::binary);
    out.write(static_cast<const char *>(tensor->get_memory_ptr()), tensor->get_tensor_total_size_in_byte());
    if (!out.flush())
      throw std::runtime_error(std::string(argv[2]) + ": cannot be written");
    std::printf("%zu %s ", k, layout.data_type == LiteDataType::LITE_FLOAT ? "float32" : "int32");
    for (size_t d = 0; d < layout.ndim; ++d)
      std::printf(d ? "x%zu" : "%zu", layout.shapes[d]);
    std::printf("\n");
  }
  return 0;
} catch (const std::exception &error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
