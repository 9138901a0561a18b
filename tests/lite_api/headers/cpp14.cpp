// Every public C++ header, under the oldest standard that it promises, and used as programs use it.
#include "lite-c/global_c.h"
#include "lite/common_enum_c.h"
#include "lite/global.h"
#include "lite/macro.h"
#include "lite/misc.h"
#include "lite/network.h"
#include "lite/tensor.h"
#include "mgec/model_abi.h"

void use(const std::string &path, void *memory);

void use(const std::string &path, void *memory) {
  lite::Config config;
  config.options.weight_preprocess = true;
  lite::NetworkIO io;
  lite::Layout layout{{1, 3, 224, 224}, 4, LiteDataType::LITE_FLOAT};
  io.inputs.push_back({"data", true, LiteIOType::LITE_IO_VALUE, layout});
  auto network = std::make_shared<lite::Network>(config, io);
  lite::Runtime::set_cpu_threads_number(network, 2);
  lite::Runtime::set_network_algo_policy(network, LiteAlgoSelectStrategy::LITE_ALGO_PROFILE |
                                                      LiteAlgoSelectStrategy::LITE_ALGO_REPRODUCIBLE);
  network->load_model(path);
  network->get_io_tensor("data")->reset(memory, layout);
  network->set_async_callback([] {}).set_device_id(0);
  network->forward();
  network->wait();
  LITE_ASSERT(network->get_device_id() == 0, "device %d", network->get_device_id());
  lite::LiteAny any(std::string("text"));
  lite::ExtraConfig extra{true};
  network->extra_configure(extra);
  network->enable_profile_performance("profile.json");
  network->get_static_memory_alloc_info();
  lite::Runtime::enable_io_txt_dump(network, "io.txt");
  lite::Runtime::enable_io_bin_dump(network, "io");
  lite::set_persistent_cache("cache");
  lite::lookup_physic_ptr(memory, LITE_CPU);
  LITE_LOG("%s", any.safe_cast<std::string>().c_str());
}
