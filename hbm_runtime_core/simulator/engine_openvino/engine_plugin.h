// Copyright 2026 The hbm_runtime_ros authors
// SPDX-License-Identifier: Apache-2.0
#ifndef HBM_SIM_ENGINE_OPENVINO_ENGINE_PLUGIN_H_
#define HBM_SIM_ENGINE_OPENVINO_ENGINE_PLUGIN_H_

#include <stddef.h>
#include <stdint.h>

#include "hobot/dnn/hb_dnn.h"

/* The C interface between libdnn.so and the OpenVINO engine, which libdnn.so opens only when a model needs it: a
   program that runs timed models needs no OpenVINO, and no C++ object crosses the border between the libraries. */

#ifdef __cplusplus
extern "C" {
#endif

/* Raised with every change of this file; libdnn.so refuses another one. */
#define HBM_SIM_ENGINE_PLUGIN_VERSION 3
/* What libdnn.so looks up: hbm_sim_engine_plugin const *(*)(void). */
#define HBM_SIM_ENGINE_PLUGIN_SYMBOL "hbm_sim_get_engine_plugin"

typedef struct hbm_sim_program hbm_sim_program;

typedef struct {
  char const* name;
  hbDNNTensorProperties properties;
} hbm_sim_port;

/* Used during the call only. */
typedef struct {
  char const* xml;
  size_t xml_bytes;
  void const* weights;
  size_t weights_bytes;
  hbm_sim_port const* inputs;
  int32_t input_count;
  hbm_sim_port const* outputs;
  int32_t output_count;
  /* How many inferences run at once at most, and how many threads each may use. */
  int32_t concurrency;
  int32_t threads;
  /* Not 0: in the arithmetic that is fastest on this processor, bfloat16 for instance; 0: in 32-bit floats. */
  int32_t fast;
  /* Folder of the compiled-network cache; NULL: no cache. */
  char const* cache_directory;
} hbm_sim_program_source;

typedef struct {
  int32_t version;
  /* Compiles a network, or takes one with the same content that is loaded already. Returns HB_UCP_SUCCESS with
     `program` filled, or another status with `error` filled (always terminated). */
  int32_t (*load)(hbm_sim_program_source const* source, hbm_sim_program** program, char* error, size_t error_bytes);
  void (*unload)(hbm_sim_program* program);
  /* One inference; safe from several threads. Returns HB_UCP_SUCCESS, or another status with `error` filled. */
  int32_t (*execute)(hbm_sim_program* program, hbDNNTensor const* inputs, hbDNNTensor* outputs, char* error,
                     size_t error_bytes);
} hbm_sim_engine_plugin;

#ifdef __cplusplus
}
#endif

#endif /* HBM_SIM_ENGINE_OPENVINO_ENGINE_PLUGIN_H_ */
