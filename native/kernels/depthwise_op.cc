// Depthwise 3×3 convolution as a TensorFlow operation.
//
//   AttoDepthwiseConvolution(x [N, H, W, in], kernel [3, 3, in, multiplier], bias [in · multiplier] or [0], stride, padding,
//                            low, high)
//     → convolution + bias, clamped to the range from low to high, [N, H', W', in · multiplier]
#include "depthwise.h"
#include "operations.h"

namespace atto {
namespace {

struct Settings : RangeSettings {
  const int64_t stride, padding;
  explicit Settings(const Attributes& attributes)
      : RangeSettings(attributes),
        stride(attributes.Integer("stride", 1, kLargestSize)),
        padding(attributes.Integer("padding", 0, kLargestSize)) {}
};

void Compute(const Settings& settings, TF_OpKernelContext* context) {
  const Input x(context, 0, "x"), kernel(context, 1, "kernel"), bias(context, 2, "bias");
  Require(x.Rank() == 4, x, " must be [N, H, W, in]");
  const int64_t in = x.Size(3);
  Require(kernel.Rank() == 4 && kernel.Has({3, 3, in, kernel.Size(3)}), kernel, " must be [3, 3, ", in, ", multiplier]");
  const DepthwiseShape s = {x.Size(0), x.Size(1), x.Size(2), in, kernel.Size(3), settings.stride, settings.padding};
  Require(s.height > 0 && s.width > 0 && s.height + 2 * s.padding >= 3 && s.width + 2 * s.padding >= 3, x,
          " with a padding of ", s.padding, " is smaller than the kernel");
  Require(bias.IsLeftOut() || bias.Has({s.Out()}), bias, " must be ", Shape{s.Out()}, " or [0]");
  float* const y = Allocate(context, {s.batch, s.OutHeight(), s.OutWidth(), s.Out()});
  DepthwiseConvolution(s, x.Values(), kernel.Values(), bias.Values(), settings.range, y);
}

}  // namespace

void RegisterDepthwise() {
  RegisterOperation<Settings, Compute>("AttoDepthwiseConvolution", {"x: float", "kernel: float", "bias: float"},
                                       {"y: float"}, {"stride: int", "padding: int", "low: float", "high: float"});
}

}  // namespace atto
