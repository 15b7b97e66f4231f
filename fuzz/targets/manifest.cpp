// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// The manifest of a model file, as text. Models that it describes are loaded and run.
#include "simulator.hpp"

HBM_FUZZ_TARGET(manifest, input) {
  const std::string file = hbm_fuzz::stored_zip("manifest.json", input.text(input.left()));
  hbm_fuzz::use_model_file(file.data(), file.size());
}
