// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// Every input in fuzz/corpus, through the target that its folder names. Run it with -DHBM_SANITIZE=address,undefined.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <string>

#include "target.hpp"

namespace hbm_fuzz {
namespace {

std::map<std::string, Target>& targets() {
  static std::map<std::string, Target> instance;
  return instance;
}

class Corpus : public testing::Test {
 public:
  explicit Corpus(std::string target) : target_(std::move(target)) {}

  void TestBody() override {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator(HBM_FUZZ_CORPUS "/" + target_)) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(file), {}};
      // A fault ends the program, and this is then the last line that was written.
      std::cout << entry.path() << std::endl;
      targets().at(target_)({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
      ++count;
    }
    EXPECT_GT(count, 0) << "no inputs for the target " << target_;
  }

 private:
  std::string target_;
};

}  // namespace

Registration::Registration(const char* name, Target target) {
  targets()[name] = target;
  testing::RegisterTest("FuzzCorpus", name, nullptr, nullptr, __FILE__, __LINE__,
                        [name]() -> Corpus* { return new Corpus(name); });
}

}  // namespace hbm_fuzz
