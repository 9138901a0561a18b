//===- KernelFiles.cpp - the kernel headers inside the compiler --------------------------------------------------===//
#include "codegen/emit/Emit.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

using namespace mgec::codegen;
using llvm::StringRef;

llvm::ArrayRef<KernelFile> mgec::codegen::kernelFiles() {
  static const KernelFile files[] = {
#include "KernelFiles.inc"
  };
  return files;
}

uint64_t mgec::codegen::kernelTreeHash() {
  static const uint64_t hash = [] {
    uint64_t h = 0;
    for (const KernelFile &file : kernelFiles()) {
      h = XXH64(file.path, strlen(file.path), h);
      h = XXH64(file.text, strlen(file.text), h);
    }
    return h;
  }();
  return hash;
}

void mgec::codegen::addKernelFile(SourceTree &tree, const std::string &path) {
  if (tree.count(path))
    return;
  auto files = kernelFiles();
  auto *it = llvm::find_if(files, [&](const KernelFile &file) { return path == file.path; });
  if (it == files.end())
    return;
  StringRef text = it->text;
  tree[path] = text.str();
  llvm::SmallVector<StringRef> lines;
  text.split(lines, '\n');
  for (StringRef line : lines) {
    line = line.trim();
    if (!line.consume_front("#include \""))
      continue;
    llvm::SmallString<128> target(llvm::sys::path::parent_path(path, llvm::sys::path::Style::posix));
    llvm::sys::path::append(target, llvm::sys::path::Style::posix, line.take_until([](char c) { return c == '"'; }));
    llvm::sys::path::remove_dots(target, /*remove_dot_dot=*/true, llvm::sys::path::Style::posix);
    addKernelFile(tree, target.str().str());
  }
}
