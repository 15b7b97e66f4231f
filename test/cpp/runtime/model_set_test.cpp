// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/model_set.hpp"

#include <dirent.h>

#include <string>
#include <vector>

#include "awkward_library.hpp"
#include "driver/error.hpp"

namespace {

using hbm_test::awkward_control;
using hbm_test::ModelFile;

class ModelSetTest : public hbm_test::AwkwardTest {};

std::vector<std::string> names_of(const hbm::ModelSet& set) {
  std::vector<std::string> names;
  for (const auto& model : set.models()) {
    names.push_back(model->name());
  }
  return names;
}

int open_descriptors() {
  int count = 0;
  DIR* directory = opendir("/proc/self/fd");
  while (readdir(directory) != nullptr) {
    ++count;
  }
  closedir(directory);
  return count;
}

TEST_F(ModelSetTest, ModelsStandInTheOrderOfTheirFiles) {
  const ModelFile z("model z\ninput x 3 4\noutput y 3 4\n");
  const ModelFile a("model a\ninput x 3 4\noutput y 3 4\n");
  EXPECT_EQ(names_of(*hbm::ModelSet::load({z.path(), a.path()})), (std::vector<std::string>{"z", "a"}));
  EXPECT_EQ(names_of(*hbm::ModelSet::load({a.path(), z.path()})), (std::vector<std::string>{"a", "z"}));
}

TEST_F(ModelSetTest, MissingZeroPointsReadAsZeros) {
  const auto set = hbm_test::load("model m\ninput x 3 4\noutput y 2 1,3 scale=0.5,0.25,0.125 axis=1\n");
  const hbm::Quantization& quantization = set->models()[0]->outputs()[0].info.quantization;
  EXPECT_EQ(quantization.type, SCALE);
  EXPECT_EQ(quantization.axis, 1);
  EXPECT_EQ(quantization.scale, (std::vector<float>{0.5F, 0.25F, 0.125F}));
  EXPECT_EQ(quantization.zero_point, (std::vector<std::int32_t>{0, 0, 0}));
}

TEST_F(ModelSetTest, ALibraryWithoutTheCoreNumberLeavesItUnknown) {
  const auto set = hbm_test::load("model m\ninput x 3 4\noutput y 3 4\n");
  EXPECT_EQ(set->models()[0]->compiled_cores(), 0);
}

TEST_F(ModelSetTest, DescriptionsLoseTheirClosingZero) {
  const auto set = hbm_test::load("model m\ninput x 3 4\noutput y 3 4\n");
  EXPECT_EQ(set->models()[0]->description(), "model m");
  EXPECT_EQ(set->file_descriptions(), (std::vector<std::string>{"test file"}));
  EXPECT_EQ(set->models()[0]->inputs()[0].info.description, "about x");
}

TEST_F(ModelSetTest, TwoModelsOfOneNameAreAnErrorThatNamesBothFiles) {
  const ModelFile first("model m\ninput x 3 4\noutput y 3 4\n");
  const ModelFile second("model m\ninput x 3 4\noutput y 3 4\n");
  try {
    hbm::ModelSet::load({first.path(), second.path()});
    FAIL() << "no error";
  } catch (const hbm::ValueError& error) {
    EXPECT_NE(std::string(error.what()).find(first.path()), std::string::npos);
    EXPECT_NE(std::string(error.what()).find(second.path()), std::string::npos);
  }
}

TEST_F(ModelSetTest, AModelOfMoreTensorsThanAnyIsRefused) {
  const auto model_with_inputs = [](int count) {
    std::string text = "model m\noutput y 3 4\n";
    for (int i = 0; i < count; ++i) {
      text += "input x" + std::to_string(i) + " 3 4\n";
    }
    return text;
  };
  EXPECT_EQ(hbm_test::model_of(*hbm_test::load(model_with_inputs(4096)), "m").inputs().size(), 4096U);
  EXPECT_THROW(hbm_test::load(model_with_inputs(4097)), hbm::StateError);
}

TEST_F(ModelSetTest, AMissingFileIsNamed) {
  try {
    hbm::ModelSet::load({"/nonexistent/model.hbm"});
    FAIL() << "no error";
  } catch (const hbm::FileError& error) {
    EXPECT_EQ(error.path(), "/nonexistent/model.hbm");
    EXPECT_EQ(error.error_number(), ENOENT);
  }
}

TEST_F(ModelSetTest, AForeignFileIsAnErrorThatNamesTheFileAndTheStatus) {
  try {
    hbm::ModelSet::load({"/proc/self/exe"});
    FAIL() << "no error";
  } catch (const hbm::DeviceError& error) {
    EXPECT_EQ(error.code(), HB_UCP_MODEL_INVALID);
    EXPECT_NE(std::string(error.what()).find("/proc/self/exe"), std::string::npos);
  }
}

TEST_F(ModelSetTest, AFileThatFailsBehindOthersLeavesNothingLoaded) {
  const ModelFile good("model m\ninput x 3 4\noutput y 3 4\n");
  for (const std::int32_t status : {HB_UCP_MODEL_INVALID, HB_UCP_MODEL_INCOMPATIBLE, HB_UCP_MEM_ALLOC_FAIL}) {
    awkward_control().fail("hbDNNInitializeFromFiles", status, 1);
    EXPECT_THROW(hbm::ModelSet::load({good.path()}), hbm::DeviceError);
  }
  EXPECT_NO_THROW(hbm::ModelSet::load({good.path()}));
}

TEST_F(ModelSetTest, ThousandsOfSetsLeaveNoDescriptorAndNoMemoryBehind) {
  const ModelFile file("model m\ninput x 3 4\noutput y 3 4\n");
  const auto cycle = [&file] {
    const auto set = hbm::ModelSet::load({file.path()});
    hbm_test::run_once(set, "m", {1, 2, 3, 4}, {4});
    set->close();
  };
  cycle();
  const int descriptors = open_descriptors();
  for (int i = 0; i < 1000; ++i) {
    cycle();
  }
  EXPECT_EQ(open_descriptors(), descriptors);
  EXPECT_EQ(awkward_control().live_allocations(), 0);
}

}  // namespace
