// 3×3 convolutions by Winograd's algorithm, with stride 1 and one zero around the image, as TensorFlow operations.
//
//   AttoWinogradConvolution(x [N, H, W, in], kernel [3, 3, in, out], or [3, 3, out, in] with `transposed`, bias [out] or [0],
//                           residual [N, H, W, out] or [0], transposed, low, high)
//     → convolution + bias + residual, clamped to the range from low to high, [N, H, W, out]; with `transposed`, of the
//       kernel turned by 180 degrees: the gradient of an image
//   AttoWinogradKernelGradient(x [N, H, W, in], gradient [N, H, W, out] of such a convolution's result)
//     → the gradient of its kernel [3, 3, in, out]
//
// in and out are multiples of 16.
#include "operations.h"
#include "winograd.h"

namespace atto {
namespace {

struct ConvolutionSettings : RangeSettings {
  const bool transposed;
  explicit ConvolutionSettings(const Attributes& attributes)
      : RangeSettings(attributes), transposed(attributes.Bool("transposed")) {}
};

WinogradShape ShapeOf(const Input& x, int64_t out) {
  Require(x.Rank() == 4, x, " must be [N, H, W, in]");
  const WinogradShape shape = {x.Size(0), x.Size(1), x.Size(2), x.Size(3), out};
  Require(shape.in % kWinogradChannels == 0 && out % kWinogradChannels == 0, x, " to ", out, " channels: they must be a multiple of ",
          kWinogradChannels);
  return shape;
}

void ComputeConvolution(const ConvolutionSettings& settings, TF_OpKernelContext* context) {
  const Input x(context, 0, "x"), kernel(context, 1, "kernel"), bias(context, 2, "bias"), residual(context, 3, "residual");
  const bool transposed = settings.transposed;
  Require(kernel.Rank() == 4 && kernel.Size(0) == 3 && kernel.Size(1) == 3, kernel, " must be [3, 3, in, out]");
  const WinogradShape shape = ShapeOf(x, kernel.Size(transposed ? 2 : 3));
  Require(kernel.Size(transposed ? 3 : 2) == shape.in, kernel, transposed ? " transposed" : "", " and ", x,
          " must have the same channels");
  const Shape output = {shape.batch, shape.height, shape.width, shape.out};
  Require(bias.IsLeftOut() || bias.Has({shape.out}), bias, " must be ", Shape{shape.out}, " or [0]");
  Require(residual.IsLeftOut() || residual.Has(output), residual, " must be ", output, " or [0]");
  float* const y = Allocate(context, output);
  WinogradConvolution(shape, x.Values(), {kernel.Values(), transposed}, {bias.Values(), residual.Values(), settings.range}, y);
}

void ComputeKernelGradient(const NoSettings&, TF_OpKernelContext* context) {
  const Input x(context, 0, "x"), gradient(context, 1, "gradient");
  Require(gradient.Rank() == 4, gradient, " must be [N, H, W, out]");
  const WinogradShape shape = ShapeOf(x, gradient.Size(3));
  Require(gradient.Has({shape.batch, shape.height, shape.width, shape.out}), x, " and ", gradient, " must be of the same size");
  float* const kernel_gradient = Allocate(context, {3, 3, shape.in, shape.out});
  WinogradKernelGradient(shape, x.Values(), gradient.Values(), kernel_gradient);
}

}  // namespace

void RegisterWinograd() {
  RegisterOperation<ConvolutionSettings, ComputeConvolution>(
      "AttoWinogradConvolution", {"x: float", "kernel: float", "bias: float", "residual: float"}, {"y: float"},
      {"transposed: bool", "low: float", "high: float"});
  RegisterOperation<NoSettings, ComputeKernelGradient>("AttoWinogradKernelGradient", {"x: float", "gradient: float"},
                                                       {"kernel_gradient: float"}, {});
}

}  // namespace atto
