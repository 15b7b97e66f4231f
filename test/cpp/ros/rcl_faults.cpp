// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// The functions of rcl that hbm_runtime_ros._rcl calls, which fail where a test asks for it. A program that loads this
// library with RTLD_GLOBAL before _rcl calls these.
#include <dlfcn.h>
#include <rcl/error_handling.h>
#include <rcl/publisher.h>
#include <rcl/subscription.h>

#include <cstring>
#include <string>

namespace {

std::string failing_function;
int failing_status = 0;
int calls_before_failure = -1;

bool must_fail(const char* function) {
  if (failing_function != function || calls_before_failure < 0 || calls_before_failure-- > 0) {
    return false;
  }
  RCL_SET_ERROR_MSG("made to fail by a test");
  return true;
}

template <typename Function>
Function* next(Function*, const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

extern "C" {

void hbm_fail_rcl(const char* function, int status, int position) {
  failing_function = function;
  failing_status = status;
  calls_before_failure = position;
}

/// Whether the failure has happened; it does not any more.
bool hbm_rcl_has_failed(void) {
  const bool failed = calls_before_failure < 0;
  calls_before_failure = -1;
  return failed;
}

#define HBM_RCL_FUNCTION(name, parameters, arguments)              \
  rcl_ret_t name parameters {                                      \
    static auto* const original = next(&name, #name);              \
    return must_fail(#name) ? failing_status : original arguments; \
  }

HBM_RCL_FUNCTION(rcl_take_serialized_message,
                 (const rcl_subscription_t* subscription, rcl_serialized_message_t* message, rmw_message_info_t* info,
                  rmw_subscription_allocation_t* allocation),
                 (subscription, message, info, allocation))
HBM_RCL_FUNCTION(rcl_publish_serialized_message,
                 (const rcl_publisher_t* publisher, const rcl_serialized_message_t* message,
                  rmw_publisher_allocation_t* allocation),
                 (publisher, message, allocation))
HBM_RCL_FUNCTION(rcl_publisher_get_subscription_count, (const rcl_publisher_t* publisher, std::size_t* count),
                 (publisher, count))
HBM_RCL_FUNCTION(rcl_subscription_set_on_new_message_callback,
                 (const rcl_subscription_t* subscription, rcl_event_callback_t callback, const void* data),
                 (subscription, callback, data))
}
