//===- Emit.h - from built kernels to files ---------------------------------------------------------------------===//
#pragma once

#include "codegen/targets/Target.h"
#include "compiler/dialect/Mge.h"
#include "compiler/dialect/Mgk.h"

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace mgec::codegen {

/// A folder of generated sources: file name (with '/' between folders) to content.
using SourceTree = std::map<std::string, std::string>;

struct EmitOptions {
  /// The options that decided what was compiled, for the manifest: what compiles the same code from other weights.
  /// JSON.
  std::string record = "{}";
  /// Locks weights (core/Crypto.h); null leaves them plain. The size of the result must depend on their size alone.
  std::function<std::string(llvm::StringRef weights)> seal;
  /// The id of the key that `seal` uses.
  std::string keyId;
};

/// Prints a network at stage `build`. `name` is the model's name; the tree is deterministic (unless the weights are
/// sealed) and stands alone: sources, the kernel headers they use, weights, a CMakeLists.txt and a manifest. Printing
/// changes nothing in the IR.
///
/// "code_hash" in the manifest names everything but the weights and the model's fingerprint: two trees that share it
/// are the same program for different weights.
mlir::FailureOr<SourceTree> emitNetwork(mge::NetworkOp network, llvm::StringRef name, const EmitOptions &options = {});

/// What stands in an artifact in front of the weights, `weightsMarkBytes` bytes: found by who puts other weights there.
constexpr size_t weightsMarkBytes = 64;
std::string weightsMark(llvm::StringRef graphHash);

/// `name` as an identifier, which names symbols, a header and a CMake target: of a length that build tools take, and no
/// name that CMake or the C library has already.
std::string identifier(llvm::StringRef name);

/// A text file under construction.
class Printer {
public:
  explicit Printer(std::string &out) : os(out) {}
  /// Writes one line at the current depth.
  template <class... Parts> void line(const Parts &...parts) {
    if constexpr (sizeof...(parts) > 0) {
      os.indent(2 * depth);
      (void)(os << ... << parts);
    }
    os << "\n";
  }
  /// Opens a block: writes the line and indents what follows.
  template <class... Parts> void open(const Parts &...parts) {
    line(parts...);
    ++depth;
  }
  void close(llvm::StringRef text = "}") {
    --depth;
    line(text);
  }
  llvm::raw_string_ostream os;
  int depth = 0;
};

/// A C string literal.
std::string quoted(llvm::StringRef text);
/// An initialiser of mgec_tensor_desc; of bytes where there is no type. `perSample`: extents for one unit of the
/// symbol.
std::string tensorDescription(llvm::StringRef name, mlir::RankedTensorType type, int64_t defaultAt = 0,
                              bool perSample = false);
/// Ids of the model's variables that a group computes, comma-separated.
std::string variableIds(mge::GroupOp group);
/// Prints the tables PREFIXsteps and PREFIXvalues of a variant. Returns how many values there are.
unsigned printSteps(Printer &printer, mge::NetworkOp network, mge::VariantOp variant, llvm::StringRef prefix);

/// Prints one kernel as a frame struct, a consumer functor where it has one, and a function.
void printKernel(Printer &printer, mgk::KernelOp kernel);
/// The element type as kernels spell it: "float", "int8_t", "uint16_t" (for half floats).
std::string cType(mlir::Type element);

/// A kernel header that the compiler carries: its path below the source tree and its text.
struct KernelFile {
  const char *path, *text;
};
llvm::ArrayRef<KernelFile> kernelFiles();
/// Adds `path` and every header that it includes to the tree.
void addKernelFile(SourceTree &tree, const std::string &path);
/// A number that names the kernel headers' content.
uint64_t kernelTreeHash();

} // namespace mgec::codegen
