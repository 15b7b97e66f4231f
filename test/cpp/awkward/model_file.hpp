// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "hobot/dnn/hb_dnn.h"

namespace awkward {

struct Tensor {
  std::string name;
  std::string description;
  hbDNNTensorProperties properties = {};
  std::vector<float> scales;
};

struct Model {
  std::string name;
  std::string description;
  std::int64_t latency_us = 0;
  bool fails = false;
  std::vector<Tensor> inputs;
  std::vector<Tensor> outputs;
};

struct Package {
  std::string description;
  std::vector<std::unique_ptr<Model>> models;
  std::vector<const char*> names;
};

/// Reads the text format of these tests, one word list a line:
///   awkward DESCRIPTION
///   model NAME [latency_us=N] [fails]
///   input|output NAME DTYPE_NUMBER DIM,DIM,… [stride=N,N,…] [bytes=N] [scale=F,F,…] [axis=N]
/// Null where the file is something else.
std::unique_ptr<Package> read_package(const char* file);

}  // namespace awkward
