// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "runtime/call.hpp"

namespace hbm_test {

/// Counters and settings of the awkward implementation, in the process's own copy of it.
struct AwkwardControl {
  void (*fail)(const char* function, std::int32_t status, std::int32_t count);
  void (*fail_at)(const char* function, std::int32_t status, std::int32_t position);
  std::int32_t (*fail_no_more)(const char* function);
  void (*hold)(bool held);
  void (*complete_twice)(bool twice);
  void (*set_release_us)(std::int64_t microseconds);
  std::int32_t (*violations)();
  char const* (*last_violation)();
  std::int64_t (*live_allocations)();
  std::int64_t (*allocation_count)();
  std::int32_t (*live_tasks)();
  std::int32_t (*most_tasks)();
  std::int32_t (*releases_here)();
};

const AwkwardControl& awkward_control();

/// A model file of the awkward format, removed at the end.
class ModelFile {
 public:
  explicit ModelFile(const std::string& text);
  ~ModelFile();
  ModelFile(const ModelFile&) = delete;
  ModelFile& operator=(const ModelFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::shared_ptr<hbm::ModelSet> load(const std::string& text);

/// A model whose output is its input of four bytes, and such an input.
inline constexpr const char* kEcho = "model echo\ninput x 3 4\noutput y 3 4\n";
inline const std::vector<std::uint8_t> kEchoInput = {1, 2, 3, 4};

/// The model of a set that has this name.
const hbm::Model& model_of(const hbm::ModelSet& set, const std::string& name);

/// A dense array of bytes as input.
hbm::InputView view_of(const std::vector<std::uint8_t>& bytes, const std::vector<std::int64_t>& shape);

/// The items of a result, squeezed together.
std::vector<std::uint8_t> bytes_of(const hbm::OutputResult& result, std::int64_t item_bytes);

/// Runs one model on one input and gives the bytes of its first output.
std::vector<std::uint8_t> run_once(const std::shared_ptr<hbm::ModelSet>& set, const std::string& model,
                                   const std::vector<std::uint8_t>& input, const std::vector<std::int64_t>& shape);

/// Checks after each test that the runtime did nothing the C API forbids, and left no task behind.
class AwkwardTest : public testing::Test {
 protected:
  void TearDown() override;
};

/// Waits until the library has nothing any more of the calls before: one that was abandoned ends on a thread of the
/// runtime.
void release_everything();

}  // namespace hbm_test
