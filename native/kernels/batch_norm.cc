#include "batch_norm.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "../runtime/instructions.h"
#include "../runtime/parallel.h"

namespace atto {
namespace {

// kLanes channels at a time, so that a channel's statistics are one thread's.
template <class Path>
struct BatchNormOn {
  using V = typename Path::V;
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
                                    const float* residual, Range range, int64_t first, int64_t last, float* y) {
    for (int64_t row = first; row < last; row++) {
      const int64_t at = row * channels;
      for (int64_t c = 0; c < channels; c += kLanes) {
        const int64_t count = channels - c;
        V value = LoadSome<V>(x + at + c, count) * LoadSome<V>(factor + c, count) + LoadSome<V>(offset + c, count);
        if (residual) value += LoadSome<V>(residual + at + c, count);
        StoreSome(y + at + c, Clamp(value, range), count);
      }
    }
  }

  // The gradient that passes the activation: where the output lies strictly inside of the range. Factors of 0 and 1, since
  // compilers make a loop of a comparison.
  static ATTO_INLINE V Through(V gradient, V y, Range range) {
    const float huge = 3e38f;
    const Range unit = {0.0f, 1.0f};
    return gradient * Clamp((y - range.low) * huge, unit) * Clamp((range.high - y) * huge, unit);
  }

  static ATTO_INLINE void AddGradient(const float* gradient, const float* y, const float* x, int64_t at, int64_t count,
                                      V mean, Range range, V* sum, V* product) {
    const V g = Through(LoadSome<V>(gradient + at, count), LoadSome<V>(y + at, count), range);
    *sum += g;
    *product += g * (LoadSome<V>(x + at, count) - mean);
  }

  // Sums of `count` channels' gradients, and of those times (x - mean).
  static ATTO_INLINE void GradientMoments(const float* gradient, const float* y, const float* x, int64_t channels,
                                          int64_t count, const float* mean, Range range, int64_t first,
                                          int64_t last, float* sums, float* products) {
    const V m = LoadSome<V>(mean, count);
    V sum[4] = {}, product[4] = {};
    int64_t row = first;
    for (; row + 4 <= last; row += 4) {
#pragma GCC unroll 4
      for (int i = 0; i < 4; i++) AddGradient(gradient, y, x, (row + i) * channels, count, m, range, &sum[i], &product[i]);
    }
    for (; row < last; row++) AddGradient(gradient, y, x, row * channels, count, m, range, &sum[0], &product[0]);
    Store(sums, (sum[0] + sum[1]) + (sum[2] + sum[3]));
    Store(products, (product[0] + product[1]) + (product[2] + product[3]));
  }

  // The gradients of x and of the residual: factor · g + x_factor · x + offset, and g.
  static ATTO_INLINE void Gradients(const float* gradient, const float* y, const float* x, int64_t channels,
                                    const float* factor, const float* x_factor, const float* offset, Range range,
                                    int64_t first, int64_t last, float* to, float* residual) {
    for (int64_t row = first; row < last; row++) {
      const int64_t at = row * channels;
      for (int64_t c = 0; c < channels; c += kLanes) {
        const int64_t count = channels - c;
        const V g = Through(LoadSome<V>(gradient + at + c, count), LoadSome<V>(y + at + c, count), range);
        if (residual) StoreSome(residual + at + c, g, count);
        const V value = LoadSome<V>(factor + c, count) * g + LoadSome<V>(x_factor + c, count) * LoadSome<V>(x + at + c, count) +
                        LoadSome<V>(offset + c, count);
        StoreSome(to + at + c, value, count);
      }
    }
  }
};

using Plain = BatchNormOn<PlainPath>;

struct Functions {
  int64_t lanes;
  decltype(&Plain::Moments) moments;
  decltype(&Plain::Normalize) normalize;
  decltype(&Plain::GradientMoments) gradient_moments;
  decltype(&Plain::Gradients) gradients;
};

template <class Path>
constexpr Functions kFunctions = {BatchNormOn<Path>::kLanes, Path::template kCompiled<&BatchNormOn<Path>::Moments>,
                                  Path::template kCompiled<&BatchNormOn<Path>::Normalize>,
                                  Path::template kCompiled<&BatchNormOn<Path>::GradientMoments>,
                                  Path::template kCompiled<&BatchNormOn<Path>::Gradients>};

const Functions& Current() {
  return ForCurrentInstructions(kFunctions<PlainPath>, kFunctions<Avx2Path>, kFunctions<Avx512Path>);
}

// Number of values, about, that the rows of a block hold. Blocks depend on shapes alone, and so do sums.
constexpr int64_t kBlockValues = 1 << 14;

// Rows in blocks.
class Blocks {
 public:
  explicit Blocks(const BatchNormShape& shape) : shape_(shape), rows_(std::max<int64_t>(16, kBlockValues / shape.channels)) {}

  // Calls work(block, first row, last row) for all of them.
  template <class Work>
  void ForEach(const Work& work) const {
    // Waking a thread takes about as long as two blocks.
    For(Count(), Count() > 2, [&](int64_t i) { work(i, i * rows_, std::min(shape_.rows, (i + 1) * rows_)); });
  }

  // The two sums over all rows of each channel that `add` computes for a vector of channels and a block.
  template <class Add>
  void Sum(int64_t lanes, const Add& add, std::vector<double>* first, std::vector<double>* second) const {
    const int64_t channels = shape_.channels, padded = (channels + lanes - 1) / lanes * lanes;
    std::vector<float> parts(static_cast<size_t>(Count() * 2 * padded));
    ForEach([&](int64_t i, int64_t from, int64_t to) {
      float* part = &parts[i * 2 * padded];
      for (int64_t c = 0; c < channels; c += lanes) add(c, from, to, part + c, part + padded + c);
    });
    first->assign(channels, 0);
    second->assign(channels, 0);
    for (int64_t i = 0; i < Count(); i++) {
      for (int64_t c = 0; c < channels; c++) {
        (*first)[c] += parts[i * 2 * padded + c];
        (*second)[c] += parts[(i * 2 + 1) * padded + c];
      }
    }
  }

 private:
  int64_t Count() const { return (shape_.rows + rows_ - 1) / rows_; }

  const BatchNormShape shape_;
  const int64_t rows_;
};

}  // namespace

void BatchNorm(const BatchNormShape& shape, const BatchNormInputs& in, const BatchNormSettings& settings,
               const BatchNormOutputs& out) {
  const Functions& on = Current();
  const Blocks blocks(shape);
  const int64_t channels = shape.channels;
  std::vector<double> sums, squares;
  // Differences from a row's values: their squares are small where those of the values themselves may cancel out.
  blocks.Sum(on.lanes,
             [&](int64_t c, int64_t first, int64_t last, float* sum, float* square) {
               on.moments(in.x + c, channels, channels - c, in.x + c, first, last, sum, square);
             },
             &sums, &squares);
  const double n = static_cast<double>(shape.rows), momentum = settings.momentum;
  std::vector<float> factor(channels), offset(channels);
  for (int64_t c = 0; c < channels; c++) {
    const double m = sums[c] / n, variance = std::max(squares[c] / n - m * m, 0.0);
    const double mean = in.x[c] + m, r = 1 / std::sqrt(variance + settings.epsilon);
    out.mean[c] = static_cast<float>(mean);
    out.inverse_deviation[c] = static_cast<float>(r);
    factor[c] = static_cast<float>(r * in.scale[c]);
    offset[c] = static_cast<float>(in.shift[c] - mean * r * in.scale[c]);
    const double unbiased = n > 1 ? variance * n / (n - 1) : variance;
    out.running_mean[c] = static_cast<float>((1 - momentum) * in.running_mean[c] + momentum * mean);
    out.running_variance[c] = static_cast<float>((1 - momentum) * in.running_variance[c] + momentum * unbiased);
  }
  blocks.ForEach([&](int64_t, int64_t first, int64_t last) {
    on.normalize(in.x, channels, factor.data(), offset.data(), in.residual, settings.range, first, last, out.y);
  });
}

void BatchNormGradient(const BatchNormShape& shape, const BatchNormGradientInputs& in, const Range& range,
                       const BatchNormGradients& out) {
  const Functions& on = Current();
  const Blocks blocks(shape);
  const int64_t channels = shape.channels;
  std::vector<double> sums, products;
  blocks.Sum(on.lanes,
             [&](int64_t c, int64_t first, int64_t last, float* sum, float* product) {
               on.gradient_moments(in.gradient + c, in.y + c, in.x + c, channels, channels - c, in.mean + c, range, first,
                                   last, sum, product);
             },
             &sums, &products);
  const double n = static_cast<double>(shape.rows);
  std::vector<float> factor(channels), x_factor(channels), offset(channels);
  for (int64_t c = 0; c < channels; c++) {
    const double r = in.inverse_deviation[c], f = r * in.scale[c], x_f = -f * r * r * products[c] / n;
    out.scale[c] = static_cast<float>(r * products[c]);
    out.shift[c] = static_cast<float>(sums[c]);
    factor[c] = static_cast<float>(f);
    x_factor[c] = static_cast<float>(x_f);
    offset[c] = static_cast<float>(-f * sums[c] / n - x_f * in.mean[c]);
  }
  blocks.ForEach([&](int64_t, int64_t first, int64_t last) {
    on.gradients(in.gradient, in.y, in.x, channels, factor.data(), x_factor.data(), offset.data(), range, first, last, out.x,
                 out.residual);
  });
}

}  // namespace atto
