// The kernels of this folder as operations of TensorFlow.
#pragma once

#include "../runtime/operation.h"
#include "../runtime/vectors.h"

namespace atto {

// Attributes `low` and `high`: the range that a result is clamped to.
struct RangeSettings {
  const Range range;
  explicit RangeSettings(const Attributes& attributes) : range{attributes.Float("low"), attributes.Float("high")} {}
};

void RegisterBatchNorm();
void RegisterBfloat16Matmul();
void RegisterDepthwise();
void RegisterMatmul();
void RegisterRoiAlign();
void RegisterWinograd();

// Registers all of them. Throws OperationError when TensorFlow refuses one.
inline void RegisterOperations() {
  RegisterBatchNorm();
  RegisterBfloat16Matmul();
  RegisterDepthwise();
  RegisterMatmul();
  RegisterRoiAlign();
  RegisterWinograd();
}

}  // namespace atto
