/* Copyright 2026 The hbm_runtime_ros authors
 * SPDX-License-Identifier: Apache-2.0
 *
 * Models and inference of libdnn. */
#ifndef HOBOT_DNN_HB_DNN_H_
#define HOBOT_DNN_HB_DNN_H_

#include <stddef.h>
#include <stdint.h>

#include "hobot/dnn/hb_dnn_status.h"
#include "hobot/hb_ucp.h"
#include "hobot/hb_ucp_sys.h"

#define HB_DNN_TENSOR_MAX_DIMENSIONS 10

#ifdef __cplusplus
extern "C" {
#endif

typedef void* hbDNNPackedHandle_t; /* all models of one load call */
typedef void* hbDNNHandle_t;       /* one model, borrowed from its packed handle */

typedef enum {
  HB_DNN_TENSOR_TYPE_S4 = 0,
  HB_DNN_TENSOR_TYPE_U4 = 1,
  HB_DNN_TENSOR_TYPE_S8 = 2,
  HB_DNN_TENSOR_TYPE_U8 = 3,
  HB_DNN_TENSOR_TYPE_F16 = 4,
  HB_DNN_TENSOR_TYPE_S16 = 5,
  HB_DNN_TENSOR_TYPE_U16 = 6,
  HB_DNN_TENSOR_TYPE_F32 = 7,
  HB_DNN_TENSOR_TYPE_S32 = 8,
  HB_DNN_TENSOR_TYPE_U32 = 9,
  HB_DNN_TENSOR_TYPE_F64 = 10,
  HB_DNN_TENSOR_TYPE_S64 = 11,
  HB_DNN_TENSOR_TYPE_U64 = 12,
  HB_DNN_TENSOR_TYPE_BOOL8 = 13,
  HB_DNN_TENSOR_TYPE_MAX = 14
} hbDNNDataType;

typedef struct hbDNNTensorShape {
  int32_t dimensionSize[HB_DNN_TENSOR_MAX_DIMENSIONS]; /* -1: set by the caller */
  int32_t numDimensions;
} hbDNNTensorShape;

/* real = (stored - zero point) * scale. The arrays belong to the model;
 * zeroPointData may be NULL where zeroPointLen is 0. */
typedef struct hbDNNQuantiScale {
  int32_t scaleLen;
  float* scaleData;
  int32_t zeroPointLen;
  int32_t* zeroPointData;
} hbDNNQuantiScale;

typedef enum { NONE = 0, SCALE = 1 } hbDNNQuantiType;

typedef struct hbDNNTensorProperties {
  hbDNNTensorShape validShape;
  int32_t tensorType; /* hbDNNDataType */
  hbDNNQuantiScale scale;
  hbDNNQuantiType quantiType;
  int32_t quantizeAxis;
  int64_t alignedByteSize;                      /* bytes to allocate; -1: dynamic */
  int64_t stride[HB_DNN_TENSOR_MAX_DIMENSIONS]; /* bytes; -1: set by the caller */
} hbDNNTensorProperties;

typedef struct hbDNNTensor {
  hbUCPSysMem sysMem;
  hbDNNTensorProperties properties;
} hbDNNTensor;

typedef enum { HB_DNN_DESC_TYPE_UNKNOWN = 0, HB_DNN_DESC_TYPE_STRING = 1 } hbDNNDescType;

/* Static strings, never freed. */
char const* hbDNNGetVersion(void);
char const* hbDNNGetErrorDesc(int32_t errorCode);

/* All others return 0 or a code of hbDNNStatus. */

int32_t hbDNNInitializeFromFiles(hbDNNPackedHandle_t* packedHandle, char const** modelFileNames,
                                 int32_t modelFileCount);
int32_t hbDNNInitializeFromDDR(hbDNNPackedHandle_t* packedHandle, const void** modelData, int32_t* modelDataLengths,
                               int32_t modelDataCount);
int32_t hbDNNRelease(hbDNNPackedHandle_t packedHandle);

/* Strings and lists belong to the library and live until hbDNNRelease. */
int32_t hbDNNGetModelNameList(char const*** modelNameList, int32_t* modelNameCount, hbDNNPackedHandle_t packedHandle);
int32_t hbDNNGetModelHandle(hbDNNHandle_t* dnnHandle, hbDNNPackedHandle_t packedHandle, char const* modelName);
int32_t hbDNNGetModelDesc(char const** desc, uint32_t* size, int32_t* type, hbDNNHandle_t dnnHandle);
/* index: position of the file in the load call. */
int32_t hbDNNGetHBMDesc(char const** desc, uint32_t* size, int32_t* type, hbDNNPackedHandle_t packedHandle,
                        int32_t index);
int32_t hbDNNGetCompileBpuCoreNum(int32_t* coreCount, hbDNNHandle_t dnnHandle);

int32_t hbDNNGetInputCount(int32_t* inputCount, hbDNNHandle_t dnnHandle);
int32_t hbDNNGetInputName(char const** name, hbDNNHandle_t dnnHandle, int32_t inputIndex);
int32_t hbDNNGetInputTensorProperties(hbDNNTensorProperties* properties, hbDNNHandle_t dnnHandle, int32_t inputIndex);
int32_t hbDNNGetInputDesc(char const** desc, uint32_t* size, int32_t* type, hbDNNHandle_t dnnHandle,
                          int32_t inputIndex);

int32_t hbDNNGetOutputCount(int32_t* outputCount, hbDNNHandle_t dnnHandle);
int32_t hbDNNGetOutputName(char const** name, hbDNNHandle_t dnnHandle, int32_t outputIndex);
int32_t hbDNNGetOutputTensorProperties(hbDNNTensorProperties* properties, hbDNNHandle_t dnnHandle, int32_t outputIndex);
int32_t hbDNNGetOutputDesc(char const** desc, uint32_t* size, int32_t* type, hbDNNHandle_t dnnHandle,
                           int32_t outputIndex);

/* taskHandle NULL: run now and return when finished. *taskHandle NULL: create a
 * task, which hbUCPSubmitTask starts. Otherwise: append to that task. */
int32_t hbDNNInferV2(hbUCPTaskHandle_t* taskHandle, hbDNNTensor* output, hbDNNTensor const* input,
                     hbDNNHandle_t dnnHandle);

/* The shape and strides that an output really has, after waiting and before release. */
int32_t hbDNNGetTaskOutputTensorProperties(hbDNNTensorProperties* properties, hbUCPTaskHandle_t taskHandle,
                                           int32_t subTaskIndex, int32_t outputIndex);

#ifdef __cplusplus
} /* extern "C" */
#endif

HB_UCP_STATIC_ASSERT(sizeof(hbDNNTensorShape) == 44, "hbDNNTensorShape is 44 bytes");
HB_UCP_STATIC_ASSERT(offsetof(hbDNNTensorShape, numDimensions) == 40, "hbDNNTensorShape.numDimensions");
HB_UCP_STATIC_ASSERT(sizeof(hbDNNQuantiScale) == 32, "hbDNNQuantiScale is 32 bytes on LP64");
HB_UCP_STATIC_ASSERT(offsetof(hbDNNQuantiScale, scaleData) == 8, "hbDNNQuantiScale.scaleData");
HB_UCP_STATIC_ASSERT(offsetof(hbDNNQuantiScale, zeroPointLen) == 16, "hbDNNQuantiScale.zeroPointLen");
HB_UCP_STATIC_ASSERT(offsetof(hbDNNQuantiScale, zeroPointData) == 24, "hbDNNQuantiScale.zeroPointData");
HB_UCP_STATIC_ASSERT(sizeof(hbDNNTensorProperties) == 176, "hbDNNTensorProperties is 176 bytes");
HB_UCP_STATIC_ASSERT(offsetof(hbDNNTensorProperties, validShape) == 0, "validShape");
HB_UCP_STATIC_ASSERT(offsetof(hbDNNTensorProperties, tensorType) == 44, "tensorType");
HB_UCP_STATIC_ASSERT(offsetof(hbDNNTensorProperties, scale) == 48, "scale");
HB_UCP_STATIC_ASSERT(offsetof(hbDNNTensorProperties, quantiType) == 80, "quantiType");
HB_UCP_STATIC_ASSERT(offsetof(hbDNNTensorProperties, quantizeAxis) == 84, "quantizeAxis");
HB_UCP_STATIC_ASSERT(offsetof(hbDNNTensorProperties, alignedByteSize) == 88, "alignedByteSize");
HB_UCP_STATIC_ASSERT(offsetof(hbDNNTensorProperties, stride) == 96, "stride");
HB_UCP_STATIC_ASSERT(sizeof(hbDNNTensor) == 200, "hbDNNTensor is 200 bytes on LP64");
HB_UCP_STATIC_ASSERT(offsetof(hbDNNTensor, properties) == 24, "hbDNNTensor.properties");

#endif /* HOBOT_DNN_HB_DNN_H_ */
