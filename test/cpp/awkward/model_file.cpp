// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "model_file.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <sstream>

namespace awkward {
namespace {

std::int64_t item_bytes(std::int32_t type) {
  static const std::int64_t sizes[] = {1, 1, 1, 1, 2, 2, 2, 4, 4, 4, 8, 8, 8, 1};
  return sizes[type];
}

std::vector<double> numbers(const std::string& list) {
  std::vector<double> values;
  std::istringstream items(list);
  std::string item;
  while (std::getline(items, item, ',')) {
    values.push_back(std::atof(item.c_str()));
  }
  return values;
}

std::string option(const std::vector<std::string>& words, const std::string& name) {
  for (const std::string& word : words) {
    if (word.rfind(name + "=", 0) == 0) {
      return word.substr(name.size() + 1);
    }
  }
  return {};
}

Tensor read_tensor(const std::vector<std::string>& words) {
  Tensor tensor;
  tensor.name = words[1];
  tensor.description = "about " + words[1];
  hbDNNTensorProperties& p = tensor.properties;
  p.tensorType = std::atoi(words[2].c_str());
  const std::vector<double> shape = numbers(words[3]);
  const std::vector<double> strides = numbers(option(words, "stride"));
  p.validShape.numDimensions = static_cast<std::int32_t>(shape.size());
  std::int64_t dense = item_bytes(p.tensorType);
  bool dynamic = false;
  for (std::size_t i = shape.size(); i-- > 0;) {
    p.validShape.dimensionSize[i] = static_cast<std::int32_t>(shape[i]);
    p.stride[i] = strides.empty() ? (dynamic ? -1 : dense) : static_cast<std::int64_t>(strides[i]);
    dynamic = dynamic || shape[i] < 0 || p.stride[i] < 0;
    const bool halved = p.tensorType < 2 && i + 1 == shape.size();
    dense *= static_cast<std::int64_t>(halved ? (shape[i] + 1) / 2 : shape[i]);
  }
  const std::string bytes = option(words, "bytes");
  p.alignedByteSize = dynamic ? -1 : p.stride[0] * p.validShape.dimensionSize[0];
  if (!bytes.empty()) {
    p.alignedByteSize = std::atoll(bytes.c_str());
  }
  p.quantizeAxis = -1;
  for (const double scale : numbers(option(words, "scale"))) {
    tensor.scales.push_back(static_cast<float>(scale));
  }
  if (!tensor.scales.empty()) {
    const std::string axis = option(words, "axis");
    p.quantiType = SCALE;
    p.quantizeAxis = axis.empty() ? -1 : std::atoi(axis.c_str());
    p.scale.scaleLen = static_cast<std::int32_t>(tensor.scales.size());
  }
  return tensor;
}

}  // namespace

std::unique_ptr<Package> read_package(const char* file) {
  std::ifstream stream(file);
  std::string line;
  if (!std::getline(stream, line) || line.rfind("awkward", 0) != 0) {
    return nullptr;
  }
  auto package = std::make_unique<Package>();
  package->description = line.size() > 8 ? line.substr(8) : "";
  while (std::getline(stream, line)) {
    std::istringstream fields(line);
    std::vector<std::string> words;
    std::string word;
    while (fields >> word) {
      words.push_back(word);
    }
    if (words.size() >= 2 && words[0] == "model") {
      auto model = std::make_unique<Model>();
      model->name = words[1];
      model->description = "model " + words[1];
      model->latency_us = std::atoll(option(words, "latency_us").c_str());
      model->fails = std::find(words.begin(), words.end(), "fails") != words.end();
      package->models.push_back(std::move(model));
    } else if (words.size() >= 4 && !package->models.empty()) {
      Model& model = *package->models.back();
      (words[0] == "input" ? model.inputs : model.outputs).push_back(read_tensor(words));
    }
  }
  for (const auto& model : package->models) {
    for (auto* tensors : {&model->inputs, &model->outputs}) {
      for (Tensor& tensor : *tensors) {
        tensor.properties.scale.scaleData = tensor.scales.data();
      }
    }
    package->names.push_back(model->name.c_str());
  }
  // Neither the file's order nor the alphabet's.
  std::reverse(package->names.begin(), package->names.end());
  return package;
}

}  // namespace awkward
