// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// A command of the package: runs a Python script, with the interrupt held back until the script asks for it. Python
// itself would answer an interrupt with a traceback until the first line of a script runs.
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <filesystem>
#include <string>
#include <vector>

namespace {

int run(int argc, char** argv) {
  sigset_t interrupt;
  sigemptyset(&interrupt);
  sigaddset(&interrupt, SIGINT);
  sigprocmask(SIG_BLOCK, &interrupt, nullptr);
  // Found from here, so that an installation may be moved.
  const auto folder = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  std::string python = HBM_PYTHON;
  std::string script = (folder / HBM_SCRIPT).lexically_normal();
  std::vector<char*> arguments{python.data(), script.data()};
  arguments.insert(arguments.end(), argv + 1, argv + argc);
  arguments.push_back(nullptr);
  execv(python.c_str(), arguments.data());
  std::fprintf(stderr, "%s: cannot start %s: %s; build the package again with the Python of this machine\n", argv[0],
               python.c_str(), std::strerror(errno));
  return 127;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "hbm: %s\n", error.what());
    return 127;
  }
}
