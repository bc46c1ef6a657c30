// Depthwise 3×3 convolutions with bias and activation in the same pass.
#pragma once

#include <algorithm>
#include <cstdint>

#include "../runtime/vectors.h"

namespace atto {

// Each of `in` channels has `multiplier` filters; output channel c · multiplier + m comes from input channel c.
struct DepthwiseShape {
  int64_t batch, height, width, in, multiplier, stride, padding;

  int64_t Out() const { return in * multiplier; }
  int64_t OutHeight() const { return (height + 2 * padding - 3) / stride + 1; }
  int64_t OutWidth() const { return (width + 2 * padding - 3) / stride + 1; }
};

template <class V>
struct Depthwise {
  static constexpr int64_t kLanes = sizeof(V) / sizeof(float);

  // How many floats a row of pixels has in the scratch memory: with its border, and so many channels as fill whole vectors.
  static int64_t Channels(const DepthwiseShape& s) { return (s.Out() + kLanes - 1) / kLanes * kLanes; }
  static int64_t RowValues(const DepthwiseShape& s) { return (s.width + 2 * s.padding) * Channels(s); }

  // Rows `first` to `last` of one image's result, [OutHeight, OutWidth, Out].
  //
  // `kernel` and `bias` are [9, Channels] and [Channels]; `scratch` are zeros for the rows that these depend on.
  static ATTO_INLINE void Run(const DepthwiseShape& s, const float* x, const float* kernel, const float* bias, float low,
                              float high, int64_t first, int64_t last, float* scratch, float* y) {
    const int64_t channels = Channels(s), row_values = RowValues(s), out = s.Out(), out_width = s.OutWidth();
    const int64_t top = first * s.stride - s.padding, bottom = (last - 1) * s.stride + 3 - s.padding;
    for (int64_t row = std::max<int64_t>(top, 0); row < std::min(bottom, s.height); row++)
      Spread(s, x + row * s.width * s.in, scratch + (row - top) * row_values + s.padding * channels, channels);
    for (int64_t row = first; row < last; row++) {
      const float* above = scratch + (row - first) * s.stride * row_values;
      for (int64_t c = 0; c < channels; c += kLanes) {
        V taps[9];
        for (int i = 0; i < 9; i++) taps[i] = Load<V>(kernel + i * channels + c);
        const V added = Load<V>(bias + c);
        const int64_t count = out - c;
        float* to = y + row * out_width * out + c;
        for (int64_t column = 0; column < out_width; column++, to += out) {
          const float* at = above + column * s.stride * channels + c;
          V sum = added;
#pragma GCC unroll 9
          for (int i = 0; i < 9; i++) sum += taps[i] * Load<V>(at + i / 3 * row_values + i % 3 * channels);
          StoreSome(to, Clamp(sum, low, high), count);
        }
      }
    }
  }

 private:
  // A row of pixels with each channel as often as it has filters.
  static ATTO_INLINE void Spread(const DepthwiseShape& s, const float* x, float* to, int64_t channels) {
    for (int64_t column = 0; column < s.width; column++, x += s.in, to += channels) {
      if (s.multiplier == 1) {
        std::copy(x, x + s.in, to);
        continue;
      }
      for (int64_t c = 0; c < s.in; c++)
        for (int64_t m = 0; m < s.multiplier; m++) to[c * s.multiplier + m] = x[c];
    }
  }
};

}  // namespace atto
