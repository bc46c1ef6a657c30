// Batch norm with the statistics of the batch, residual and activation in the same pass, and its gradients.
#pragma once

#include <algorithm>
#include <cstdint>

#include "../runtime/vectors.h"

namespace atto {

// Of [rows, channels]: kLanes channels at a time, so that a channel's statistics are one thread's.
template <class V>
struct BatchNorm {
  static constexpr int64_t kLanes = sizeof(V) / sizeof(float);

  // Sums of `count` channels' differences from `shift`, and of those squared, over the rows `first` to `last`.
  static ATTO_INLINE void Moments(const float* x, int64_t channels, int64_t count, const float* shift, int64_t first,
                                  int64_t last, float* sums, float* squares) {
    const V s = LoadSome<V>(shift, count);
    V sum[4] = {}, square[4] = {};
    int64_t row = first;
    for (; row + 4 <= last; row += 4) {
#pragma GCC unroll 4
      for (int i = 0; i < 4; i++) {
        const V d = LoadSome<V>(x + (row + i) * channels, count) - s;
        sum[i] += d;
        square[i] += d * d;
      }
    }
    for (; row < last; row++) {
      const V d = LoadSome<V>(x + row * channels, count) - s;
      sum[0] += d;
      square[0] += d * d;
    }
    Store(sums, (sum[0] + sum[1]) + (sum[2] + sum[3]));
    Store(squares, (square[0] + square[1]) + (square[2] + square[3]));
  }

  // clamp(x · factor + offset + residual) of the rows `first` to `last`.
  static ATTO_INLINE void Normalize(const float* x, int64_t channels, const float* factor, const float* offset,
                                    const float* residual, float low, float high, int64_t first, int64_t last, float* y) {
    for (int64_t row = first; row < last; row++) {
      const int64_t at = row * channels;
      for (int64_t c = 0; c < channels; c += kLanes) {
        const int64_t count = channels - c;
        V value = LoadSome<V>(x + at + c, count) * LoadSome<V>(factor + c, count) + LoadSome<V>(offset + c, count);
        if (residual) value += LoadSome<V>(residual + at + c, count);
        StoreSome(y + at + c, Clamp(value, low, high), count);
      }
    }
  }

  // The gradient that passes the activation: where the output lies strictly inside of the range. Factors of 0 and 1, as
  // compilers make a loop of a comparison.
  static ATTO_INLINE V Through(V gradient, V y, float low, float high) {
    const float huge = 3e38f;
    return gradient * Clamp((y - low) * huge, 0.0f, 1.0f) * Clamp((high - y) * huge, 0.0f, 1.0f);
  }

  static ATTO_INLINE void AddGradient(const float* gradient, const float* y, const float* x, int64_t at, int64_t count,
                                      V mean, float low, float high, V* sum, V* product) {
    const V g = Through(LoadSome<V>(gradient + at, count), LoadSome<V>(y + at, count), low, high);
    *sum += g;
    *product += g * (LoadSome<V>(x + at, count) - mean);
  }

  // Sums of `count` channels' gradients, and of those times (x - mean).
  static ATTO_INLINE void GradientMoments(const float* gradient, const float* y, const float* x, int64_t channels,
                                          int64_t count, const float* mean, float low, float high, int64_t first,
                                          int64_t last, float* sums, float* products) {
    const V m = LoadSome<V>(mean, count);
    V sum[4] = {}, product[4] = {};
    int64_t row = first;
    for (; row + 4 <= last; row += 4) {
#pragma GCC unroll 4
      for (int i = 0; i < 4; i++) AddGradient(gradient, y, x, (row + i) * channels, count, m, low, high, &sum[i], &product[i]);
    }
    for (; row < last; row++) AddGradient(gradient, y, x, row * channels, count, m, low, high, &sum[0], &product[0]);
    Store(sums, (sum[0] + sum[1]) + (sum[2] + sum[3]));
    Store(products, (product[0] + product[1]) + (product[2] + product[3]));
  }

  // The gradients of x and of the residual: factor · g + x_factor · x + offset, and g.
  static ATTO_INLINE void Gradients(const float* gradient, const float* y, const float* x, int64_t channels,
                                    const float* factor, const float* x_factor, const float* offset, float low, float high,
                                    int64_t first, int64_t last, float* to, float* residual) {
    for (int64_t row = first; row < last; row++) {
      const int64_t at = row * channels;
      for (int64_t c = 0; c < channels; c += kLanes) {
        const int64_t count = channels - c;
        const V g = Through(LoadSome<V>(gradient + at + c, count), LoadSome<V>(y + at + c, count), low, high);
        if (residual) StoreSome(residual + at + c, g, count);
        const V value = LoadSome<V>(factor + c, count) * g + LoadSome<V>(x_factor + c, count) * LoadSome<V>(x + at + c, count) +
                        LoadSome<V>(offset + c, count);
        StoreSome(to + at + c, value, count);
      }
    }
  }
};

}  // namespace atto
