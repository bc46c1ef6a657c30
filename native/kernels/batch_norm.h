// Batch norm with the statistics of the batch, residual and activation in the same pass, and its gradients.
#pragma once

#include <cstdint>

#include "../runtime/vectors.h"

namespace atto {

// Values [rows, channels], at least one of each.
struct BatchNormShape {
  int64_t rows, channels;
};

// x and the residual, which may be null, are [rows, channels]; the others [channels].
struct BatchNormInputs {
  const float *x, *scale, *shift, *running_mean, *running_variance, *residual;
};

struct BatchNormSettings {
  Range range;
  float epsilon;
  float momentum;  // share of this batch in the new running statistics
};

// The result, [rows, channels]; the batch's mean and 1 / √(variance + epsilon), and the running statistics with the batch's
// mean and unbiased variance in them, [channels].
struct BatchNormOutputs {
  float *y, *mean, *inverse_deviation, *running_mean, *running_variance;
};

// y = norm(x) · scale + shift + residual, clamped to the range.
void BatchNorm(const BatchNormShape& shape, const BatchNormInputs& in, const BatchNormSettings& settings,
               const BatchNormOutputs& out);

// The gradient of y, y and x, [rows, channels], and what belongs to them, [channels].
struct BatchNormGradientInputs {
  const float *gradient, *y, *x, *scale, *mean, *inverse_deviation;
};

// The gradients of x and of the residual, which may be null, [rows, channels], of scale and shift, [channels].
struct BatchNormGradients {
  float *x, *scale, *shift, *residual;
};

// The gradients of BatchNorm. None passes where y isn't inside of the range.
void BatchNormGradient(const BatchNormShape& shape, const BatchNormGradientInputs& in, const Range& range,
                       const BatchNormGradients& out);

}  // namespace atto
