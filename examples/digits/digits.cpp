// Reads handwritten digits with a program written for MegEngine Lite.
//
//     digits MODEL.mge [FOLDER]      FOLDER holds images.npy and labels.npy; by default the folder of the model
//
// Only the Lite API is used, so the same file also builds against MegEngine Lite itself. Linked with mgec's runtime and
// the compiled network, load_model() finds the compiled code by the content of the .mge file; nothing interprets it.
// Every batch size works, because the network was compiled for data=Nx1x8x8: here, one row of the screen at a time.
#include "show.h"
#include <lite/network.h>

int main(int argc, char **argv) try {
  if (argc < 2)
    throw std::runtime_error("usage: digits MODEL.mge [FOLDER]");
  std::string model = argv[1], folder = argc > 2 ? argv[2] : folderOf(model);
  std::vector<float> images = readNpy<float>(folder + "/images.npy");
  std::vector<int32_t> labels = readNpy<int32_t>(folder + "/labels.npy");
  if (images.size() != labels.size() * 64)
    throw std::runtime_error(folder + ": images.npy and labels.npy do not go together");

  lite::Network net;
  net.load_model(model);
  std::shared_ptr<lite::Tensor> data = net.get_io_tensor("data"), prob = net.get_io_tensor("prob");

  size_t right = 0, row = 8;
  for (size_t first = 0; first < labels.size(); first += row) {
    size_t n = std::min(row, labels.size() - first);
    float *batch = images.data() + first * 64;
    data->reset(batch, lite::Layout{{n, 1, 8, 8}, 4, LiteDataType::LITE_FLOAT}); // no copy: the network reads it there
    net.forward();
    net.wait();
    right += showRow(batch, static_cast<const float *>(prob->get_memory_ptr()), labels.data() + first, n);
  }
  std::printf("%zu of %zu right, %.1f %%\n", right, labels.size(), 100.0 * right / labels.size());
  return 0;
} catch (const std::exception &error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
