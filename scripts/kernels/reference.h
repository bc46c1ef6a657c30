// The kernels of native/kernels as their definitions read: one sum after the other, in double precision.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <vector>

#include "../../native/kernels/batch_norm.h"
#include "../../native/kernels/bfloat16_matmul.h"
#include "../../native/kernels/depthwise.h"
#include "../../native/kernels/roi_align.h"
#include "../../native/kernels/winograd.h"

namespace reference {

using Doubles = std::vector<double>;

inline double Clamp(double value, const atto::Range& range) {
  return std::min(std::max(value, static_cast<double>(range.low)), static_cast<double>(range.high));
}

// The nearest number of 8 significant bits; the even one of two.
inline float RoundToBfloat16(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  bits = (bits + 0x7fff + ((bits >> 16) & 1)) & 0xffff0000;
  std::memcpy(&value, &bits, sizeof bits);
  return value;
}

inline Doubles Matmul(const atto::MatmulShape& s, const atto::Transposed& transposed, const float* a, const float* b,
                      const atto::Epilogue& after) {
  Doubles y(static_cast<size_t>(s.rows * s.columns));
  for (int64_t i = 0; i < s.rows; i++) {
    for (int64_t j = 0; j < s.columns; j++) {
      double sum = 0;
      for (int64_t k = 0; k < s.depth; k++) {
        const double left = a[transposed.a ? k * s.rows + i : i * s.depth + k];
        sum += left * b[transposed.b ? j * s.depth + k : k * s.columns + j];
      }
      if (after.bias) sum += after.bias[j];
      if (after.residual) sum += after.residual[i * s.columns + j];
      y[i * s.columns + j] = Clamp(sum, after.range);
    }
  }
  return y;
}

inline Doubles DepthwiseConvolution(const atto::DepthwiseShape& s, const float* x, const float* kernel, const float* bias,
                                    const atto::Range& range) {
  Doubles y;
  for (int64_t n = 0; n < s.batch; n++) {
    for (int64_t row = 0; row < s.OutHeight(); row++) {
      for (int64_t column = 0; column < s.OutWidth(); column++) {
        for (int64_t out = 0; out < s.Out(); out++) {
          double sum = bias ? bias[out] : 0;
          for (int64_t tap = 0; tap < 9; tap++) {
            const int64_t py = row * s.stride - s.padding + tap / 3, px = column * s.stride - s.padding + tap % 3;
            if (py < 0 || px < 0 || py >= s.height || px >= s.width) continue;
            sum += static_cast<double>(x[((n * s.height + py) * s.width + px) * s.in + out / s.multiplier]) *
                   kernel[tap * s.Out() + out];
          }
          y.push_back(Clamp(sum, range));
        }
      }
    }
  }
  return y;
}

struct Norm {
  Doubles y, mean, inverse_deviation, running_mean, running_variance;
};

inline Norm BatchNorm(const atto::BatchNormShape& s, const atto::BatchNormInputs& in, const atto::BatchNormSettings& settings) {
  Norm out;
  const double n = static_cast<double>(s.rows), momentum = settings.momentum;
  for (int64_t c = 0; c < s.channels; c++) {
    double mean = 0, variance = 0;
    for (int64_t row = 0; row < s.rows; row++) mean += in.x[row * s.channels + c] / n;
    for (int64_t row = 0; row < s.rows; row++) variance += std::pow(in.x[row * s.channels + c] - mean, 2) / n;
    out.mean.push_back(mean);
    out.inverse_deviation.push_back(1 / std::sqrt(variance + settings.epsilon));
    const double unbiased = s.rows > 1 ? variance * n / (n - 1) : variance;
    out.running_mean.push_back((1 - momentum) * in.running_mean[c] + momentum * mean);
    out.running_variance.push_back((1 - momentum) * in.running_variance[c] + momentum * unbiased);
  }
  for (int64_t i = 0; i < s.rows * s.channels; i++) {
    const int64_t c = i % s.channels;
    const double value = (in.x[i] - out.mean[c]) * out.inverse_deviation[c] * in.scale[c] + in.shift[c];
    out.y.push_back(Clamp(value + (in.residual ? in.residual[i] : 0), settings.range));
  }
  return out;
}

struct NormGradients {
  Doubles x, scale, shift, residual;
};

inline NormGradients BatchNormGradient(const atto::BatchNormShape& s, const atto::BatchNormGradientInputs& in,
                                       const atto::Range& range) {
  NormGradients out;
  out.scale.assign(s.channels, 0);
  out.shift.assign(s.channels, 0);
  for (int64_t i = 0; i < s.rows * s.channels; i++) {
    const int64_t c = i % s.channels;
    const double through = in.y[i] > range.low && in.y[i] < range.high ? in.gradient[i] : 0;
    out.residual.push_back(through);
    out.shift[c] += through;
    out.scale[c] += through * (in.x[i] - in.mean[c]) * in.inverse_deviation[c];
  }
  const double n = static_cast<double>(s.rows);
  for (int64_t i = 0; i < s.rows * s.channels; i++) {
    const int64_t c = i % s.channels;
    const double normalized = (in.x[i] - in.mean[c]) * in.inverse_deviation[c];
    out.x.push_back(in.scale[c] * in.inverse_deviation[c] *
                    (out.residual[i] - out.shift[c] / n - normalized * out.scale[c] / n));
  }
  return out;
}

// Calls use(pixel, weight) for the pixels of [height, width] that a sample takes.
template <class Use>
void Sample(double y, double x, int64_t height, int64_t width, const Use& use) {
  if (!(y >= -1 && y <= static_cast<double>(height) && x >= -1 && x <= static_cast<double>(width))) return;
  const double cy = std::min(std::max(y, 0.0), static_cast<double>(height - 1));
  const double cx = std::min(std::max(x, 0.0), static_cast<double>(width - 1));
  const int64_t top = static_cast<int64_t>(cy), left = static_cast<int64_t>(cx);
  const int64_t bottom = std::min(top + 1, height - 1), right = std::min(left + 1, width - 1);
  const double fy = cy - static_cast<double>(top), fx = cx - static_cast<double>(left);
  use(top * width + left, (1 - fy) * (1 - fx));
  use(top * width + right, (1 - fy) * fx);
  use(bottom * width + left, fy * (1 - fx));
  use(bottom * width + right, fy * fx);
}

// Calls use(value of a map, value of the result, weight) for all that RoIAlign sums.
template <class Use>
void RoiAlignTerms(const atto::MapShape& s, const atto::Rois& rois, const Use& use) {
  const int64_t size = rois.size;
  for (int64_t r = 0; r < rois.count; r++) {
    const float* roi = rois.values + 5 * r;
    const double width = (roi[3] - roi[1]) / static_cast<double>(size), height = (roi[4] - roi[2]) / static_cast<double>(size);
    for (int64_t sample = 0; sample < 4 * size * size; sample++) {
      const int64_t row = sample / (2 * size), column = sample % (2 * size);
      const double y = roi[2] + (static_cast<double>(row) + 0.5) * height / 2;
      const double x = roi[1] + (static_cast<double>(column) + 0.5) * width / 2;
      const int64_t bin = (r * size + row / 2) * size + column / 2;
      Sample(y, x, s.height, s.width, [&](int64_t pixel, double weight) {
        for (int64_t c = 0; c < s.channels; c++)
          use((static_cast<int64_t>(roi[0]) * s.height * s.width + pixel) * s.channels + c, bin * s.channels + c, weight / 4);
      });
    }
  }
}

// Calls use(value of x, value of the kernel [3, 3, in, out], value of the result) for the products that a 3×3 convolution
// with a border of one zero sums.
template <class Use>
void ConvolutionTerms(const atto::WinogradShape& s, const Use& use) {
  for (int64_t pixel = 0; pixel < s.batch * s.height * s.width; pixel++) {
    for (int64_t tap = 0; tap < 9; tap++) {
      const int64_t y = pixel / s.width % s.height + tap / 3 - 1, x = pixel % s.width + tap % 3 - 1;
      if (y < 0 || x < 0 || y >= s.height || x >= s.width) continue;
      const int64_t from = pixel + (tap / 3 - 1) * s.width + tap % 3 - 1;
      for (int64_t i = 0; i < s.in; i++)
        for (int64_t o = 0; o < s.out; o++) use(from * s.in + i, (tap * s.in + i) * s.out + o, pixel * s.out + o);
    }
  }
}

}  // namespace reference
