//===- Model.h - a .mge file as plain structs -------------------------------------------------------------------===//
//
// What the reader hands to the rest of the compiler. It knows nothing of MLIR: another front end could fill the same
// structs. Every offset, count and size has been verified when a `Model` exists; tensor bytes are views into `bytes`.
//
//===------------------------------------------------------------------------------------------------------------===//
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace mgec::read {

/// Element types, with the ids of the file format's `DTypeEnum`.
enum class DType : uint8_t {
  Float32 = 0, Uint8 = 1, Int8 = 2, Int16 = 3, Int32 = 4, IntB1 = 5, IntB2 = 6, IntB4 = 7, Byte = 8, Float16 = 9,
  UintB4 = 10, Quantized8Asymm = 11, QuantizedS32 = 12, QuantizedS8 = 13, Quantized4Asymm = 14, QuantizedS4 = 15,
  QuantizedS16 = 16, BFloat16 = 17, Bool = 18, Uint16 = 19, QuantizedS1 = 20, Complex64 = 21,
};

/// An element type with its quantisation; scale is 0 for types that are not quantised.
struct DTypeDesc {
  DType type = DType::Float32;
  float scale = 0;
  int32_t zeroPoint = 0;
  bool operator==(const DTypeDesc &) const = default;
};

/// Name of the type as the format spells it, e.g. "QuantizedS8".
const char *dtypeName(DType type);
/// Bits of one element.
unsigned dtypeBits(DType type);
/// Whether values of the type stand for numbers by a scale.
bool isQuantized(DType type);

/// A name out of a file as it may be shown: control characters and bytes that are not UTF-8 are escaped ("\x1b").
std::string printable(std::string_view text);

/// How the bytes of a tensor are arranged. The value bytes are dense in every case.
enum class TensorFormat : uint8_t { Default, Image2DPacked, LowbitsAligned };

/// A tensor stored in an operator. Empty `data` means that the file holds no value (a graph input).
struct TensorValue {
  std::string name;
  DTypeDesc dtype;
  std::vector<int64_t> shape;        // rank >= 1
  TensorFormat format = TensorFormat::Default;
  std::string compNode;              // logical locator, "" when absent
  std::span<const uint8_t> data;     // row-major, little-endian, into Model::bytes or Model::decoded
  bool hasValue = false;
};

/// A parameter table by field name, in the schema's order. Fields absent from the file hold the schema's default, so
/// every field is present. Integers are int64_t, except the schema's `ulong` fields (seeds, workspace limits), which
/// are uint64_t; `float` and `double` are both double. Enum fields hold the enumerator's name as the schema spells it
/// ("MAX_", "NCHW4_NCHW32"), flags their names joined by blanks, and a value outside the known range "unknown:<n>". A
/// struct is a vector of one Record, or of none where the file leaves it out.
struct Param {
  struct Record;
  using Value = std::variant<bool, int64_t, uint64_t, double, std::string, std::vector<int64_t>, std::vector<Record>>;
  struct Record { std::vector<std::pair<std::string, Value>> fields; };  // e.g. an IndexDescMaskItem

  std::string table;                                   // "Convolution"; "" when the operator has none; "unknown:<tag>"
  std::vector<std::pair<std::string, Value>> fields;
  std::optional<DTypeDesc> dtype;                      // for the table "DType"

  const Value *find(std::string_view name) const;      // null if there is no such field
};

/// One operator, in file (topological) order.
struct Operator {
  std::string type;                     // registered name with its revision, "ConvolutionV2", or "unknown:<typeId>"
  std::string declaredType;             // the name that a V2 file itself gives; for messages only
  uint64_t typeId = 0;
  unsigned version = 1;                 // opr_version; 1 in V1 files
  Param param;
  std::vector<Param> additionalParams;
  std::vector<uint32_t> inputs;         // variable ids, all defined earlier
  std::vector<uint32_t> outputs;        // variable ids
  std::optional<DTypeDesc> outputDType;
  std::vector<TensorValue> tensors;
  std::vector<std::span<const uint8_t>> blobs;
  std::vector<std::string> compNodes;
  int32_t priority = 0;
  std::string name;                     // "" unless the dump kept operator names
  uint32_t graphId = 0;                 // what MegEngine numbers it when it loads the file; see numberGraph
};

/// A variable: an output of an operator that files number.
struct Variable {
  std::string name;                     // "" when names were not kept
  std::vector<int64_t> shape;           // as recorded at dump time, may be empty
  std::optional<DTypeDesc> dtype;       // as recorded at dump time, rarely there
  uint32_t graphId = 0;                 // what MegEngine numbers it when it loads the file; see numberGraph
};

struct Output {
  uint32_t var = 0;
  uint64_t originalId = 0;
  std::string name;                     // alias, else the variable's name, else "output<k>"
};

struct Metadata {
  bool present = false, graphModified = false;
  std::string userInfo;                 // arbitrary bytes
  uint64_t optimizeOptions = 0;
};

enum class Format : uint8_t { V1, V2 };

/// A model read from bytes.
struct Model {
  std::string path;                     // for messages
  Format format = Format::V2;
  uint32_t version = 0;                 // (major*1000+minor)*100+patch
  std::vector<Operator> operators;
  std::vector<Variable> variables;      // indexed by variable id
  std::vector<uint32_t> inputs;         // indices into `operators` of the Host2DeviceCopy ones, file order
  std::vector<Output> outputs;
  Metadata metadata;
  uint32_t graphIds = 0;                 // ids that MegEngine's graph gives to operators and variables; see numberGraph
  uint32_t sharedTensors = 0;
  std::array<uint8_t, 16> fingerprint{}; // XXH3-128, canonical form, of the model's own bytes; see Fingerprint.h
  std::array<uint8_t, 16> graphHash{};   // of the graph without its weights; see GraphHash.h
  bool testcase = false;                 // came inside an "mgbtest0" wrapper
  /// Values that a test-case wrapper embeds: per further model, (input name, tensor).
  std::vector<std::vector<std::pair<std::string, TensorValue>>> testInputs;
  std::vector<std::string> warnings;     // newer version, trailing bytes …
  std::shared_ptr<const std::vector<uint8_t>> bytes;  // keeps every span alive, with the next one
  std::vector<std::shared_ptr<const std::vector<uint8_t>>> decoded; // values that the file holds compressed
  bool compressed = false; // values are stored as MegEngine Lite's `has_compression` says, see Compression.cpp

  std::string versionText() const;       // "1.13.0"
};

/// What every failure of the reader is: one sentence that names the file, what is wrong and, where it helps, what to
/// do.
struct ReadError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Reads the model at `path`. Throws ReadError.
Model readModelFile(const std::string &path);
/// Reads a model from memory; `path` is used in messages only, and nothing in the bytes says whether they are
/// `compressed`. Throws ReadError.
Model readModel(std::vector<uint8_t> bytes, const std::string &path, bool compressed = false);

} // namespace mgec::read
