//===- Artifact.cpp - files on disk and the host compiler -------------------------------------------------------===//
#include "codegen/emit/Artifact.h"
#include "codegen/emit/Processes.h"

#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"

#include <atomic>
#include <cstring>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>
#include <unistd.h>

using namespace mgec::codegen;
using llvm::SmallString;
using llvm::StringRef;
namespace fs = llvm::sys::fs;
namespace path = llvm::sys::path;

[[noreturn]] static void fail(const std::string &message) { throw std::runtime_error(message); }

static void writeFile(const std::string &file, StringRef content) {
  std::error_code error;
  llvm::raw_fd_ostream os(file, error, fs::OF_None);
  if (!error)
    os << content;
  os.close();
  if (error || os.has_error()) {
    std::string why = error ? error.message() : os.error().message();
    os.clear_error();
    fail("cannot write " + file + ": " + why);
  }
}

void mgec::codegen::writeTree(const SourceTree &tree, const std::string &directory) {
  for (const auto &[name, content] : tree) {
    SmallString<256> file(directory);
    path::append(file, name);
    if (std::error_code error = fs::create_directories(path::parent_path(file)))
      fail("cannot make the folder " + path::parent_path(file).str() + ": " + error.message());
    writeFile(file.str().str(), content);
  }
}

std::vector<std::string> mgec::codegen::findCompiler(const std::string &wanted, const std::string &triple) {
  auto find = [](StringRef name) -> std::string {
    if (name.contains('/'))
      return fs::can_execute(name) ? name.str() : "";
    auto found = llvm::sys::findProgramByName(name);
    return found ? *found : "";
  };
  // A program, perhaps with words behind it, as make and CMake take them. Empty where the program is not found.
  auto command = [&](StringRef text) -> std::vector<std::string> {
    if (std::string found = find(text); !found.empty())
      return {found}; // its path may have spaces
    llvm::SmallVector<StringRef> words;
    llvm::SplitString(text, words);
    if (words.empty())
      return {};
    std::vector<std::string> result(words.begin(), words.end());
    result[0] = find(words[0]);
    return result[0].empty() ? std::vector<std::string>() : result;
  };
  if (!wanted.empty()) {
    if (auto found = command(wanted); !found.empty())
      return found;
    fail("the C++ compiler " + wanted + " was not found; name another one with --cxx");
  }
  if (!triple.empty()) {
    if (auto found = command(triple + "-g++"); !found.empty())
      return found;
    fail("no cross compiler " + triple + "-g++ was found; install it (Debian: g++-" + triple +
         ") or name one with --cxx");
  }
  for (const char *variable : {"MGEC_CXX", "CXX"})
    if (const char *value = getenv(variable); value && *value) {
      if (auto found = command(value); !found.empty())
        return found;
      fail(std::string("the C++ compiler ") + value + " that " + variable + " names was not found");
    }
  for (const char *name : {"g++", "clang++", "c++"})
    if (auto found = command(name); !found.empty())
      return found;
  fail("building a library needs a C++17 compiler, and none was found (looked for g++, clang++, c++); install one, set "
       "CXX, "
       "or write sources with -o FOLDER");
}

namespace {

/// A folder of our own that disappears with us.
class TemporaryFolder {
public:
  TemporaryFolder() {
    if (std::error_code error = fs::createUniqueDirectory("mgec-build", folder))
      fail("cannot make a temporary folder: " + error.message());
    remover.emplace(folder.str().str());
  }
  std::string file(StringRef name) const {
    SmallString<256> result(folder);
    path::append(result, name);
    return result.str().str();
  }
  SmallString<128> folder;

private:
  std::optional<Disappearing> remover;
};

void run(const std::vector<std::string> &command, const TemporaryFolder &temporary, StringRef log) {
  std::string error;
  int status = runProgram(command, temporary.file(log), temporary.folder.str().str(), error);
  if (status == 0)
    return;
  std::string said;
  if (auto buffer = llvm::MemoryBuffer::getFile(temporary.file(log)))
    said = (*buffer)->getBuffer().take_front(4000).str();
  if (status > 128 && said.empty())
    said = std::string("it was ended by the signal ") + strsignal(status - 128) + "\n";
  fail("the C++ compiler failed: " + llvm::join(command, " ") + "\n" + (error.empty() ? "" : error + "\n") + said);
}

} // namespace

void mgec::codegen::buildArtifact(const SourceTree &tree, const TargetSet &targets, const std::string &output,
                                  const BuildOptions &options) {
  const std::vector<std::string> compiler = findCompiler(options.compiler, targets.best().triple);
  bool shared = StringRef(output).ends_with(".so");
  // Written beside its place and renamed: a reader never sees half a library. That it can be written is known before
  // the compilers run.
  SmallString<256> folder(output);
  path::remove_filename(folder);
  if (!folder.empty())
    if (std::error_code error = fs::create_directories(folder))
      fail("cannot make the folder " + folder.str().str() + ": " + error.message());
  std::string partial = output + ".tmp" + std::to_string(getpid());
  std::error_code unwritable;
  Disappearing remover(partial); // whatever happens; after the rename there is nothing to remove
  llvm::raw_fd_ostream(partial, unwritable, fs::OF_None);
  if (unwritable)
    fail("cannot write " + output + ": " + unwritable.message());
  TemporaryFolder temporary;
  writeTree(tree, temporary.folder.str().str());

  struct Unit {
    std::string source, flags;
  };
  std::vector<Unit> units; // long ones first
  for (const Target &target : targets.targets)
    units.push_back({"code_" + target.tag + ".cpp", target.flags});
  units.push_back({"model.cpp", ""});
  units.push_back({shared ? "export.cpp" : "register.cpp", ""});
  units.push_back({"weights.S", ""});

  std::atomic<size_t> next{0};
  std::mutex mutex;
  std::string failure;
  auto work = [&] {
    for (size_t k; (k = next++) < units.size();) {
      const Unit &unit = units[k];
      std::vector<std::string> command = compiler;
      for (const std::string &word :
           {std::string("-c"), temporary.file(unit.source), std::string("-o"), temporary.file(unit.source + ".o"),
            std::string("-fPIC"), std::string("-fvisibility=hidden")})
        command.push_back(word);
      if (StringRef(unit.source).ends_with(".cpp")) {
        for (const char *flag :
             {"-std=c++17", "-O3", "-ffp-contract=off", "-fno-exceptions", "-fno-rtti", "-Wall", "-Wextra"})
          command.push_back(flag);
        // Same sources, same objects, wherever they stand.
        command.push_back("-ffile-prefix-map=" + temporary.folder.str().str() + "=.");
        llvm::SmallVector<StringRef> flags;
        StringRef(unit.flags).split(flags, ' ', -1, false);
        for (StringRef flag : flags)
          command.push_back(flag.str());
      }
      command.push_back("-I" + temporary.folder.str().str());
      try {
        run(command, temporary, unit.source + ".log");
        std::lock_guard lock(mutex);
        if (options.progress)
          options.progress(unit.source);
      } catch (const std::exception &error) {
        std::lock_guard lock(mutex);
        if (failure.empty())
          failure = error.what();
        next = units.size();
      }
    }
  };
  unsigned jobs = options.jobs ? options.jobs : std::max(1u, std::thread::hardware_concurrency());
  std::vector<std::thread> threads;
  for (unsigned k = 1; k < std::min<size_t>(jobs, units.size()); ++k)
    threads.emplace_back(work);
  work();
  for (std::thread &thread : threads)
    thread.join();
  if (!failure.empty())
    fail(failure);

  fs::remove(partial); // ar would add to it
  std::vector<std::string> command;
  if (shared) {
    // Nothing but the artifact symbol is visible; the runtime is found by whoever loads the library, not linked.
    command = compiler;
    for (const std::string &word : {std::string("-shared"), std::string("-o"), partial})
      command.push_back(word);
    for (const char *flag : {"-Wl,-z,defs", "-Wl,-z,noexecstack", "-Wl,--build-id=none", "-static-libgcc"})
      command.push_back(flag);
  } else {
    std::string ar = "ar";
    if (!targets.best().triple.empty())
      ar = targets.best().triple + "-ar";
    auto found = llvm::sys::findProgramByName(ar);
    if (!found)
      fail("a static archive needs the program " + ar + ", which was not found; install binutils");
    command = {*found, "rcsD", partial};
  }
  for (const Unit &unit : units)
    command.push_back(temporary.file(unit.source + ".o"));
  if (shared)
    command.push_back("-lm");
  run(command, temporary, "link.log");
  if (std::error_code error = fs::rename(partial, output))
    fail("cannot write " + output + ": " + error.message());
}
