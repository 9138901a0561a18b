//===- Records.cpp - profiles, dumps and memory information of a network ---------------------------------------===//
#include "NetworkImpl.h"
#include "lite/network.h"

namespace lite {

void Network::enable_profile_performance(std::string) {
  fail("enable_profile_performance is not available in this build");
}

void Network::get_static_memory_alloc_info(const std::string &) const {
  m_impl->require_after("get_static_memory_alloc_info");
  fail("get_static_memory_alloc_info is not available in this build");
}

void Runtime::enable_io_txt_dump(std::shared_ptr<Network> dst_network, std::string) {
  NetworkHelper::impl(dst_network);
  fail("enable_io_txt_dump is not available in this build");
}

void Runtime::enable_io_bin_dump(std::shared_ptr<Network> dst_network, std::string) {
  NetworkHelper::impl(dst_network);
  fail("enable_io_bin_dump is not available in this build");
}

} // namespace lite
