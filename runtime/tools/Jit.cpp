//===- Jit.cpp - compiling a model when it is loaded ----------------------------------------------------------===//
#include "Jit.h"

#include "../core/Env.h"
#include "../core/Object.h"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <dirent.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

namespace mgec::tools {

using core::environment;
using core::ModelPtr;
using core::ModelSource;
using core::Status;
using core::Wanted;

namespace {

constexpr int kModelFd = 9; // where the child finds a model from memory

/// A file descriptor that closes itself.
class Fd {
public:
  explicit Fd(int fd = -1) : fd_(fd) {}
  ~Fd() { reset(); }
  Fd(const Fd &) = delete;
  Fd &operator=(const Fd &) = delete;
  void reset(int fd = -1) {
    if (fd_ >= 0)
      ::close(fd_);
    fd_ = fd;
  }
  int get() const { return fd_; }

private:
  int fd_;
};

bool executable(const std::string &path) { return ::access(path.c_str(), X_OK) == 0; }

/// The mgec program; "" when there is none.
std::string find_program() {
  const char *given = environment("MGEC_COMPILER");
  std::string name = given && *given ? given : "mgec";
  if (name.find('/') != std::string::npos)
    return executable(name) ? name : std::string();
  const std::string folder = given ? std::string() : core::ownFolder();
  if (!folder.empty())
    for (const char *place : {"mgec", "../bin/mgec"})
      if (executable(folder + place))
        return folder + place;
  const char *path = environment("PATH");
  while (path && *path) {
    const char *end = std::strchr(path, ':');
    std::string file = end ? std::string(path, end) : std::string(path);
    path = end ? end + 1 : nullptr;
    if (file.empty())
      continue;
    file += '/' + name;
    if (executable(file))
      return file;
  }
  return {};
}

/// A folder that is gone at the end, in memory where the system has such a place.
class SecretFolder {
public:
  bool make() {
    for (const char *parent : {"/dev/shm", "/tmp"}) {
      std::string path = std::string(parent) + "/mgec-XXXXXX";
      if (mkdtemp(&path[0])) { // for this user only
        path_ = path;
        return true;
      }
    }
    return false;
  }
  ~SecretFolder() {
    if (path_.empty())
      return;
    if (DIR *folder = opendir(path_.c_str())) {
      while (const dirent *item = readdir(folder))
        unlinkat(dirfd(folder), item->d_name, 0);
      closedir(folder);
    }
    rmdir(path_.c_str());
  }
  const std::string &path() const { return path_; }

private:
  std::string path_;
};

/// Reads lines until the other side closes.
template <typename Each> void read_lines(int fd, Each each) {
  std::string rest;
  char buffer[4096];
  ssize_t got;
  while ((got = ::read(fd, buffer, sizeof(buffer))) > 0 || (got < 0 && errno == EINTR))
    for (ssize_t i = 0; i < got; ++i) {
      if (buffer[i] != '\n') {
        rest += buffer[i];
        continue;
      }
      each(rest);
      rest.clear();
    }
  if (!rest.empty())
    each(rest);
}

constexpr char kErrorMark[] = "mgec: error: ";

/// Runs mgec. `answer` is the line on its standard output, `report` what it says of an error; returns its status, or -1
/// with errno.
int run_program(const std::string &program, const std::vector<std::string> &words, int model,
                const std::string &temporary, void (*log)(const std::string &line), std::string &answer,
                std::string &report) {
  std::vector<char *> argv, env;
  for (const std::string &word : words)
    argv.push_back(const_cast<char *>(word.c_str()));
  argv.push_back(nullptr);
  const std::string place = "TMPDIR=" + temporary;
  for (char **entry = environ; entry && *entry; ++entry)
    if (std::strncmp(*entry, "MGEC_PROGRESS=", 14) != 0 &&
        (temporary.empty() || std::strncmp(*entry, "TMPDIR=", 7) != 0))
      env.push_back(*entry);
  env.push_back(const_cast<char *>("MGEC_PROGRESS=lines"));
  const std::string parent = "MGEC_PARENT=" + std::to_string(::getpid()); // it ends with this process
  env.push_back(const_cast<char *>(parent.c_str()));
  if (!temporary.empty())
    env.push_back(const_cast<char *>(place.c_str()));
  env.push_back(nullptr);

  int out[2], err[2];
  if (::pipe2(out, O_CLOEXEC) != 0)
    return -1;
  Fd out_read(out[0]), out_write(out[1]);
  if (::pipe2(err, O_CLOEXEC) != 0)
    return -1;
  Fd err_read(err[0]), err_write(err[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, out_write.get(), 1);
  posix_spawn_file_actions_adddup2(&actions, err_write.get(), 2);
  if (model >= 0)
    posix_spawn_file_actions_adddup2(&actions, model, kModelFd);
  // What this program does with signals is no business of the other one.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  sigfillset(&signals);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  pid_t child;
  const int failure = posix_spawn(&child, program.c_str(), &actions, &attributes, argv.data(), env.data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (failure) {
    errno = failure;
    return -1;
  }
  out_write.reset();
  err_write.reset();
  read_lines(err_read.get(), [&](const std::string &line) {
    log(line);
    if (line.compare(0, sizeof(kErrorMark) - 1, kErrorMark) == 0)
      report = line.substr(sizeof(kErrorMark) - 1);
    else if (!report.empty())
      report += '\n' + line;
  });
  read_lines(out_read.get(), [&](const std::string &line) { answer = line; }); // one, which the pipe holds
  int status = 0;
  pid_t done;
  while ((done = ::waitpid(child, &status, 0)) < 0 && errno == EINTR) {
  }
  if (done < 0) // the program ignores SIGCHLD: what was answered decides
    return answer.empty() ? 1 : 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void replace_all(std::string &text, const std::string &from, const std::string &to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

} // namespace

Status compile_on_load(const ModelSource &source, const Wanted &wanted, void (*log)(const std::string &line),
                       Status (*open)(const std::string &library, ModelPtr &out), ModelPtr &out) {
  if (getauxval(AT_SECURE))
    return Status::error("a set-uid program compiles nothing at load");
  const std::string program = find_program();
  if (program.empty())
    return Status::error(
        "the mgec program, which could compile the model now, is not found: set MGEC_COMPILER or PATH");

  Fd model;
  std::string file = source.path;
  if (file.empty()) {
    model.reset(::memfd_create("mgec-model", MFD_CLOEXEC));
    const char *data = static_cast<const char *>(source.data);
    for (size_t done = 0; model.get() >= 0 && done < source.size;) {
      const ssize_t wrote = ::write(model.get(), data + done, source.size - done);
      if (wrote < 0 && errno != EINTR)
        model.reset();
      else if (wrote > 0)
        done += static_cast<size_t>(wrote);
    }
    if (model.get() < 0)
      return Status::errorf("the model cannot be handed to mgec: %s", std::strerror(errno));
    file = "/proc/self/fd/" + std::to_string(kModelFd);
  }

  std::vector<std::string> words = {program, "compile", file};
  if (source.path.empty())
    words.insert(words.end(), {"--name", "model"});
  for (const auto &[name, shape] : wanted.shapes)
    words.insert(words.end(), {"--shape", name + '=' + shape.text()});
  words.emplace_back("--skip-unknown-shapes"); // as MegEngine Lite does with a configuration
  SecretFolder folder;
  std::string library;
  const auto names = [](const char *variable) { return environment(variable) && *environment(variable); };
  if (wanted.secret || !(names("MGEC_CACHE_DIR") || names("XDG_CACHE_HOME") || names("HOME"))) {
    if (!folder.make())
      return Status::errorf("there is no place for the library: %s", std::strerror(errno));
    library = folder.path() + "/model.so";
    words.insert(words.end(), {"-o", library});
  } else {
    words.emplace_back("--cached");
  }
  log(source.name() + ": no compiled code is known; asking " + program + " for it");
  std::string answer, report;
  const int status = run_program(program, words, model.get(), folder.path(), log, answer, report);
  if (status < 0)
    return Status::errorf("%s cannot be started: %s", program.c_str(), std::strerror(errno));
  if (status != 0) {
    replace_all(report, file, source.name());
    if (report.empty())
      report = core::format("%s ended with status %d and said nothing", program.c_str(), status);
    return Status::errorf("compiling it now failed: %s", report.c_str());
  }
  if (library.empty() && answer.empty())
    return Status::errorf("%s made no library: is it the mgec program?", program.c_str());
  return open(library.empty() ? answer : library, out);
}

} // namespace mgec::tools
