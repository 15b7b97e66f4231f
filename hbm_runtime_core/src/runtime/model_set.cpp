// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "runtime/model_set.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "driver/error.hpp"
#include "runtime/names.hpp"
#include "runtime/status.hpp"

namespace hbm {
namespace {

// The libraries report a missing file only as a number, so describe here what is wrong with it.
void check_file(const std::string& file) {
  const int descriptor = open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    const int reason = errno;
    throw FileError("model file '" + file + "' cannot be opened: " + std::strerror(reason), file, reason);
  }
  struct stat status;
  const bool known = fstat(descriptor, &status) == 0;
  close(descriptor);
  if (known && S_ISDIR(status.st_mode)) {
    throw FileError("model file '" + file + "' is a directory; expected an .hbm file", file, EISDIR);
  }
  if (known && status.st_size == 0) {
    throw FileError("model file '" + file + "' is empty; expected an .hbm file", file, EINVAL);
  }
}

}  // namespace

std::shared_ptr<ModelSet> ModelSet::load(const std::vector<std::string>& files, std::optional<BackendChoice> backend) {
  if (files.empty()) {
    throw ValueError("model_files: expected at least one path, got an empty list");
  }
  for (const std::string& file : files) {
    check_file(file);
  }
  Device& device = Device::instance(backend);
  std::shared_ptr<ModelSet> set(new ModelSet(device));
  for (const std::string& file : files) {
    set->load_file(file);
  }
  return set;
}

/// What the library has loaded for a model set. It may hang in the release longer than the set lives.
class ModelSet::Packages final : public BoundedJob {
 public:
  explicit Packages(Device& device) : device_(device) {}

  std::vector<hbDNNPackedHandle_t> handles;

 private:
  void work() noexcept override {
    for (auto package = handles.rbegin(); package != handles.rend(); ++package) {
      device_.api().hbDNNRelease(*package);
    }
    device_.buffers().remove_user();
  }

  Device& device_;
};

class ModelSet::OrphanRelease final : public BoundedJob {
 public:
  explicit OrphanRelease(Device& device) : device_(device) {}

 private:
  void work() noexcept override { device_.tasks().release_orphans(); }

  Device& device_;
};

// Both jobs exist from the beginning, because there may be no memory for them at the end.
ModelSet::ModelSet(Device& device)
    : device_(device),
      packages_(std::make_shared<Packages>(device)),
      orphan_release_(std::make_shared<OrphanRelease>(device)) {
  device_.buffers().add_user();
}

void ModelSet::load_file(const std::string& file) {
  const ApiTable& api = device_.api();
  const Driver& driver = device_.driver();
  // Before there is a package, so that none is lost where there is no memory to note it.
  std::vector<hbDNNPackedHandle_t>& packages = packages_->handles;
  packages.reserve(packages.size() + 1);
  hbDNNPackedHandle_t package = nullptr;
  const char* path = file.c_str();
  const std::int32_t status = api.hbDNNInitializeFromFiles(&package, &path, 1);
  if (status != 0) {
    throw_status(driver, status, "hbDNNInitializeFromFiles", "", file);
  }
  packages.push_back(package);

  const char* text = nullptr;
  std::uint32_t size = 0;
  std::int32_t type = 0;
  const std::int32_t description_status = api.hbDNNGetHBMDesc(&text, &size, &type, package, 0);
  if (description_status != 0) {
    throw_status(driver, description_status, "hbDNNGetHBMDesc", "", file);
  }
  file_descriptions_.push_back(description_text(text, size));

  const char** names = nullptr;
  std::int32_t count = 0;
  const std::int32_t names_status = api.hbDNNGetModelNameList(&names, &count, package);
  if (names_status != 0) {
    throw_status(driver, names_status, "hbDNNGetModelNameList", "", file);
  }
  for (std::int32_t i = 0; i < count; ++i) {
    const std::string name = names[i];
    for (std::size_t j = 0; j < models_.size(); ++j) {
      if (models_[j]->name() == name) {
        throw ValueError("model '" + name + "' is in '" + model_files_[j] + "' and in '" + file +
                         "'; names must be unique within a runtime: load the files into two runtimes, or compile one "
                         "of them under another name");
      }
    }
    models_.push_back(std::make_unique<Model>(device_, package, name, static_cast<int>(models_.size())));
    model_files_.push_back(file);
  }
}

std::vector<std::string> ModelSet::model_names() const {
  std::vector<std::string> names;
  for (const auto& model : models_) {
    names.push_back(model->name());
  }
  return names;
}

const Model& ModelSet::only_model() const {
  if (models_.size() != 1) {
    throw ValueError("model_name: needed, because " + std::to_string(models_.size()) +
                     " models are loaded: " + list_names(model_names()));
  }
  return *models_.front();
}

void ModelSet::throw_unknown_model(const std::string& name) const {
  throw ValueError("model '" + name + "' is not loaded; loaded: " + list_names(model_names()) +
                   suggest_name(name, model_names()));
}

void ModelSet::close() {
  if (!closed_.exchange(true) && device_.usable()) {
    device_.waiters().run_bounded(orphan_release_);
  }
}

ModelSet::~ModelSet() {
  if (!device_.usable()) {
    // In a forked child the libraries belong to the parent. Slots only hold memory, which is left alone there, too.
    return;
  }
  models_.clear();
  device_.waiters().run_bounded(packages_);
}

}  // namespace hbm
