// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "awkward_library.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "hbm/tensor/layout.hpp"
#include "hbm/tensor/strided.hpp"

namespace hbm_test {
namespace {

template <typename Function>
void find(void* library, const char* name, Function* function) {
  *function = reinterpret_cast<Function>(dlsym(library, name));
  if (*function == nullptr) {
    std::fprintf(stderr, "%s\n", dlerror());
    std::abort();
  }
}

AwkwardControl open_control() {
  void* library = dlopen("libhbucp.so", RTLD_LAZY | RTLD_NOLOAD);
  AwkwardControl control;
  find(library, "awkward_fail", &control.fail);
  find(library, "awkward_fail_at", &control.fail_at);
  find(library, "awkward_fail_no_more", &control.fail_no_more);
  find(library, "awkward_hold", &control.hold);
  find(library, "awkward_complete_twice", &control.complete_twice);
  find(library, "awkward_set_release_us", &control.set_release_us);
  find(library, "awkward_violations", &control.violations);
  find(library, "awkward_last_violation", &control.last_violation);
  find(library, "awkward_live_allocations", &control.live_allocations);
  find(library, "awkward_allocation_count", &control.allocation_count);
  find(library, "awkward_live_tasks", &control.live_tasks);
  find(library, "awkward_most_tasks", &control.most_tasks);
  find(library, "awkward_releases_here", &control.releases_here);
  return control;
}

}  // namespace

const AwkwardControl& awkward_control() {
  static const AwkwardControl control = open_control();
  return control;
}

ModelFile::ModelFile(const std::string& text) {
  static std::atomic<int> count{0};
  path_ = testing::TempDir() + "awkward_" + std::to_string(getpid()) + "_" + std::to_string(count++) + ".hbm";
  std::ofstream(path_) << "awkward test file\n" << text;
}

ModelFile::~ModelFile() { std::remove(path_.c_str()); }

std::shared_ptr<hbm::ModelSet> load(const std::string& text) {
  const ModelFile file(text);
  return hbm::ModelSet::load({file.path()});
}

const hbm::Model& model_of(const hbm::ModelSet& set, const std::string& name) {
  for (const std::unique_ptr<hbm::Model>& model : set.models()) {
    if (model->name() == name) {
      return *model;
    }
  }
  throw std::out_of_range("no model " + name);
}

hbm::InputView view_of(const std::vector<std::uint8_t>& bytes, const std::vector<std::int64_t>& shape) {
  hbm::InputView view;
  view.data = bytes.data();
  std::int64_t stride = static_cast<std::int64_t>(bytes.size());
  for (std::size_t i = 0; i < shape.size(); ++i) {
    stride /= shape[i];
    view.shape[i] = shape[i];
    view.stride_bytes[i] = stride;
  }
  return view;
}

std::vector<std::uint8_t> bytes_of(const hbm::OutputResult& result, std::int64_t item_bytes) {
  const hbm::TensorLayout& layout = *result.layout;
  std::int64_t dense[hbm::kMaxRank];
  hbm::tensor::fill_dense_strides(layout.shape, layout.rank, item_bytes, dense);
  std::vector<std::uint8_t> values(static_cast<std::size_t>(dense[0] * layout.shape[0]));
  hbm::tensor::copy_strided(values.data(), dense, result.block->data(), layout.stride_bytes, layout.shape, layout.rank,
                            item_bytes);
  return values;
}

std::vector<std::uint8_t> run_once(const std::shared_ptr<hbm::ModelSet>& set, const std::string& model,
                                   const std::vector<std::uint8_t>& input, const std::vector<std::int64_t>& shape) {
  hbm::Call call;
  hbm::CallPart& part = call.add_part(model_of(*set, model));
  part.scheduling = hbm::built_in_scheduling();
  part.inputs[0] = view_of(input, shape);
  call.start(set, hbm::Deadline::max());
  call.finish();
  return bytes_of(part.results[0], model_of(*set, model).outputs()[0].info.type().item_bytes());
}

void AwkwardTest::TearDown() {
  awkward_control().hold(false);
  awkward_control().complete_twice(false);
  awkward_control().set_release_us(0);
  // A thread of the runtime may have some in hand.
  const hbm::Deadline limit = hbm::Clock::now() + std::chrono::seconds(20);
  while (awkward_control().live_tasks() > 0 && hbm::Clock::now() < limit) {
    hbm::Device::instance().tasks().release_orphans();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  EXPECT_EQ(awkward_control().violations(), 0) << awkward_control().last_violation();
  EXPECT_EQ(awkward_control().live_tasks(), 0);
}

void release_everything() {
  const hbm::Deadline limit = hbm::Clock::now() + std::chrono::seconds(20);
  do {
    hbm::Device::instance().tasks().release_orphans();
    std::this_thread::yield();
  } while (awkward_control().live_tasks() + awkward_control().live_allocations() > 0 && hbm::Clock::now() < limit);
}

}  // namespace hbm_test
