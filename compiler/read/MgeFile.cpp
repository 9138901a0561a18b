//===- MgeFile.cpp - from bytes to a model ----------------------------------------------------------------------===//
//
// Finds out what a file is, unwraps it, and has its graphs decoded. A file that is no model is recognised from its
// first bytes, before the rest is read.
//
//===------------------------------------------------------------------------------------------------------------===//
#include "compiler/read/Decode.h"
#include "compiler/read/Fingerprint.h"
#include "compiler/read/GraphHash.h"
#include "compiler/read/Model.h"
#include "compiler/read/Operators.h"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <new>

using namespace mgec::read;

namespace {

constexpr size_t headBytes = 64; // enough to tell files apart
constexpr size_t wrapperHeader = 12;
constexpr size_t smallestModel = 25;

[[noreturn]] void fail(const std::string &path, const std::string &what) {
  throw ReadError(fmt::format("{}: {}.", path, printable(what)));
}

bool startsWith(std::span<const uint8_t> bytes, std::string_view prefix) {
  return bytes.size() >= prefix.size() && std::memcmp(bytes.data(), prefix.data(), prefix.size()) == 0;
}

// What a file that is certainly no dumped graph seems to be; empty if there is no telling.
std::string foreignKind(std::span<const uint8_t> head) {
  struct Kind {
    std::string_view prefix;
    const char *what;
  };
  using namespace std::string_view_literals;
  static constexpr Kind kinds[] = {
      {"\x7f"
       "ELF"sv,
       "a compiled program or library"},
      {"PK\x03\x04"sv, "a ZIP archive"},
      {"\x1f\x8b"sv, "a gzip archive"},
      {"\x93NUMPY"sv, "a NumPy array"},
      {"\x89PNG"sv, "a PNG picture"},
      {"\xff\xd8\xff"sv, "a JPEG picture"},
      {"\x08\x03\x12"sv, "an ONNX model"},
      {"\x08\x04\x12"sv, "an ONNX model"},
      {"\x08\x05\x12"sv, "an ONNX model"},
      {"\x08\x06\x12"sv, "an ONNX model"},
      {"\x08\x07\x12"sv, "an ONNX model"},
      {"\x08\x08\x12"sv, "an ONNX model"},
      {"\x08\x09\x12"sv, "an ONNX model"},
      {"\x08\x0a\x12"sv, "an ONNX model"},
  };
  for (const Kind &kind : kinds)
    if (startsWith(head, kind.prefix))
      return kind.what;
  if (head.size() >= 8 && std::memcmp(head.data() + 4, "TFL3", 4) == 0)
    return "a TensorFlow Lite model";
  bool isText = std::all_of(head.begin(), head.end(), [](uint8_t byte) {
    return (byte >= 0x20 && byte < 0x7f) || byte == '\n' || byte == '\r' || byte == '\t';
  });
  return isText && !head.empty() ? "a text file" : "";
}

// Whether a wrapper starts with these bytes; throws unless they start a wrapper or a bare model.
bool sniff(std::span<const uint8_t> head, const std::string &path) {
  if (head.empty())
    fail(path, "the file is empty");
  if (startsWith(head, "mgbtest0"))
    return true;
  if (startsWith(head, "packed_model"))
    fail(path, "this is a packed Lite model inside of another container");
  // Protocols 2 to 5 of Python's pickle.
  if (head.size() >= 2 && head[0] == 0x80 && head[1] >= 2 && head[1] <= 5)
    fail(path, "this is a Python pickle, as megengine.save writes it, and holds no graph; dump one with "
               "megengine.jit.trace and its dump method");
  std::string why;
  if (findModel(head, 0))
    return false;
  bool v1 =
      startsWith(head, std::string_view("MGBC\0\0\0\0", 8)) || startsWith(head, std::string_view("MGBS\0\0\0\0", 8));
  bool v2 = head.size() >= 12 && std::memcmp(head.data() + 8, "mgv2", 4) == 0;
  if (v1 || v2)
    return false;
  if (head.size() >= 12 && std::memcmp(head.data() + 8, "mge2", 4) == 0)
    fail(path, "this is a model in a pre-release of the V2 format (\"mge2\"), which MegEngine 1.13 does not read "
               "either; dump it again");
  if (std::string kind = foreignKind(head); !kind.empty())
    fail(path, fmt::format("this is no MegEngine model but seems to be {}", kind));
  if (head.size() < smallestModel)
    fail(path, fmt::format("the file is too short to hold a model: {} bytes", head.size()));
  fail(path, "neither a V1 nor a V2 model starts here; if this is an encrypted Lite model, say how it "
             "is encrypted (mgec: --decrypt METHOD)");
}

Extent extentAt(const Model &model, size_t begin, const std::string &what) {
  std::string why;
  std::optional<Extent> extent = findModel(*model.bytes, begin, &why);
  if (!extent)
    fail(model.path, what + ' ' + why);
  return *extent;
}

void decode(Model &model, const Extent &extent) {
  model.format = extent.v2 ? Format::V2 : Format::V1;
  Decoder decoder(model, extent);
  if (extent.v2)
    decoder.readV2();
  else
    decoder.readV1();
}

// The values of a test case: its outputs are constants, in the order of the model's input names.
std::vector<std::pair<std::string, TensorValue>> valuesOf(const Model &values, const std::vector<std::string> &names,
                                                          size_t number) {
  if (values.outputs.size() != names.size())
    fail(values.path, fmt::format("test case {} has values for {} inputs where the model has {}", number,
                                  values.outputs.size(), names.size()));
  std::vector<std::pair<std::string, TensorValue>> result;
  for (size_t i = 0; i != names.size(); ++i) {
    uint32_t var = values.outputs[i].var;
    const TensorValue *found = nullptr;
    for (const Operator &op : values.operators)
      for (size_t k = 0; k != op.outputs.size() && k < op.tensors.size(); ++k)
        if (op.outputs[k] == var && op.tensors[k].hasValue)
          found = &op.tensors[k];
    if (!found)
      fail(values.path, fmt::format("test case {} has no value for the input \"{}\"", number, names[i]));
    result.emplace_back(names[i], *found);
  }
  return result;
}

size_t readTestCases(Model &model, size_t at) {
  const std::vector<uint8_t> &bytes = *model.bytes;
  uint32_t count = 0;
  for (unsigned i = 0; i != 4; ++i)
    count |= static_cast<uint32_t>(bytes[8 + i]) << (8 * i);
  if (count > (bytes.size() - at) / smallestModel)
    fail(model.path, fmt::format("the file is truncated or damaged: it announces {} test cases, and {} bytes follow "
                                 "its model",
                                 count, bytes.size() - at));
  std::vector<std::string> names;
  for (uint32_t index : model.inputs)
    names.push_back(model.operators[index].tensors.front().name);
  std::sort(names.begin(), names.end());
  for (uint32_t i = 0; i != count; ++i) {
    Model values;
    values.path = model.path;
    values.bytes = model.bytes;
    values.compressed = model.compressed;
    Extent extent = extentAt(model, at, fmt::format("test case {}", i));
    decode(values, extent);
    model.testInputs.push_back(valuesOf(values, names, i));
    model.decoded.insert(model.decoded.end(), values.decoded.begin(), values.decoded.end());
    at = extent.end;
  }
  return at;
}

Model readSniffed(std::vector<uint8_t> bytes, const std::string &path, bool wrapped, bool compressed = false) {
  Model model;
  model.compressed = compressed;
  model.path = path;
  model.bytes = std::make_shared<const std::vector<uint8_t>>(std::move(bytes));
  model.testcase = wrapped;
  Extent extent = extentAt(model, wrapped ? wrapperHeader : 0, "the file");
  decode(model, extent);
  size_t end = wrapped ? readTestCases(model, extent.end) : extent.end;
  if (end != model.bytes->size())
    model.warnings.push_back(fmt::format("{} bytes follow the model and are ignored", model.bytes->size() - end));
  model.fingerprint = digest(std::span(*model.bytes).subspan(extent.begin, extent.end - extent.begin));
  model.graphHash = graphHash(model);
  numberGraph(model);
  return model;
}

// Out of memory is one more thing that can be wrong with a file.
template <typename F> Model guarded(const std::string &path, F &&read) {
  try {
    return read();
  } catch (const std::bad_alloc &) {
    fail(path, "there is not enough memory to read the file");
  } catch (const std::length_error &) {
    fail(path, "there is not enough memory to read the file");
  }
}

} // namespace

Model mgec::read::readModel(std::vector<uint8_t> bytes, const std::string &path, bool compressed) {
  return guarded(path, [&] {
    bool wrapped = sniff(std::span<const uint8_t>(bytes).first(std::min(bytes.size(), headBytes)), path);
    return readSniffed(std::move(bytes), path, wrapped, compressed);
  });
}

Model mgec::read::readModelFile(const std::string &path) {
  std::error_code error;
  std::filesystem::file_status status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status))
    fail(path, error && error != std::errc::no_such_file_or_directory ? "cannot be opened: " + error.message()
                                                                      : "there is no such file");
  if (std::filesystem::is_directory(status))
    fail(path, "this is a directory, not a model file");
  if (!std::filesystem::is_regular_file(status))
    fail(path, "this is not a regular file");
  uintmax_t size = std::filesystem::file_size(path, error);
  if (error)
    fail(path, "cannot be read: " + error.message());
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file)
    fail(path, fmt::format("cannot be opened: {}", std::strerror(errno)));

  return guarded(path, [&] {
    std::vector<uint8_t> bytes(static_cast<size_t>(std::min<uintmax_t>(size, headBytes)));
    auto readRest = [&](size_t from) {
      auto count = static_cast<std::streamsize>(bytes.size() - from);
      file.read(reinterpret_cast<char *>(bytes.data() + from), count);
      if (file.gcount() != count)
        fail(path,
             fmt::format("cannot be read: only {} of {} bytes came", from + static_cast<size_t>(file.gcount()), size));
    };
    readRest(0);
    bool wrapped = sniff(bytes, path);
    size_t head = bytes.size();
    bytes.resize(size);
    readRest(head);
    return readSniffed(std::move(bytes), path, wrapped);
  });
}
