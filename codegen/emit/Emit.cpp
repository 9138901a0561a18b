//===- Emit.cpp - from built kernels to files -------------------------------------------------------------------===//
//
//   model.cpp            tables of model_abi.h: variants, inputs, outputs, steps
//   code_<target>.cpp    kernels and the forward functions for one instruction set
//   weights.S weights.bin
//   register.cpp         makes a statically linked model known to the runtime
//   export.cpp           the one symbol of a shared library
//   <name>.h  CMakeLists.txt  manifest.json  kernels/ simd/ mgec/
//
//===------------------------------------------------------------------------------------------------------------===//
#include "codegen/emit/Emit.h"
#include "codegen/emit/Manifest.h"
#include "compiler/passes/Passes.h"
#include "include/mgec/model_abi.h"

#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;
using namespace mgec;
using namespace mgec::codegen;
using namespace mgec::mge;

std::string codegen::identifier(StringRef name) {
  std::string out;
  for (char c : name)
    out += llvm::isAlnum(c) ? c : '_';
  // Targets that CMake's generators define, and headers that ours would hide.
  static const llvm::StringSet<> taken = {"all",
                                          "clean",
                                          "depend",
                                          "edit_cache",
                                          "help",
                                          "install",
                                          "list_install_components",
                                          "package",
                                          "package_source",
                                          "preinstall",
                                          "rebuild_cache",
                                          "test",
                                          "ALL_BUILD",
                                          "INSTALL",
                                          "PACKAGE",
                                          "RUN_TESTS",
                                          "ZERO_CHECK",
                                          "Continuous",
                                          "Experimental",
                                          "Nightly",
                                          "alloca",
                                          "assert",
                                          "complex",
                                          "cpuid",
                                          "ctype",
                                          "elf",
                                          "endian",
                                          "errno",
                                          "features",
                                          "fenv",
                                          "float",
                                          "immintrin",
                                          "inttypes",
                                          "iso646",
                                          "limits",
                                          "locale",
                                          "malloc",
                                          "math",
                                          "memory",
                                          "sched",
                                          "setjmp",
                                          "signal",
                                          "stdalign",
                                          "stdarg",
                                          "stdatomic",
                                          "stdbool",
                                          "stddef",
                                          "stdint",
                                          "stdio",
                                          "stdlib",
                                          "string",
                                          "strings",
                                          "tgmath",
                                          "threads",
                                          "time",
                                          "uchar",
                                          "unistd",
                                          "values",
                                          "wchar",
                                          "wctype",
                                          "arm_neon"};
  if (out.empty() || llvm::isDigit(out[0]) || taken.contains(out))
    out = "m_" + out;
  constexpr size_t kLongest = 80; // it is a part of file names, and of paths below a build folder
  if (out.size() > kLongest)
    out = out.substr(0, kLongest - 17) + "_" + llvm::utohexstr(llvm::xxh3_64bits(name), true);
  return out;
}

std::string codegen::quoted(StringRef text) {
  std::string out = "\"";
  for (char c : text) {
    unsigned char byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 32 || byte == 127) {
      char octal[8];
      snprintf(octal, sizeof octal, "\\%03o", byte);
      out += octal;
    } else if (c == '?') {
      out += "\\?"; // no trigraphs
    } else {
      out += c;
    }
  }
  return out + "\"";
}

namespace {

class Emitter {
public:
  Emitter(NetworkOp network, StringRef name, const EmitOptions &options, const std::string &fingerprint,
          const std::string &code)
      : network(network), name(printable(name)), ident(identifier(name)), targets(targetsOf(network)), options(options),
        fingerprint(fingerprint),
        manifest(manifestJson(network, this->name, targets,
                              {fingerprint, code, options.record, bool(options.seal), options.keyId})),
        unique(ident + "_" + hash(manifest)) {}

  std::string weightsFile() { return options.seal ? options.seal(weights()) : weights(); }

  SourceTree run(std::string weightsBytes) {
    for (auto variant : network.getBlock().getOps<VariantOp>())
      steps.push_back(stepsOf(variant));
    tree["weights.bin"] = std::move(weightsBytes);
    tree["weights.S"] = weightsAssembly();
    tree["register.cpp"] = registerSource();
    tree["export.cpp"] = exportSource();
    tree[ident + ".h"] = header();
    for (const Target &target : targets.targets)
      tree["code_" + target.tag + ".cpp"] = codeSource(target);
    tree["CMakeLists.txt"] = cmakeLists();
    addKernelFile(tree, "mgec/model_abi.h");
    tree["model.cpp"] = modelSource();
    return tree;
  }

private:
  static std::string hash(StringRef text) {
    char digits[9];
    snprintf(digits, sizeof digits, "%08x", static_cast<unsigned>(llvm::xxh3_64bits(text)));
    return digits;
  }

  std::vector<GroupOp> stepsOf(VariantOp variant) {
    std::vector<GroupOp> result;
    for (auto group : variant.getBlock().getOps<GroupOp>())
      if (group.getStep())
        result.push_back(group);
    return result;
  }

  //===--------------------------------------------------------------------===//
  // Weights
  //===--------------------------------------------------------------------===//

  std::string weights() {
    std::string bytes(std::max<int64_t>(network.getPackedBytes().value_or(0), 1), '\0');
    for (auto packed : network.getBlock().getOps<PackedOp>()) {
      auto resource = cast<DenseResourceElementsAttr>(packed.getValue());
      ArrayRef<char> data = resource.getRawHandle().getBlob()->getData();
      std::copy(data.begin(), data.end(), bytes.begin() + packed.getOffset());
    }
    return bytes;
  }

  std::string weightsAssembly() {
    std::string text;
    Printer p(text);
    p.line("/* The packed weights of ", name, ", aligned for vector loads. */");
    p.line("#if defined(__linux__) && defined(__ELF__)");
    p.line(".section .note.GNU-stack,\"\",%progbits");
    p.line("#endif");
    p.line(".section .rodata");
    p.line(".balign 64");
    p.line(".global mgec_weights_", unique);
    p.line(".hidden mgec_weights_", unique);
    p.line(".type mgec_weights_", unique, ", %object");
    std::string mark = weightsMark(network.getGraphHash());
    p.line(".ascii \"", StringRef(mark.c_str()), "\"");
    p.line(".zero ", mark.size() - StringRef(mark.c_str()).size());
    p.line("mgec_weights_", unique, ":");
    p.line(".incbin \"weights.bin\"");
    p.line(".size mgec_weights_", unique, ", . - mgec_weights_", unique);
    return text;
  }

  //===--------------------------------------------------------------------===//
  // Tables
  //===--------------------------------------------------------------------===//

  std::string entry(size_t variant, const Target &target) {
    return "mgec_forward_" + unique + "_v" + std::to_string(variant) + "_" + target.tag;
  }

  void printTensors(Printer &p, StringRef table, ArrayRef<StringRef> names, TypeRange types,
                    function_ref<int64_t(unsigned)> defaultAt = nullptr) {
    p.open("const mgec_tensor_desc ", table, "[] = {");
    for (auto [k, label, type] : llvm::enumerate(names, types)) {
      p.line(tensorDescription(label, cast<RankedTensorType>(type), defaultAt ? defaultAt(k) : 0), ",");
    }
    p.close("};");
  }

  void printVariant(Printer &p, VariantOp variant, size_t v) {
    std::string prefix = "v" + std::to_string(v) + "_";
    SmallVector<StringRef> in(variant.getInputNames().getAsValueRange<StringAttr>());
    SmallVector<StringRef> out(variant.getOutputNames().getAsValueRange<StringAttr>());
    printTensors(p, prefix + "inputs", in, variant.getBlock().getArgumentTypes(), [&](unsigned k) -> int64_t {
      FlatSymbolRefAttr symbol = variant.getInputDefault(k);
      if (!symbol)
        return 0;
      auto packed = cast<PackedOp>(::mlir::SymbolTable::lookupSymbolIn(network, symbol.getAttr()));
      return 1 + packed.getOffset() / MGEC_ALIGNMENT; // mgec_tensor_desc.default_value
    });
    printTensors(p, prefix + "outputs", out, variant.getBlock().getTerminator()->getOperandTypes());
    if (variant.hasSymbolicBatch()) {
      p.open("const mgec_symbol ", prefix, "symbols[] = {");
      for (auto symbol : variant.getSymbols()->getAsRange<SymbolAttr>())
        p.line("{", quoted(symbol.getName().getValue()), ", ", symbol.getMin(), ", ", symbol.getMax(), "},");
      p.close("};");
    }
    valueCounts.push_back(printSteps(p, network, variant, prefix));
    p.open("const mgec_isa_entry ", prefix, "isa[] = {");
    for (const Target &target : targets.targets)
      p.line("{", target.isa, ", 0, ", quoted(target.features), ", ", entry(v, target), "},");
    p.close("};");
    p.open("void ", prefix, "resolve(const int64_t* symbols, mgec_sizes* sizes, int64_t* output_dims) {");
    std::string batch = variant.hasSymbolicBatch() ? "batch" : "1";
    if (variant.hasSymbolicBatch())
      p.line("const int64_t batch = symbols[0];");
    else
      p.line("(void)symbols;");
    p.line("sizes->arena_bytes = ", arenaText(variant), ";");
    p.line("sizes->scratch_bytes = ", variant.getScratchBytes().value_or(0), ";");
    for (auto [k, type] : llvm::enumerate(variant.getBlock().getTerminator()->getOperandTypes())) {
      auto ranked = cast<RankedTensorType>(type);
      SmallVector<int64_t> shape = sampleShape(ranked);
      for (int64_t axis = 0; axis < ranked.getRank(); ++axis) {
        bool scaled = axis == 0 && isBatched(ranked);
        p.line("output_dims[", k * MGEC_MAX_NDIM + axis, "] = ", shape[axis], scaled ? " * " + batch : "", ";");
      }
    }
    p.close();
    p.line();
  }

  static std::string arenaText(VariantOp variant) {
    std::string bytes = "UINT64_C(" + std::to_string(variant.getArenaBytes().value_or(0)) + ")";
    return variant.hasSymbolicBatch() ? bytes + " * static_cast<uint64_t>(batch)" : bytes;
  }

  std::string modelSource() {
    std::string text;
    Printer p(text);
    p.line("// Tables of ", name, ": what the runtime needs to know. Generated by mgec.");
    p.line("#include \"", ident, ".h\"");
    p.line();
    p.open("extern \"C\" {");
    p.line("extern const uint8_t mgec_weights_", unique, "[];");
    for (size_t v = 0; v < steps.size(); ++v)
      for (const Target &target : targets.targets)
        p.line("int32_t ", entry(v, target), "(const mgec_exec* exec);");
    p.close();
    p.line();
    p.line("namespace {");
    p.line();
    size_t v = 0;
    for (auto variant : network.getBlock().getOps<VariantOp>())
      printVariant(p, variant, v++);
    p.open("const mgec_variant variants[] = {");
    v = 0;
    for (auto variant : network.getBlock().getOps<VariantOp>()) {
      std::string prefix = "v" + std::to_string(v) + "_";
      size_t symbols = variant.hasSymbolicBatch() ? variant.getSymbols()->size() : 0;
      p.line("{sizeof(mgec_variant), ", variant.getInputNames().size(), ", ", prefix, "inputs, ",
             variant.getOutputNames().size(), ", ", symbols, ", ", prefix, "outputs, ",
             symbols ? prefix + "symbols" : "nullptr", ", ", quoted(variant.getPrecision()), ", ",
             targets.targets.size(), ", ", steps[v].size(), ", ", prefix, "isa, ", prefix, "steps, ", prefix,
             "resolve, ", valueCounts[v], ", 0, ", prefix, "values},");
      ++v;
    }
    p.close("};");
    p.line();
    tree["manifest.json"] = manifest;
    p.open("const char manifest[] =");
    SmallVector<StringRef> lines;
    StringRef(manifest).split(lines, '\n', -1, false);
    for (auto [k, line] : llvm::enumerate(lines))
      p.line(quoted((line + "\n").str()), k + 1 == lines.size() ? ";" : "");
    --p.depth;
    p.line();
    p.open("const mgec_model model = {");
    p.line("sizeof(mgec_model), MGEC_ABI_VERSION, ", quoted(name), ",");
    p.line("{", hexBytes(fingerprint), "},");
    p.line("{", hexBytes(network.getGraphHash()), "},");
    p.line(quoted(MGEC_VERSION), ", mgec_weights_", unique, ", UINT64_C(",
           options.seal ? tree["weights.bin"].size() : network.getPackedBytes().value_or(0), "), ", steps.size(), ", ",
           options.seal ? "MGEC_WEIGHTS_SEALED" : "0", ", variants, manifest,");
    p.close("};");
    p.line();
    p.line("} // namespace");
    p.line();
    p.line("extern \"C\" const mgec_model* mgec_model_", unique, "(void) { return &model; }");
    return text;
  }

  static std::string hexBytes(StringRef hex) {
    std::string out;
    for (size_t i = 0; i + 1 < hex.size(); i += 2)
      out += (out.empty() ? "0x" : ", 0x") + hex.substr(i, 2).str();
    return out;
  }

  std::string header() {
    std::string text;
    Printer p(text);
    p.line("// The model ", name, ", compiled ahead of time. Generated by mgec.");
    p.line("#pragma once");
    p.line("#include \"mgec/model_abi.h\"");
    p.line();
    p.line("/// The compiled model; constant, alive as long as the code is loaded. Linking register.cpp too makes");
    p.line("/// lite::Network::load_model bind the model file to it.");
    p.line("#ifdef __cplusplus");
    p.line("extern \"C\"");
    p.line("#endif");
    p.line("const mgec_model* mgec_model_", unique, "(void);");
    p.line("static inline const mgec_model* mgec_model_", ident, "(void) { return mgec_model_", unique, "(); }");
    return text;
  }

  std::string registerSource() {
    std::string text;
    Printer p(text);
    p.line("// Makes ", name, " known to the runtime before main. Generated by mgec.");
    p.line("#include \"", ident, ".h\"");
    p.line();
    p.line("namespace {");
    p.open("struct Registration {");
    p.line("Registration() { mgec_register_model(mgec_model_", unique, "()); }");
    p.close("} const registration;");
    p.line("} // namespace");
    return text;
  }

  std::string exportSource() {
    std::string text;
    Printer p(text);
    p.line("// The one symbol that a shared library of this model exports. Generated by mgec.");
    p.line("#include \"", ident, ".h\"");
    p.line();
    p.line("extern \"C\" __attribute__((visibility(\"default\"))) const mgec_model* const* "
           "mgec_artifact_models(uint32_t* count) {");
    p.line("  static const mgec_model* const models[] = {mgec_model_", unique, "()};");
    p.line("  *count = 1;");
    p.line("  return models;");
    p.line("}");
    return text;
  }

  //===--------------------------------------------------------------------===//
  // Code
  //===--------------------------------------------------------------------===//

  std::string isaNamespace(const Target &target) {
    return "mgec_" + target.tag + "_" + llvm::utohexstr(kernelTreeHash(), true);
  }

  std::string codeSource(const Target &target) {
    std::string text;
    Printer p(text);
    ModuleOp module;
    for (auto each : network.getBlock().getOps<ModuleOp>())
      if (each.getSymName() == StringRef(target.tag))
        module = each;
    llvm::SetVector<StringRef> headers;
    headers.insert("view.hpp");
    for (auto kernel : module.getOps<mgk::KernelOp>()) {
      for (StringRef header : kernel.getHeaders().getAsValueRange<StringAttr>())
        headers.insert(header);
      if (kernel.getFunctors())
        for (auto functor : kernel.getFunctors()->getAsRange<DictionaryAttr>())
          if (!functor.getAs<ArrayAttr>("steps").empty())
            headers.insert("elemwise/functions.hpp");
    }
    p.line("// Kernels and forward functions of ", name, " for ", target.name, ". Generated by mgec.");
    p.line("//");
    p.line("// Build with -O3 -ffp-contract=off", target.flags.empty() ? "" : " " + target.flags, ".");
    p.line("#define MGEC_ISA_NAMESPACE ", isaNamespace(target));
    for (StringRef header : headers) {
      p.line("#include \"kernels/", header, "\"");
      addKernelFile(tree, ("kernels/" + header).str());
    }
    p.line();
    p.line("#include \"", ident, ".h\"");
    p.line();
    p.line("namespace mgec {");
    p.line("inline namespace MGEC_ISA_NAMESPACE {");
    p.line("namespace {");
    for (auto kernel : module.getOps<mgk::KernelOp>()) {
      p.line();
      printKernel(p, kernel);
    }
    size_t v = 0;
    for (auto variant : network.getBlock().getOps<VariantOp>()) {
      for (auto [number, step] : llvm::enumerate(steps[v]))
        printStep(p, variant, v, number, step, target, module);
      ++v;
    }
    p.line();
    p.line("} // namespace");
    p.line("} // namespace MGEC_ISA_NAMESPACE");
    p.line("} // namespace mgec");
    v = 0;
    for (auto variant : network.getBlock().getOps<VariantOp>()) {
      p.line();
      printForward(p, variant, v, target);
      ++v;
    }
    return text;
  }

  static std::string stepFunction(size_t v, size_t number, GroupOp step) {
    return "v" + std::to_string(v) + "_step" + std::to_string(number) + "_" +
           identifier(step.getStep()->take_front(40));
  }

  /// What the layer is, for a reader of the code.
  static std::string describe(GroupOp group) {
    std::string text;
    for (Operation &op : group.getBlock().without_terminator()) {
      text += text.empty() ? "" : " + ";
      if (auto elemwise = dyn_cast<ElemwiseOp>(op))
        text += stringifyEnum(elemwise.getMode()).str();
      else
        text += op.getName().stripDialect().str();
    }
    auto shape = [](RankedTensorType type) {
      std::string dims;
      for (int64_t extent : type.getShape())
        dims += (dims.empty() ? "" : "x") + (ShapedType::isDynamic(extent) ? std::string("N") : std::to_string(extent));
      return dims + " " + elementName(type.getElementType()) + " " + layoutOf(type).str();
    };
    text += ": ";
    bool first = true;
    for (unsigned k = 0; k < group.getNumOperands(); ++k)
      if (!group.getWeight(k)) {
        text += (first ? "" : ", ") + shape(group.inputType(k));
        first = false;
      }
    text += " -> ";
    for (unsigned k = 0; k < group.getNumResults(); ++k)
      text += (k ? ", " : "") + shape(group.outputType(k));
    return text;
  }

  /// Where a role of a kernel points, for this call.
  std::string pointer(GroupOp group, StringRef role, Type element, VariantOp variant) {
    unsigned number;
    std::string type = cType(element);
    auto at = [&](Value value) {
      if (auto argument = dyn_cast<BlockArgument>(value))
        return "static_cast<const " + type + "*>(exec->inputs[" + std::to_string(argument.getArgNumber()) + "])";
      auto producer = value.getDefiningOp<GroupOp>();
      auto place = cast<PlaceAttr>((*producer.getPlaces())[cast<OpResult>(value).getResultNumber()]);
      std::string offset = std::to_string(place.getOffset());
      if (place.getSpace() == "input")
        return "static_cast<const " + type + "*>(exec->inputs[" + offset + "])";
      if (place.getSpace() == "output")
        return "static_cast<" + type + "*>(exec->outputs[" + offset + "])";
      if (variant.hasSymbolicBatch() && place.getOffset())
        offset += " * batch";
      return "reinterpret_cast<" + type + "*>(exec->arena + " + offset + ")";
    };
    if (role.consume_front("in") && !role.getAsInteger(10, number))
      return at(group.getInputs()[number]);
    if (role.consume_front("out") && !role.getAsInteger(10, number))
      return at(group.getResult(number));
    role.consume_front("packed");
    role.getAsInteger(10, number);
    auto symbol = cast<FlatSymbolRefAttr>((*group.getPacked())[number]);
    auto packed = cast<PackedOp>(::mlir::SymbolTable::lookupSymbolIn(network, symbol));
    return "reinterpret_cast<const " + type + "*>(exec->weights + " + std::to_string(packed.getOffset()) + ")";
  }

  void printStep(Printer &p, VariantOp variant, size_t v, size_t number, GroupOp group, const Target &target,
                 ModuleOp module) {
    p.line();
    p.line("/// ", *group.getStep(), ": ", describe(group));
    p.line("/// Row ", group.getRow().value_or(""), "; variables ", variableIds(group), ".");
    p.open("MGEC_NOINLINE void ", stepFunction(v, number, group), "(const mgec_exec* exec, int64_t batch) {");
    unsigned phase = 0;
    for (auto reference : group.getKernelsAttr().getAsRange<SymbolRefAttr>()) {
      if (reference.getRootReference() != StringRef(target.tag))
        continue;
      auto kernel = cast<mgk::KernelOp>(::mlir::SymbolTable::lookupSymbolIn(module, reference.getLeafReference()));
      std::string frame = "frame" + (phase ? std::to_string(phase + 1) : std::string());
      ++phase;
      p.open("const ", kernel.getSymName(), "_frame ", frame, " = {");
      for (auto [k, role] : llvm::enumerate(kernel.getRoles().getAsValueRange<StringAttr>())) {
        Type element = cast<mgk::PtrType>(kernel.getBlock().getArgument(3 + k).getType()).getElement();
        p.line(pointer(group, role, element, variant), ",");
      }
      p.line("batch,");
      p.close("};");
      bool batched = kernel.getBatched() && variant.hasSymbolicBatch();
      if (kernel.getChunks() == 1 && !batched)
        p.line(kernel.getSymName(), "(&", frame, ", 0, exec->scratch);");
      else
        p.line("exec->parallel(exec->pool, ", kernel.getChunks(), batched ? " * batch" : "", ", ", kernel.getSymName(),
               ", &", frame, ");");
    }
    p.close();
  }

  void printForward(Printer &p, VariantOp variant, size_t v, const Target &target) {
    p.open("extern \"C\" __attribute__((visibility(\"hidden\"))) int32_t ", entry(v, target),
           "(const mgec_exec* exec) {");
    if (variant.hasSymbolicBatch())
      p.line("const int64_t batch = exec->symbols[0];");
    else
      p.line("const int64_t batch = 1;");
    if (steps[v].empty())
      p.line("(void)batch;");
    p.line("void (*const on_step)(void*, uint32_t, int) = exec->on_step;");
    for (auto [number, step] : llvm::enumerate(steps[v])) {
      p.line("if (__builtin_expect(on_step != nullptr, 0)) on_step(exec->on_step_user, ", number, ", 1);");
      p.line("mgec::", stepFunction(v, number, step), "(exec, batch);");
      p.line("if (__builtin_expect(on_step != nullptr, 0)) on_step(exec->on_step_user, ", number, ", 0);");
    }
    p.line("return MGEC_OK;");
    p.close();
  }

  //===--------------------------------------------------------------------===//
  // Build file
  //===--------------------------------------------------------------------===//

  std::string cmakeLists() {
    std::string text;
    Printer p(text);
    p.line("# The model ", name, " as a static library. Generated by mgec. Needs a C++17 compiler and nothing else;");
    p.line("# link it with libmgec_lite to use it through lite::Network.");
    p.line("cmake_minimum_required(VERSION 3.16)");
    p.line("project(", ident, " LANGUAGES CXX ASM)");
    p.line("if(NOT CMAKE_BUILD_TYPE)");
    p.line("  set(CMAKE_BUILD_TYPE Release)");
    p.line("endif()");
    p.line("add_library(", ident, " STATIC");
    p.line("  model.cpp register.cpp weights.S");
    for (const Target &target : targets.targets)
      p.line("  code_", target.tag, ".cpp");
    p.line(")");
    p.line("set_target_properties(", ident, " PROPERTIES CXX_STANDARD 17 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF");
    p.line("  POSITION_INDEPENDENT_CODE ON CXX_VISIBILITY_PRESET hidden)");
    p.line("target_include_directories(", ident, " PUBLIC ${CMAKE_CURRENT_SOURCE_DIR})");
    p.line("target_compile_options(", ident,
           " PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-O3 -ffp-contract=off -fno-exceptions -fno-rtti>)");
    p.line("set_source_files_properties(weights.S PROPERTIES COMPILE_OPTIONS \"-I${CMAKE_CURRENT_SOURCE_DIR}\"");
    p.line("  OBJECT_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/weights.bin)");
    for (const Target &target : targets.targets)
      if (!target.flags.empty())
        p.line("set_source_files_properties(code_", target.tag, ".cpp PROPERTIES COMPILE_OPTIONS \"",
               replaced(target.flags), "\")");
    return text;
  }

  static std::string replaced(std::string flags) {
    std::replace(flags.begin(), flags.end(), ' ', ';');
    return flags;
  }

  NetworkOp network;
  std::string name, ident;
  TargetSet targets;
  const EmitOptions &options;
  std::string fingerprint;
  std::string manifest;
  std::string unique; // what external symbols end in: several models, or builds of one, may meet in a program
  std::vector<std::vector<GroupOp>> steps;
  std::vector<unsigned> valueCounts; // a variant
  SourceTree tree;
};

} // namespace

/// Names all of a tree but the weights and the manifest.
static std::string codeHash(const SourceTree &tree) {
  llvm::SHA256 hash;
  for (const auto &[file, content] : tree) {
    if (file == "weights.bin" || file == "manifest.json")
      continue;
    for (StringRef part : {StringRef(file), StringRef(content)}) {
      hash.update(std::to_string(part.size()) + ":");
      hash.update(part);
    }
  }
  return llvm::toHex(llvm::ArrayRef<uint8_t>(hash.final()).take_front(16), /*LowerCase=*/true);
}

std::string codegen::weightsMark(StringRef graphHash) {
  std::string mark = ("mgec weights 1 " + graphHash).str();
  mark.resize(weightsMarkBytes, '\0');
  return mark;
}

FailureOr<SourceTree> codegen::emitNetwork(NetworkOp network, StringRef name, const EmitOptions &options) {
  // The code is named by its text as it is for a model of no content: fingerprint and weights may be exchanged, nothing
  // else.
  Emitter draft(network, name, options, std::string(32, '0'), "");
  SourceTree tree = draft.run(draft.weightsFile());
  std::string weights = std::move(tree["weights.bin"]);
  return Emitter(network, name, options, network.getFingerprint().str(), codeHash(tree)).run(std::move(weights));
}
