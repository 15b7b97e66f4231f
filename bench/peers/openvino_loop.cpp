// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// OpenVINO's own C++ API on the program inside a packed model. Usage: openvino_loop NETWORK.xml THREADS CALLS, then a
// line on stdin for each measurement wanted; prints seconds an inference. Inputs are filled with a fixed pattern.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <openvino/openvino.hpp>
#include <vector>

int main(int argc, char** argv) {
  if (argc != 4) {
    return 2;
  }
  const int calls = std::atoi(argv[3]);
  ov::Core core;
  ov::CompiledModel compiled = core.compile_model(
      argv[1], "CPU", ov::hint::performance_mode(ov::hint::PerformanceMode::LATENCY), ov::num_streams(1),
      ov::inference_num_threads(std::atoi(argv[2])), ov::hint::inference_precision(ov::element::f32));
  ov::InferRequest request = compiled.create_infer_request();
  for (std::size_t i = 0; i < compiled.inputs().size(); ++i) {
    ov::Tensor tensor = request.get_input_tensor(i);
    auto* bytes = static_cast<std::uint8_t*>(tensor.data());
    for (std::size_t b = 0; b < tensor.get_byte_size(); ++b) {
      bytes[b] = static_cast<std::uint8_t>(b % 251);
    }
  }
  request.infer();
  char line[16];
  while (std::fgets(line, sizeof line, stdin) != nullptr) {
    std::vector<double> batches;
    for (int batch = 0; batch < 5; ++batch) {
      const auto start = std::chrono::steady_clock::now();
      for (int i = 0; i < calls; ++i) {
        request.infer();
      }
      batches.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count() / calls);
    }
    std::nth_element(batches.begin(), batches.begin() + 2, batches.end());
    double sum = 0;
    const ov::Tensor output = request.get_output_tensor(0);
    for (std::size_t i = 0; i < output.get_size(); ++i) {
      sum += output.data<float>()[i];
    }
    std::printf("%.9g %.9g\n", batches[2], sum);
    std::fflush(stdout);
  }
}
