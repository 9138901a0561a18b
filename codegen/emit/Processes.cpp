//===- Processes.cpp - other programs, and an end that leaves nothing behind ------------------------------------===//
#include "codegen/emit/Processes.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>

#include <fcntl.h>
#include <spawn.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

using namespace mgec::codegen;

namespace {

/// What is to be gone when the process ends. Never destroyed: the thread that waits for signals may come at any time.
struct Registry {
  std::mutex mutex; // never released once a signal has come: nothing is started or made any more
  std::multiset<std::string> paths;
  std::set<pid_t> groups; // process groups of the programs that run
  std::atomic<void (*)()> call{nullptr};
};

Registry &registry() {
  static Registry *all = new Registry;
  return *all;
}

volatile std::sig_atomic_t brokenPipe = false;

void end(int signal) {
  Registry &all = registry();
  all.mutex.lock();
  if (auto call = all.call.load())
    call();
  // The threads in runProgram take note of the ends.
  const auto anyAlive = [&] {
    return std::any_of(all.groups.begin(), all.groups.end(), [](pid_t leader) { return kill(leader, 0) == 0; });
  };
  for (pid_t group : all.groups)
    kill(-group, SIGTERM);
  for (int tries = 0; tries < 2000 && anyAlive(); ++tries)
    usleep(1000);
  for (pid_t group : all.groups)
    kill(-group, SIGKILL);
  std::error_code left;
  for (const std::string &path : all.paths)
    for (int tries = 0; tries < 100 && (std::filesystem::remove_all(path, left), left); ++tries)
      usleep(1000); // something that is being killed still wrote there
  std::signal(signal, SIG_DFL);
  sigset_t own;
  sigemptyset(&own);
  sigaddset(&own, signal);
  kill(getpid(), signal);
  pthread_sigmask(SIG_UNBLOCK, &own, nullptr);
  _exit(128 + signal);
}

} // namespace

void mgec::codegen::endCleanlyOnSignals() {
  std::signal(SIGCHLD, SIG_DFL); // whoever ignored it before: the status of a compiler is wanted
  sigset_t wanted;
  sigemptyset(&wanted);
  bool any = false;
  // A runtime that compiles at load waits for this process: without it, nobody wants the result.
  const char *parent = std::getenv("MGEC_PARENT"), *place = std::getenv("TMPDIR");
  if (parent) {
    if (place && std::filesystem::path(place).filename().string().rfind("mgec-", 0) == 0)
      registry().paths.insert(place); // its folder for this one library
    prctl(PR_SET_PDEATHSIG, SIGTERM);
  }
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction action;
    if (sigaction(signal, nullptr, &action) != 0 || action.sa_handler == SIG_IGN)
      continue; // nohup, or a job in the background
    sigaddset(&wanted, signal);
    any = true;
  }
  if (!any || pthread_sigmask(SIG_BLOCK, &wanted, nullptr) != 0)
    return;
  // A broken pipe concerns the thread that writes: it hands it on.
  if (sigismember(&wanted, SIGTERM)) {
    struct sigaction pipe = {};
    pipe.sa_handler = [](int) {
      brokenPipe = true;
      kill(getpid(), SIGTERM);
    };
    struct sigaction before;
    if (sigaction(SIGPIPE, nullptr, &before) == 0 && before.sa_handler == SIG_DFL)
      sigaction(SIGPIPE, &pipe, nullptr);
  }
  try {
    std::thread([wanted] {
      int signal;
      while (sigwait(&wanted, &signal) != 0) {
      }
      end(brokenPipe ? SIGPIPE : signal);
    }).detach();
    if (parent && getppid() != static_cast<pid_t>(std::atoi(parent))) // it went before it could be told
      kill(getpid(), SIGTERM);
  } catch (const std::system_error &) {
    pthread_sigmask(SIG_UNBLOCK, &wanted, nullptr);
  }
}

void mgec::codegen::onSignal(void (*call)()) { registry().call = call; }

Disappearing::Disappearing(std::string path) : path(std::move(path)) {
  std::lock_guard lock(registry().mutex);
  registry().paths.insert(this->path);
}

Disappearing::~Disappearing() {
  std::error_code ignored;
  std::filesystem::remove_all(path, ignored);
  std::lock_guard lock(registry().mutex);
  registry().paths.erase(registry().paths.find(path));
}

int mgec::codegen::runProgram(const std::vector<std::string> &command, const std::string &log,
                              const std::string &temporary, std::string &error) {
  std::vector<char *> argv, env;
  for (const std::string &word : command)
    argv.push_back(const_cast<char *>(word.c_str()));
  argv.push_back(nullptr);
  const std::string place = "TMPDIR=" + temporary;
  for (char **entry = environ; entry && *entry; ++entry)
    if (std::strncmp(*entry, "TMPDIR=", 7) != 0)
      env.push_back(*entry);
  env.push_back(const_cast<char *>(place.c_str()));
  env.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, 1, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  posix_spawn_file_actions_adddup2(&actions, 1, 2);
  // A process group of its own, so that a signal reaches what it starts too; and signals as they are by default.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  posix_spawnattr_setpgroup(&attributes, 0);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  pid_t child = -1;
  int failure;
  {
    std::lock_guard lock(registry().mutex);
    failure = posix_spawn(&child, command[0].c_str(), &actions, &attributes, argv.data(), env.data());
    if (failure == 0)
      registry().groups.insert(child);
  }
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (failure) {
    error = std::strerror(failure);
    return -1;
  }
  int status = 0;
  pid_t done;
  while ((done = waitpid(child, &status, 0)) < 0 && errno == EINTR) {
  }
  {
    std::lock_guard lock(registry().mutex);
    registry().groups.erase(child);
  }
  if (done < 0) {
    error = std::strerror(errno);
    return -1;
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
