// Batch norm with the statistics of the batch as TensorFlow operations.
//
//   AttoBatchNorm(x [..., C], scale, shift, running_mean, running_variance [C], residual [..., C] or [0], epsilon, momentum,
//                 low, high)
//     → norm(x) · scale + shift + residual, clamped to the range from low to high; the batch's mean; 1 / √(variance + epsilon);
//       the running statistics with `momentum` of the batch's mean and unbiased variance in them
//   AttoBatchNormGradient(gradient, y, x [..., C], scale, mean, inverse_deviation [C], low, high, residual)
//     → the gradients of x, scale, shift and, where `residual` says that there is one, of it, otherwise [0]
#include "batch_norm.h"
#include "operations.h"

namespace atto {
namespace {

BatchNormShape ShapeOf(const Input& x) {
  Require(x.Rank() >= 1 && x.Count() > 0, x, " must be [..., C] and not empty");
  return {x.Rows(), x.Size(x.Rank() - 1)};
}

struct NormSettings : RangeSettings {
  const float epsilon, momentum;
  explicit NormSettings(const Attributes& attributes)
      : RangeSettings(attributes), epsilon(attributes.Float("epsilon")), momentum(attributes.Float("momentum")) {}
};

void ComputeNorm(const NormSettings& settings, TF_OpKernelContext* context) {
  const Input x(context, 0, "x"), scale(context, 1, "scale"), shift(context, 2, "shift"),
      running_mean(context, 3, "running_mean"), running_variance(context, 4, "running_variance"),
      residual(context, 5, "residual");
  const BatchNormShape shape = ShapeOf(x);
  const Shape channels = {shape.channels};
  for (const Input* vector : {&scale, &shift, &running_mean, &running_variance})
    Require(vector->Has(channels), *vector, " must be ", channels);
  Require(residual.IsLeftOut() || residual.Has(x.Dimensions()), residual, " must be ", x.Dimensions(), " or [0]");
  const BatchNormOutputs out = {Allocate(context, x.Dimensions(), 0), Allocate(context, channels, 1),
                                Allocate(context, channels, 2), Allocate(context, channels, 3),
                                Allocate(context, channels, 4)};
  BatchNorm(shape,
            {x.Values(), scale.Values(), shift.Values(), running_mean.Values(), running_variance.Values(), residual.Values()},
            {settings.range, settings.epsilon, settings.momentum}, out);
}

struct GradientSettings : RangeSettings {
  const bool residual;
  explicit GradientSettings(const Attributes& attributes)
      : RangeSettings(attributes), residual(attributes.Bool("residual")) {}
};

void ComputeGradient(const GradientSettings& settings, TF_OpKernelContext* context) {
  const Input gradient(context, 0, "gradient"), y(context, 1, "y"), x(context, 2, "x"), scale(context, 3, "scale"),
      mean(context, 4, "mean"), inverse_deviation(context, 5, "inverse_deviation");
  const BatchNormShape shape = ShapeOf(x);
  for (const Input* image : {&gradient, &y}) Require(image->Has(x.Dimensions()), *image, " must be ", x.Dimensions());
  const Shape channels = {shape.channels};
  for (const Input* vector : {&scale, &mean, &inverse_deviation}) Require(vector->Has(channels), *vector, " must be ", channels);
  float* const of_x = Allocate(context, x.Dimensions(), 0);
  float* const of_scale = Allocate(context, channels, 1);
  float* const of_shift = Allocate(context, channels, 2);
  float* const of_residual = Allocate(context, settings.residual ? x.Dimensions() : Shape{0}, 3);
  BatchNormGradient(shape,
                    {gradient.Values(), y.Values(), x.Values(), scale.Values(), mean.Values(), inverse_deviation.Values()},
                    settings.range, {of_x, of_scale, of_shift, settings.residual ? of_residual : nullptr});
}

}  // namespace

void RegisterBatchNorm() {
  RegisterOperation<NormSettings, ComputeNorm>(
      "AttoBatchNorm",
      {"x: float", "scale: float", "shift: float", "running_mean: float", "running_variance: float", "residual: float"},
      {"y: float", "mean: float", "inverse_deviation: float", "new_mean: float", "new_variance: float"},
      {"epsilon: float", "momentum: float", "low: float", "high: float"});
  RegisterOperation<GradientSettings, ComputeGradient>(
      "AttoBatchNormGradient",
      {"gradient: float", "y: float", "x: float", "scale: float", "mean: float", "inverse_deviation: float"},
      {"x_gradient: float", "scale_gradient: float", "shift_gradient: float", "residual_gradient: float"},
      {"low: float", "high: float", "residual: bool"});
}

}  // namespace atto
