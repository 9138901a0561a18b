// Runs the models that its arguments name once, on zeros.
#include <lite/network.h>

#include <cstdio>
#include <cstring>

int main(int argc, char **argv) {
  for (int k = 1; k < argc; ++k) {
    lite::Network network;
    network.load_model(argv[k]);
    for (const std::string &name : network.get_all_input_name()) {
      auto tensor = network.get_io_tensor(name);
      std::memset(tensor->get_memory_ptr(), 0, tensor->get_tensor_total_size_in_byte());
    }
    network.forward();
    network.wait();
    std::printf("%s: %zu outputs\n", argv[k], network.get_all_output_name().size());
  }
}
