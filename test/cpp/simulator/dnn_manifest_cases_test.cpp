// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0

// Which manifests the simulator takes: the same as the packer's reader, which test/core/test_packer_manifest.py asks
// about the same file. test/core/manifest_cases.py describes what a case is.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "dnn/manifest.hpp"
#include "dnn/status_error.hpp"
#include "hobot/hb_ucp_status.h"

namespace hbm_sim {
namespace {

using nlohmann::json;

std::string manifest_text(const json& base, const json& test_case) {
  if (test_case.contains("text")) {
    return test_case["text"].get<std::string>();
  }
  json manifest = base;
  const json changes = test_case.value("set", json::object());
  for (const auto& change : changes.items()) {
    manifest[json::json_pointer(change.key())] = change.value();
  }
  if (test_case.contains("remove")) {
    manifest = manifest.patch(json::array({{{"op", "remove"}, {"path", test_case["remove"]}}}));
  }
  if (test_case.contains("repeat")) {
    const json::json_pointer place(test_case["repeat"].get<std::string>());
    const json element = manifest[place];
    json& list = manifest[place.parent_pointer()];
    list.erase(list.begin() + std::stoi(place.back()));
    for (int index = 0; index < test_case["count"].get<int>(); ++index) {
      list.push_back(element);
      list.back()["name"] = element["name"].get<std::string>() + std::to_string(index);
    }
  }
  return manifest.dump();
}

json cases() {
  std::ifstream file(HBM_MANIFEST_CASES);
  return json::parse(file);
}

TEST(ManifestCases, good_manifests_are_read) {
  const json all = cases();
  ASSERT_FALSE(all["good"].empty());
  for (const json& good : all["good"]) {
    try {
      parse_manifest(manifest_text(all["base"], good));
    } catch (const StatusError& error) {
      ADD_FAILURE() << good["name"] << ": " << error.what();
    }
  }
}

TEST(ManifestCases, bad_manifests_are_refused_as_invalid_models) {
  const json all = cases();
  ASSERT_FALSE(all["bad"].empty());
  for (const json& bad : all["bad"]) {
    try {
      parse_manifest(manifest_text(all["base"], bad));
      ADD_FAILURE() << bad["name"] << ": accepted";
    } catch (const StatusError& error) {
      EXPECT_EQ(error.status(), HB_UCP_MODEL_INVALID) << bad["name"];
    }
  }
}

}  // namespace
}  // namespace hbm_sim
