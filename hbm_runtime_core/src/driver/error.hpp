// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <utility>

namespace hbm {

/// Root of everything the native code throws on purpose.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A value the caller passed cannot be used: wrong shape, unknown name, priority out of range.
class ValueError : public Error {
 public:
  using Error::Error;
};

/// A model file is missing or cannot be read.
class FileError : public ValueError {
 public:
  FileError(const std::string& message, std::string path, int error_number)
      : ValueError(message), path_(std::move(path)), error_number_(error_number) {}
  const std::string& path() const { return path_; }
  int error_number() const { return error_number_; }

 private:
  std::string path_;
  int error_number_;
};

/// The libraries or the device reported a failure.
class DeviceError : public Error {
 public:
  DeviceError(const std::string& message, std::int32_t code, std::string function, std::string model)
      : Error(message), code_(code), function_(std::move(function)), model_(std::move(model)) {}
  std::int32_t code() const { return code_; }
  const std::string& function() const { return function_; }
  const std::string& model() const { return model_; }

 private:
  std::int32_t code_;
  std::string function_;
  std::string model_;
};

/// The caller's time limit is over; the task itself may still be running.
class TimeoutError : public DeviceError {
 public:
  using DeviceError::DeviceError;
};

/// The libraries cannot be opened or are not what this code was built for, or the object was closed.
class StateError : public Error {
 public:
  using Error::Error;
};

}  // namespace hbm
