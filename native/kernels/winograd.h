// Winograd's F(4×4, 3×3): a convolution with a 3×3 kernel, stride 1 and a border of one zero, by tiles of 4×4 pixels of the
// result (Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", 2016). Each tile's 6×6 pixels, and each
// kernel, become 36 values; what remains is a matrix multiplication for each of the 36, with a quarter of the
// multiplications.
//
// The gradient of the kernel is a sum over the same tiles: of products of the 36 values of the image's 6×6 pixels with 36 that
// the gradients of the result's 4×4 pixels become.
#pragma once

#include <cstdint>

#include "dot_products.h"

namespace atto {

constexpr int kTile = 4;  // side of a tile of the result

// Images [batch, height, width, in] and results [batch, height, width, out]; in and out are multiples of kWinogradChannels.
struct WinogradShape {
  int64_t batch, height, width, in, out;

  int64_t TileRows() const { return (height + kTile - 1) / kTile; }
  int64_t TileColumns() const { return (width + kTile - 1) / kTile; }
  int64_t Tiles() const { return batch * TileRows() * TileColumns(); }
};

constexpr int64_t kWinogradChannels = 16;

// A kernel, [3, 3, in, out], or (`transposed`) one of [3, 3, out, in] that is turned by 180 degrees and taken from out to in:
// with that, the convolution of a result's gradient is the gradient of the image.
struct WinogradKernel {
  const float* values;
  bool transposed;
};

// y = convolution of x + bias + residual, clamped to the range. It rounds otherwise than a sum of products does: relative
// differences are about 1e-6.
void WinogradConvolution(const WinogradShape& shape, const float* x, const WinogradKernel& kernel, const Epilogue& epilogue,
                         float* y);

// The gradient, [3, 3, in, out], of the kernel of such a convolution from that of its result.
void WinogradKernelGradient(const WinogradShape& shape, const float* x, const float* gradient, float* kernel_gradient);

}  // namespace atto
