//===- Border.h - between the C functions and the C++ library ---------------------------------------------------===//
//
// Exceptions become -1 and a remembered text; handles become references, null ones an exception; objects that C owns
// are held until it destroys them.
//
//===----------------------------------------------------------------------------------------------------------===//
#pragma once

#include "lite-c/global_c.h"
#include "lite/network.h"

#include <memory>
#include <type_traits>

/// Around the body of every function, which sees copies of the arguments. The function itself throws nothing, so that
/// it needs no unwind table.
#define LITE_C_BEGIN return lite::c::guard([=] {
#define LITE_C_END                                                                                                     \
  });

namespace lite::c {

/// Calls `body(data)` and returns 0; -1 when it throws, which is remembered for this thread.
int run(void (*body)(void *data), void *data) noexcept;

template <typename Body> int guard(Body &&body) noexcept {
  return run([](void *data) { (*static_cast<std::remove_reference_t<Body> *>(data))(); }, &body);
}

/// Throw "The `what` pass to LITE api|c_api is null".
void require(const void *pointer, const char *what = "ptr");
void require_tensor_argument(const void *pointer, const char *what = "tensor");

inline Network &network(LiteNetwork handle) {
  require(handle, "network");
  return *static_cast<Network *>(handle);
}

/// For the functions of lite::Runtime: a pointer that does not own.
inline std::shared_ptr<Network> pointer(LiteNetwork handle) {
  return std::shared_ptr<Network>(std::shared_ptr<void>(), &network(handle));
}

inline Tensor &tensor(LiteTensor handle) {
  require_tensor_argument(handle);
  return *static_cast<Tensor *>(handle);
}

/// Keeps an object for a key; one that is there for the same key goes.
void hold(const void *key, std::shared_ptr<void> object);
/// Lets go of it, if there is one.
void let_go(const void *key);

Layout to_cpp(const LiteLayout &layout);
LiteLayout to_c(const Layout &layout);
Config to_cpp(const LiteConfig &config);
NetworkIO to_cpp(const LiteNetworkIO &io);
/// `name` points into `io`.
LiteIO to_c(const IO &io);

/// A NetworkIO and the arrays that show it to C.
struct SharedIO {
  explicit SharedIO(NetworkIO value) : io(std::move(value)) {
    inputs = show(io.inputs);
    outputs = show(io.outputs);
  }
  static std::vector<LiteIO> show(const std::vector<IO> &list) {
    std::vector<LiteIO> shown(list.size());
    for (size_t i = 0; i < list.size(); ++i)
      shown[i] = to_c(list[i]);
    return shown;
  }
  LiteNetworkIO view() { return {inputs.data(), outputs.data(), inputs.size(), outputs.size()}; }

  NetworkIO io;
  std::vector<LiteIO> inputs, outputs;
};

} // namespace lite::c
