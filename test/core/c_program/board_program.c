/* Copyright 2026 The hbm_runtime_ros authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * What a program for the board does, in C that is C++ too: load, list, allocate, infer, two tasks of different priority,
 * a callback, a dynamic output. Prints what it finds, one fact a line. Usage: board_program MODEL.hbm */
#include <stdio.h>
#include <string.h>

#include "hobot/dnn/hb_dnn.h"
#include "hobot/hb_ucp.h"

#define MAX_TENSORS 4

#define CHECK(call)                                                                        \
  do {                                                                                     \
    int32_t status_ = (call);                                                              \
    if (status_ != 0) {                                                                    \
      fprintf(stderr, "%s: %d %s\n", #call, (int)status_, hbDNNGetErrorDesc(status_));     \
      return 1;                                                                            \
    }                                                                                      \
  } while (0)

typedef struct {
  hbDNNHandle_t handle;
  int32_t input_count, output_count;
  hbDNNTensor inputs[MAX_TENSORS], outputs[MAX_TENSORS];
} Model;

static int64_t align_up(int64_t value, int64_t alignment) { return (value + alignment - 1) / alignment * alignment; }

/* Puts numbers where the model leaves shape and strides to its caller. */
static void settle(hbDNNTensorProperties *properties, int32_t length) {
  int32_t i;
  int64_t inner = 0;
  for (i = properties->validShape.numDimensions - 1; i >= 0; --i) {
    if (properties->validShape.dimensionSize[i] == -1) properties->validShape.dimensionSize[i] = length;
    if (properties->stride[i] == -1) properties->stride[i] = align_up(inner, 64);
    inner = properties->stride[i] * properties->validShape.dimensionSize[i];
  }
}

static int64_t bytes_of(const hbDNNTensorProperties *properties) {
  int64_t extent = properties->stride[0] * properties->validShape.dimensionSize[0];
  return properties->alignedByteSize > extent ? properties->alignedByteSize : extent;
}

static int open_model(Model *model, hbDNNPackedHandle_t packed, char const *name, int32_t dynamic_length) {
  int32_t i;
  CHECK(hbDNNGetModelHandle(&model->handle, packed, name));
  CHECK(hbDNNGetInputCount(&model->input_count, model->handle));
  CHECK(hbDNNGetOutputCount(&model->output_count, model->handle));
  for (i = 0; i < model->input_count + model->output_count; ++i) {
    int is_input = i < model->input_count;
    int32_t index = is_input ? i : i - model->input_count;
    hbDNNTensor *tensor = is_input ? &model->inputs[index] : &model->outputs[index];
    char const *tensor_name = NULL;
    if (is_input) {
      CHECK(hbDNNGetInputName(&tensor_name, model->handle, index));
      CHECK(hbDNNGetInputTensorProperties(&tensor->properties, model->handle, index));
      settle(&tensor->properties, dynamic_length);
    } else {
      CHECK(hbDNNGetOutputName(&tensor_name, model->handle, index));
      CHECK(hbDNNGetOutputTensorProperties(&tensor->properties, model->handle, index));
    }
    /* An output of unknown size gets a block that is surely large enough. */
    CHECK(hbUCPMallocCached(&tensor->sysMem,
                            tensor->properties.stride[0] > 0 ? (uint64_t)bytes_of(&tensor->properties) : 65536u, 0));
    memset(tensor->sysMem.virAddr, 0, tensor->sysMem.memSize);
    printf("%s %s %s type %d\n", name, is_input ? "input" : "output", tensor_name, (int)tensor->properties.tensorType);
  }
  return 0;
}

static int close_model(Model *model) {
  int32_t i;
  for (i = 0; i < model->input_count; ++i) CHECK(hbUCPFree(&model->inputs[i].sysMem));
  for (i = 0; i < model->output_count; ++i) CHECK(hbUCPFree(&model->outputs[i].sysMem));
  return 0;
}

static void on_done(hbUCPTaskHandle_t task, int32_t status, void *userdata) {
  (void)task;
  *(int32_t *)userdata = status == 0 ? 1 : -1;
}

static int start(hbUCPTaskHandle_t *task, Model *model, int32_t priority) {
  hbUCPSchedParam sched;
  *task = NULL;
  CHECK(hbUCPMemFlush(&model->inputs[0].sysMem, HB_SYS_MEM_CACHE_CLEAN));
  CHECK(hbDNNInferV2(task, model->outputs, model->inputs, model->handle));
  HB_UCP_INITIALIZE_SCHED_PARAM(&sched);
  sched.priority = priority;
  sched.backend = HB_UCP_BPU_CORE_ANY;
  CHECK(hbUCPSubmitTask(*task, &sched));
  return 0;
}

static int run(char const *path) {
  hbDNNPackedHandle_t packed = NULL;
  char const **names = NULL;
  int32_t count = 0, i, called = 0;
  Model copy, dynamic;
  hbUCPTaskHandle_t low = NULL, high = NULL, task = NULL;
  hbUCPSchedParam sched;
  hbDNNTensorProperties real;
  float *in, *out;

  CHECK(hbDNNInitializeFromFiles(&packed, &path, 1));
  CHECK(hbDNNGetModelNameList(&names, &count, packed));
  for (i = 0; i < count; ++i) printf("model %s\n", names[i]);
  if (open_model(&copy, packed, "copy", 0) != 0 || open_model(&dynamic, packed, "dynamic", 5) != 0) return 1;

  /* Two tasks of different priority, of two models. */
  in = (float *)copy.inputs[0].sysMem.virAddr;
  for (i = 0; i < 8; ++i) in[i] = (float)i * 1.5f;
  if (start(&low, &copy, 1) != 0 || start(&high, &dynamic, 200) != 0) return 1;
  CHECK(hbUCPWaitTaskDone(high, 0));
  CHECK(hbUCPWaitTaskDone(low, 0));
  CHECK(hbUCPMemFlush(&copy.outputs[0].sysMem, HB_SYS_MEM_CACHE_INVALIDATE));
  out = (float *)copy.outputs[0].sysMem.virAddr;
  printf("copied");
  for (i = 0; i < 8; ++i) printf(" %g", out[i]);
  printf("\n");

  /* The size that the dynamic output came out with. */
  CHECK(hbDNNGetTaskOutputTensorProperties(&real, high, 0, 0));
  printf("dynamic output [%d, %d]\n", (int)real.validShape.dimensionSize[0], (int)real.validShape.dimensionSize[1]);
  CHECK(hbUCPReleaseTask(low));
  CHECK(hbUCPReleaseTask(high));

  /* A callback, set between creating and submitting. */
  CHECK(hbDNNInferV2(&task, copy.outputs, copy.inputs, copy.handle));
  CHECK(hbUCPSetTaskDoneCb(task, on_done, &called));
  HB_UCP_INITIALIZE_SCHED_PARAM(&sched);
  CHECK(hbUCPSubmitTask(task, &sched));
  CHECK(hbUCPWaitTaskDone(task, 0));
  CHECK(hbUCPReleaseTask(task));
  printf("callback %d\n", (int)called);

  /* The synchronous form. */
  in[0] = 42.0f;
  CHECK(hbDNNInferV2(NULL, copy.outputs, copy.inputs, copy.handle));
  printf("synchronous %g\n", out[0]);

  if (close_model(&copy) != 0 || close_model(&dynamic) != 0) return 1;
  CHECK(hbDNNRelease(packed));
  printf("released\n");
  return 0;
}

int main(int argc, char **argv) {
  if (argc != 2) {
    fprintf(stderr, "usage: %s MODEL.hbm\n", argv[0]);
    return 2;
  }
  return run(argv[1]);
}
