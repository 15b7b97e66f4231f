// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "dnn/openvino_engine.hpp"

#include <array>
#include <chrono>
#include <memory>
#include <vector>

#include "dnn/engine_settings.hpp"
#include "dnn/openvino_plugin.hpp"
#include "dnn/status_error.hpp"
#include "engine_openvino/engine_plugin.h"
#include "hobot/hb_ucp_status.h"
#include "ucp/job.hpp"

namespace hbm_sim {
namespace {

constexpr std::size_t kLargestProgramBytes = std::size_t{1} << 30;
constexpr std::size_t kErrorBytes = 1024;
// Loading a large model takes seconds on a board, too; a longer time is worth a line in the log.
constexpr std::chrono::seconds kNoticeableLoadTime{3};

using ErrorText = std::array<char, kErrorBytes>;

/// Throws StatusError with the text of a call of the plugin that failed.
void require(std::int32_t status, const ErrorText& error) {
  if (status != HB_UCP_SUCCESS) {
    throw StatusError(status, error.data());
  }
}

class OpenVinoEngine final : public Engine {
 public:
  OpenVinoEngine(const hbm_sim_engine_plugin& plugin, hbm_sim_program* program) : plugin_(plugin), program_(program) {}
  ~OpenVinoEngine() override { plugin_.unload(program_); }

  void execute(const hbDNNTensor* inputs, hbDNNTensor* outputs) override {
    ErrorText error;
    require(plugin_.execute(program_, inputs, outputs, error.data(), error.size()), error);
  }

 private:
  const hbm_sim_engine_plugin& plugin_;
  hbm_sim_program* program_;
};

std::vector<hbm_sim_port> ports(const std::vector<TensorSpec>& tensors) {
  std::vector<hbm_sim_port> result;
  result.reserve(tensors.size());
  for (const TensorSpec& tensor : tensors) {
    result.push_back({tensor.name.c_str(), tensor.properties});
  }
  return result;
}

}  // namespace

std::unique_ptr<Engine> make_openvino_engine(const ModelSpec& model, const ZipArchive& archive) {
  // Read before OpenVINO is loaded, so that a damaged file is reported as such.
  const std::string xml = archive.read_text(model.program_xml, kLargestProgramBytes);
  const std::size_t weights_bytes = archive.member_bytes(model.program_bin);
  const std::unique_ptr<unsigned char[]> weights(new unsigned char[weights_bytes]);
  archive.read(model.program_bin, weights.get());

  const hbm_sim_engine_plugin& plugin = openvino_plugin();
  const std::vector<hbm_sim_port> inputs = ports(model.inputs);
  const std::vector<hbm_sim_port> outputs = ports(model.outputs);
  const EngineSettings& settings = engine_settings();
  hbm_sim_program_source source{};
  source.xml = xml.data();
  source.xml_bytes = xml.size();
  source.weights = weights.get();
  source.weights_bytes = weights_bytes;
  source.inputs = inputs.data();
  source.input_count = static_cast<std::int32_t>(inputs.size());
  source.outputs = outputs.data();
  source.output_count = static_cast<std::int32_t>(outputs.size());
  source.concurrency = hbm_sim_core_count();
  source.threads = settings.threads;
  source.fast = settings.fast ? 1 : 0;
  source.cache_directory = settings.cache_directory.empty() ? nullptr : settings.cache_directory.c_str();
  ErrorText error;
  const auto begin = std::chrono::steady_clock::now();
  hbm_sim_program* program = nullptr;
  require(plugin.load(&source, &program, error.data(), error.size()), error);
  const std::chrono::duration<double> load_time = std::chrono::steady_clock::now() - begin;
  if (load_time > kNoticeableLoadTime) {
    hbm_sim_warn("model '%s': compiling its network for this host took %.1f s%s", model.name.c_str(), load_time.count(),
                 settings.cache_directory.empty() ? " (not cached, because HBM_SIM_CACHE_DIR is empty)" : "");
  }
  return std::make_unique<OpenVinoEngine>(plugin, program);
}

}  // namespace hbm_sim
