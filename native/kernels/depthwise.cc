#include "depthwise.h"

#include <algorithm>
#include <vector>

#include "../runtime/instructions.h"
#include "../runtime/parallel.h"

namespace atto {
namespace {

template <class Path>
struct DepthwiseOn {
  using V = typename Path::V;
  static constexpr int64_t kLanes = sizeof(V) / sizeof(float);

  // Rows `first` to `last` of one image's result.
  //
  // Pixels in the scratch memory have `channels` values: as many as fill whole vectors. `kernel` and `bias` are
  // [9, channels] and [channels]; `scratch` are zeros for the rows, with their borders, that these depend on.
  static ATTO_INLINE void Run(const DepthwiseShape& s, int64_t channels, const float* x, const float* kernel,
                              const float* bias, Range range, int64_t first, int64_t last, float* scratch, float* y) {
    const int64_t row_values = (s.width + 2 * s.padding) * channels, out = s.Out(), out_width = s.OutWidth();
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
          StoreSome(to, Clamp(sum, range), count);
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

struct Functions {
  int64_t lanes;
  decltype(&DepthwiseOn<PlainPath>::Run) run;
};

template <class Path>
constexpr Functions kFunctions = {DepthwiseOn<Path>::kLanes, Path::template kCompiled<&DepthwiseOn<Path>::Run>};

// Number of values of spread rows, about, that lie in the cache at a time.
constexpr int64_t kBlockValues = 1 << 15;

}  // namespace

void DepthwiseConvolution(const DepthwiseShape& s, const float* x, const float* kernel, const float* bias,
                          const Range& range, float* y) {
  const int64_t height = s.OutHeight(), width = s.OutWidth(), out = s.Out();
  if (s.batch == 0 || out == 0) return;
  const Functions& on =
      ForCurrentInstructions(kFunctions<PlainPath>, kFunctions<Avx2Path>, kFunctions<Avx512Path>);
  const int64_t channels = (out + on.lanes - 1) / on.lanes * on.lanes, row_values = (s.width + 2 * s.padding) * channels;
  std::vector<float> taps(static_cast<size_t>(9 * channels)), added(static_cast<size_t>(channels));
  for (int64_t i = 0; i < 9; i++) std::copy(kernel + i * out, kernel + (i + 1) * out, &taps[i * channels]);
  if (bias) std::copy(bias, bias + out, added.begin());
  const int64_t block = std::min(height, std::max<int64_t>((kBlockValues / row_values - 3) / s.stride + 1, 1));
  const int64_t blocks = (height + block - 1) / block;
  const double multiplications = 9.0 * static_cast<double>(s.batch * height) * static_cast<double>(width * channels);
  For(s.batch * blocks, multiplications >= kWorthThreads, [&](int64_t item) {
    const int64_t image = item / blocks, first = item % blocks * block, last = std::min(height, first + block);
    std::vector<float> scratch(static_cast<size_t>(((last - first - 1) * s.stride + 3) * row_values));
    on.run(s, channels, x + image * s.height * s.width * s.in, taps.data(), added.data(), range, first, last,
           scratch.data(), y + image * height * width * out);
  });
}

}  // namespace atto
