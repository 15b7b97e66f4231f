// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// The calls of one run(), straight over the C API, in a loop: prints the median nanoseconds of one.
// Usage: c_loop MODEL.hbm CALLS, then a line "go" on stdin for each measurement wanted.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "hobot/dnn/hb_dnn.h"
#include "hobot/hb_ucp.h"

namespace {

void check(std::int32_t status) {
  if (status != 0) {
    std::fprintf(stderr, "C API: %d %s\n", static_cast<int>(status), hbUCPGetErrorDesc(status));
    std::exit(1);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    return 2;
  }
  const char* path = argv[1];
  const int calls = std::atoi(argv[2]);
  hbDNNPackedHandle_t packed = nullptr;
  const char** names = nullptr;
  std::int32_t count = 0;
  hbDNNHandle_t model = nullptr;
  check(hbDNNInitializeFromFiles(&packed, &path, 1));
  check(hbDNNGetModelNameList(&names, &count, packed));
  check(hbDNNGetModelHandle(&model, packed, names[0]));
  hbDNNTensor input{}, output{};
  check(hbDNNGetInputTensorProperties(&input.properties, model, 0));
  check(hbDNNGetOutputTensorProperties(&output.properties, model, 0));
  const auto bytes = static_cast<std::uint64_t>(input.properties.alignedByteSize);
  check(hbUCPMallocCached(&input.sysMem, bytes, 0));
  check(hbUCPMallocCached(&output.sysMem, bytes, 0));
  std::vector<char> source(bytes, 1), result(bytes);
  hbUCPSchedParam sched;
  HB_UCP_INITIALIZE_SCHED_PARAM(&sched);
  sched.backend = HB_UCP_BPU_CORE_ANY;

  char line[16];
  while (std::fgets(line, sizeof line, stdin) != nullptr) {
    std::vector<double> batches;
    for (int batch = 0; batch < 5; ++batch) {
      const auto start = std::chrono::steady_clock::now();
      for (int i = 0; i < calls; ++i) {
        std::memcpy(input.sysMem.virAddr, source.data(), bytes);
        check(hbUCPMemFlush(&input.sysMem, HB_SYS_MEM_CACHE_CLEAN));
        hbUCPTaskHandle_t task = nullptr;
        check(hbDNNInferV2(&task, &output, &input, model));
        check(hbUCPSubmitTask(task, &sched));
        check(hbUCPWaitTaskDone(task, 0));
        check(hbUCPMemFlush(&output.sysMem, HB_SYS_MEM_CACHE_INVALIDATE));
        hbDNNTensorProperties real;
        check(hbDNNGetTaskOutputTensorProperties(&real, task, 0, 0));
        check(hbUCPReleaseTask(task));
        std::memcpy(result.data(), output.sysMem.virAddr, bytes);
      }
      batches.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / calls);
    }
    std::nth_element(batches.begin(), batches.begin() + 2, batches.end());
    std::printf("%.9g\n", batches[2]);
    std::fflush(stdout);
  }
}
