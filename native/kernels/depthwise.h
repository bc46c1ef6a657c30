// Depthwise 3×3 convolution with bias and activation in the same pass.
#pragma once

#include <cstdint>

#include "../runtime/vectors.h"

namespace atto {

// Images [batch, height, width, in]; each of `in` channels has `multiplier` filters, and output channel c · multiplier + m
// comes from input channel c. With its padding an image is as large as a filter at least; the stride is 1 or more.
struct DepthwiseShape {
  int64_t batch, height, width, in, multiplier, stride, padding;

  int64_t Out() const { return in * multiplier; }
  int64_t OutHeight() const { return (height + 2 * padding - 3) / stride + 1; }
  int64_t OutWidth() const { return (width + 2 * padding - 3) / stride + 1; }
};

// y [batch, OutHeight, OutWidth, Out] = convolution of x with `kernel`, [3, 3, in, multiplier], + bias, clamped to the range.
// The bias is [Out], or null.
void DepthwiseConvolution(const DepthwiseShape& shape, const float* x, const float* kernel, const float* bias,
                          const Range& range, float* y);

}  // namespace atto
