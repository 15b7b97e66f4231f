// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "engine_openvino/network.hpp"

#include <algorithm>
#include <cstring>
#include <map>
#include <mutex>
#include <openvino/runtime/core.hpp>
#include <openvino/runtime/properties.hpp>
#include <sstream>
#include <string>
#include <thread>

#include "engine_openvino/content_hash.hpp"
#include "engine_openvino/network_cache.hpp"

namespace hbm_sim {
namespace {

constexpr const char* kDevice = "CPU";

ov::Core& core() {
  // Never destroyed: threads of the device may still compute while the process exits. Also used after a call that
  // failed: OpenVINO's documentation asks for one Core per program, and a network that is refused is no rare event.
  static auto* const instance = new ov::Core;
  return *instance;
}

/// Number of OpenVINO streams: as many inferences run at once, further ones wait. More streams than processors would
/// only take memory and load time.
int stream_count(const hbm_sim_program_source& source) {
  const int processors = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  return std::clamp(processors / source.threads, 1, source.concurrency);
}

ov::AnyMap configuration(const hbm_sim_program_source& source) {
  const int streams = stream_count(source);
  ov::AnyMap result{ov::num_streams(streams), ov::inference_num_threads(streams * source.threads),
                    ov::hint::performance_mode(ov::hint::PerformanceMode::LATENCY),
                    // Several networks share the processors with the rest of the robot's programs.
                    ov::hint::enable_cpu_pinning(false)};
  if (source.fast == 0) {
    // Compute in the precision of the network: no bfloat16 on processors that have it.
    result.insert(ov::hint::execution_mode(ov::hint::ExecutionMode::ACCURACY));
    result.insert(ov::hint::inference_precision(ov::element::f32));
  }
  return result;
}

/// Everything that a compiled network depends on, as the name of its cache entry.
std::string content_key(const hbm_sim_program_source& source) {
  ContentHash hash;
  hash.add(ov::get_openvino_version().buildNumber);
  hash.add(core().get_property(kDevice, ov::device::full_name));
  for (const std::string& capability : core().get_property(kDevice, ov::device::capabilities)) {
    hash.add(capability);
  }
  for (const auto& [name, value] : configuration(source)) {
    hash.add(name);
    hash.add(value.as<std::string>());
  }
  hash.add(source.xml, source.xml_bytes);
  hash.add(source.weights, source.weights_bytes);
  return hash.hexadecimal();
}

ov::CompiledModel compile(const hbm_sim_program_source& source) {
  // A copy that OpenVINO owns: constants of the network refer to it.
  ov::Tensor weights(ov::element::u8, ov::Shape{source.weights_bytes});
  std::memcpy(weights.data(), source.weights, source.weights_bytes);
  const auto model = core().read_model(std::string(source.xml, source.xml_bytes), weights);
  return core().compile_model(model, kDevice, configuration(source));
}

ov::CompiledModel import_or_compile(const hbm_sim_program_source& source, const std::string& key) {
  const NetworkCache cache(source.cache_directory != nullptr ? source.cache_directory : "");
  if (!cache.is_enabled()) {
    return compile(source);
  }
  if (const auto content = cache.read(key)) {
    try {
      std::istringstream stream(*content);
      return core().import_model(stream, kDevice, configuration(source));
    } catch (...) {
      cache.remove(key);
    }
  }
  {
    ov::CompiledModel compiled = compile(source);
    try {
      std::ostringstream stream;
      // Otherwise a stream that runs out of memory keeps what it has, and half a network would get into the cache.
      stream.exceptions(std::ios::badbit);
      compiled.export_model(stream);
      cache.write(key, stream.str());
      return compiled;
    } catch (...) {
      // One that cannot be exported is compiled for each load, and again for this one.
    }
  }
  // OpenVINO does not document in which state a failed export leaves a network.
  return compile(source);
}

}  // namespace

std::shared_ptr<Network> load_network(const hbm_sim_program_source& source) {
  static std::mutex mutex;
  static auto* const loaded = new std::map<std::string, std::weak_ptr<Network>>;
  const std::string key = content_key(source);
  // Held while compiling: a second thread with the same content waits for the first one's network.
  const std::lock_guard lock(mutex);
  for (auto at = loaded->begin(); at != loaded->end();) {
    at = at->second.expired() ? loaded->erase(at) : std::next(at);
  }
  if (const auto found = loaded->find(key); found != loaded->end()) {
    if (auto network = found->second.lock()) {
      return network;
    }
  }
  auto network = std::make_shared<Network>(Network{import_or_compile(source, key)});
  (*loaded)[key] = network;
  return network;
}

}  // namespace hbm_sim
