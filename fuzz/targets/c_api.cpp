// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// The C API under sequences of calls, most of them legal: each byte of the input chooses a function, the next ones its
// arguments among what exists, existed, or never did. Afterwards everything is given back, and that must succeed.
#include <array>
#include <atomic>

#include "simulator.hpp"

namespace {

using hbm_fuzz::Input;
using hbm_fuzz::require;

constexpr std::size_t kPlaces = 4;
constexpr std::int32_t kBytes = 256;

/// Two models: one that copies U8 [1, 4, ?] to its output, and one of two cores with two outputs.
const std::string& model_file() {
  static const std::string file =
      hbm_fuzz::stored_zip("manifest.json", R"({"format": "hbm-sim", "version": 1, "models": [
    {"name": "copy", "engine": "timed",
     "inputs": [{"name": "x", "dtype": "U8", "shape": [1, 4, -1]}],
     "outputs": [{"name": "y", "dtype": "U8", "shape": [1, 4, -1], "fill": {"kind": "copy", "input": "x"}}]},
    {"name": "noise", "engine": "timed", "bpu_cores": 2,
     "inputs": [{"name": "a", "dtype": "S16", "shape": [2, 3], "strides": [64, 2]}],
     "outputs": [{"name": "b", "dtype": "F32", "shape": [5], "fill": {"kind": "noise", "seed": 1}},
                 {"name": "c", "dtype": "S4", "shape": [7], "fill": {"kind": "constant", "value": -3}}]}]})");
  return file;
}

void count_callback(hbUCPTaskHandle_t, std::int32_t, void* calls) { ++*static_cast<std::atomic<int>*>(calls); }

/// An address that need not be one.
void* moved(void* address, std::uint64_t offset) {
  return reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(address) + offset);
}

/// What a program holds. Handles stay in their places after they were given back, to be used once more.
class Program {
 public:
  explicit Program(Input input) : input_(input) {}

  void run() {
    for (int call = 0; call < 200 && input_.left() > 0; ++call) {
      call_one();
    }
    clear();
  }

 private:
  void call_one() {
    switch (input_.take<std::uint8_t>() % 14) {
      case 0:
        return load();
      case 1:
        return release_package();
      case 2:
        return static_cast<void>(hbDNNGetModelHandle(&models_[place()], package(), name()));
      case 3:
        return allocate();
      case 4:
        return free_memory();
      case 5:
        return query();
      case 6:
      case 7:
        return infer();
      case 8:
        return submit();
      case 9:
        return wait();
      case 10:
        return release_task();
      case 11:
        return static_cast<void>(
            hbUCPSetTaskDoneCb(task(), input_.between(0, 7) == 0 ? nullptr : count_callback, &calls_));
      case 12:
        return static_cast<void>(hbUCPMemFlush(input_.between(0, 7) == 0 ? nullptr : &memory_[place()], number()));
      default:
        return static_cast<void>(hbDNNGetTaskOutputTensorProperties(&properties_, task(), number(), number()));
    }
  }

  std::size_t place() { return input_.take<std::uint8_t>() % kPlaces; }
  std::int32_t number() { return static_cast<std::int32_t>(input_.between(-2, 6)); }
  const char* name() { return input_.one_of({"copy", "noise", "copy", "noise", "", "none"}); }
  hbDNNPackedHandle_t package() { return input_.between(0, 15) == 0 ? input_.take<void*>() : packages_[place()]; }
  hbDNNHandle_t model() { return input_.between(0, 15) == 0 ? input_.take<void*>() : models_[place()]; }
  hbUCPTaskHandle_t task() { return input_.between(0, 15) == 0 ? input_.take<void*>() : tasks_[place()]; }

  void load() {
    hbDNNPackedHandle_t& handle = packages_[place()];
    if (is_loaded(handle)) {
      return;  // The handle would be lost.
    }
    const void* data = model_file().data();
    auto length =
        static_cast<std::int32_t>(model_file().size()) - static_cast<std::int32_t>(input_.between(0, 15) == 0);
    hbDNNInitializeFromDDR(&handle, &data, &length,
                           static_cast<std::int32_t>(input_.between(0, 15) == 0 ? number() : 1) > 0);
  }

  bool is_loaded(hbDNNPackedHandle_t handle) {
    const char** names = nullptr;
    std::int32_t count = 0;
    return hbDNNGetModelNameList(&names, &count, handle) == 0;
  }

  void release_package() { hbDNNRelease(package()); }

  void allocate() {
    hbUCPSysMem& memory = memory_[place()];
    if (memory.virAddr != nullptr) {
      return;
    }
    hbUCPMalloc(&memory, input_.between(0, 15) == 0 ? input_.take<std::uint64_t>() | std::uint64_t{1} << 36 : kBytes,
                0);
  }

  void free_memory() {
    // While a task uses it, the program must not free it.
    clear_tasks();
    hbUCPSysMem window = memory_[place()];
    if (input_.between(0, 7) == 0) {
      window.phyAddr += input_.take<std::uint8_t>();
      window.virAddr = moved(window.virAddr, input_.take<std::uint8_t>());
    }
    if (hbUCPFree(&window) == 0) {
      for (hbUCPSysMem& memory : memory_) {
        const auto from = reinterpret_cast<std::uintptr_t>(memory.virAddr);
        const bool gone = hbUCPMemFlush(&memory, HB_SYS_MEM_CACHE_CLEAN) != 0;
        memory = from != 0 && gone ? hbUCPSysMem{} : memory;
      }
    }
  }

  void query() {
    const hbDNNHandle_t handle = model();
    std::int32_t count = 0;
    const char* text = nullptr;
    std::uint32_t bytes = 0;
    std::int32_t type = 0;
    const std::int32_t index = number();
    hbDNNGetInputCount(&count, handle);
    if (hbDNNGetInputName(&text, handle, index) == 0) {
      require(text != nullptr && index >= 0 && index < count);
    }
    hbDNNGetOutputCount(input_.between(0, 15) == 0 ? nullptr : &count, handle);
    hbDNNGetOutputName(&text, handle, index);
    hbDNNGetInputTensorProperties(&properties_, handle, index);
    hbDNNGetOutputTensorProperties(input_.between(0, 15) == 0 ? nullptr : &properties_, handle, index);
    hbDNNGetInputDesc(&text, &bytes, &type, handle, index);
    hbDNNGetModelDesc(&text, &bytes, &type, handle);
    hbDNNGetHBMDesc(&text, &bytes, &type, package(), index);
    require(hbDNNGetErrorDesc(input_.take<std::int32_t>()) != nullptr);
  }

  /// Mostly properties that fit, in memory that may overlap or be too small.
  void bind(hbDNNTensor& tensor, hbDNNHandle_t handle, bool is_input, std::int32_t index) {
    tensor = {};
    (is_input ? hbDNNGetInputTensorProperties : hbDNNGetOutputTensorProperties)(&tensor.properties, handle, index);
    tensor.sysMem = memory_[place()];
    if (is_input) {
      hbm_fuzz::settle(tensor.properties);
    }
    const std::int64_t change = input_.between(0, 31);
    if (change == 0) {
      tensor.properties.validShape.numDimensions = input_.take<std::int32_t>();
    } else if (change == 1) {
      tensor.properties.validShape.dimensionSize[input_.between(0, 3)] = input_.take<std::int32_t>();
    } else if (change == 2) {
      tensor.properties.stride[input_.between(0, 3)] = input_.take<std::int64_t>();
    } else if (change == 3) {
      tensor.properties.tensorType = input_.take<std::int32_t>();
    } else if (change == 4) {
      tensor.sysMem.memSize = input_.take<std::uint64_t>();
    } else if (change == 5) {
      const auto offset = static_cast<std::uint64_t>(input_.between(-300, 300));
      tensor.sysMem.phyAddr += offset;
      tensor.sysMem.virAddr = moved(tensor.sysMem.virAddr, offset);
    }
  }

  void infer() {
    const hbDNNHandle_t handle = model();
    std::array<hbDNNTensor, 1> inputs;
    std::array<hbDNNTensor, 2> outputs;
    bind(inputs[0], handle, true, 0);
    bind(outputs[0], handle, false, 0);
    bind(outputs[1], handle, false, 1);
    const std::int64_t kind = input_.between(0, 15);
    hbUCPTaskHandle_t& place_of_task = tasks_[place()];
    const hbDNNTensor* const given = kind == 1 ? nullptr : inputs.data();
    if (kind == 0) {
      hbDNNInferV2(nullptr, outputs.data(), given, handle);
      return;
    }
    hbUCPTaskHandle_t task = kind < 8 ? nullptr : place_of_task;
    if (hbDNNInferV2(&task, outputs.data(), given, handle) == 0 && task != place_of_task) {
      hbUCPReleaseTask(place_of_task);
      place_of_task = task;
    }
  }

  void submit() {
    hbUCPSchedParam parameters;
    HB_UCP_INITIALIZE_SCHED_PARAM(&parameters);
    parameters.backend = input_.flip() ? 3 : HB_UCP_BPU_CORE_ANY;
    if (input_.between(0, 7) == 0) {
      parameters = input_.take<hbUCPSchedParam>();
    }
    hbUCPSubmitTask(task(), input_.between(0, 31) == 0 ? nullptr : &parameters);
  }

  void wait() { hbUCPWaitTaskDone(task(), static_cast<std::int32_t>(input_.between(0, 1))); }
  void release_task() { hbUCPReleaseTask(task()); }

  void clear_tasks() {
    for (const hbUCPTaskHandle_t& task : tasks_) {
      hbUCPReleaseTask(task);
    }
  }

  void clear() {
    clear_tasks();
    for (hbUCPSysMem& memory : memory_) {
      require(memory.virAddr == nullptr || hbUCPFree(&memory) == 0);
    }
    for (const hbDNNPackedHandle_t package : packages_) {
      require(!is_loaded(package) || hbDNNRelease(package) == 0);
    }
  }

  Input input_;
  std::array<hbDNNPackedHandle_t, kPlaces> packages_{};
  std::array<hbDNNHandle_t, kPlaces> models_{};
  std::array<hbUCPSysMem, kPlaces> memory_{};
  std::array<hbUCPTaskHandle_t, kPlaces> tasks_{};
  hbDNNTensorProperties properties_{};
  std::atomic<int> calls_{0};
};

}  // namespace

HBM_FUZZ_TARGET(c_api, input) {
  hbm_fuzz::prepare_simulator();
  Program(input).run();
}
