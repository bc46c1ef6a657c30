// Built into tfjs-node's addon: batch norm with the statistics of the batch as TensorFlow operations for the CPU.
//
//   AttoBatchNorm(x [..., C], scale, shift, running_mean, running_variance [C], residual [..., C] or [0], epsilon, momentum,
//                 low, high)
//     → norm(x) · scale + shift + residual, clamped to the range from low to high; the batch's mean; 1 / √(variance + epsilon);
//       the running statistics with `momentum` of the batch's mean and unbiased variance in them
//   AttoBatchNormGradient(gradient, y, x [..., C], scale, mean, deviation [C], low, high, residual)
//     → the gradients of x, scale, shift and, where `residual` says that there is one, of it, otherwise [0]
#include "batch_norm.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "../runtime/operation.h"
#include "../runtime/parallel.h"

namespace atto {
namespace {

// The algorithm for one set of instructions.
struct Implementation {
  int64_t lanes;
  void (*moments)(const float* x, int64_t channels, int64_t count, const float* shift, int64_t first, int64_t last,
                  float* sums, float* squares);
  void (*normalize)(const float* x, int64_t channels, const float* factor, const float* offset, const float* residual,
                    float low, float high, int64_t first, int64_t last, float* y);
  void (*gradient_moments)(const float* gradient, const float* y, const float* x, int64_t channels, int64_t count,
                           const float* mean, float low, float high, int64_t first, int64_t last, float* sums,
                           float* products);
  void (*gradients)(const float* gradient, const float* y, const float* x, int64_t channels, const float* factor,
                    const float* x_factor, const float* offset, float low, float high, int64_t first, int64_t last, float* to,
                    float* residual);
};

#define ATTO_IMPLEMENTATION(NAME, TARGET, BYTES)                                                                       \
  struct NAME {                                                                                                       \
    using Algorithm = BatchNorm<Vector<BYTES>::Type>;                                                                 \
    TARGET static void Moments(const float* x, int64_t channels, int64_t count, const float* shift, int64_t first,    \
                               int64_t last, float* sums, float* squares) {                                           \
      Algorithm::Moments(x, channels, count, shift, first, last, sums, squares);                                      \
    }                                                                                                                 \
    TARGET static void Normalize(const float* x, int64_t channels, const float* factor, const float* offset,          \
                                 const float* residual, float low, float high, int64_t first, int64_t last, float* y) { \
      Algorithm::Normalize(x, channels, factor, offset, residual, low, high, first, last, y);                         \
    }                                                                                                                 \
    TARGET static void GradientMoments(const float* gradient, const float* y, const float* x, int64_t channels,       \
                                       int64_t count, const float* mean, float low, float high, int64_t first,        \
                                       int64_t last, float* sums, float* products) {                                  \
      Algorithm::GradientMoments(gradient, y, x, channels, count, mean, low, high, first, last, sums, products);      \
    }                                                                                                                 \
    TARGET static void Gradients(const float* gradient, const float* y, const float* x, int64_t channels,             \
                                 const float* factor, const float* x_factor, const float* offset, float low, float high, \
                                 int64_t first, int64_t last, float* to, float* residual) {                           \
      Algorithm::Gradients(gradient, y, x, channels, factor, x_factor, offset, low, high, first, last, to, residual);    \
    }                                                                                                                 \
    static constexpr Implementation kImplementation = {Algorithm::kLanes, Moments, Normalize, GradientMoments,        \
                                                       Gradients};                                                    \
  };

ATTO_IMPLEMENTATION(Avx512, ATTO_AVX512, 64)
ATTO_IMPLEMENTATION(Avx2, ATTO_AVX2, 32)
ATTO_IMPLEMENTATION(Plain, , 16)

const Implementation& Chosen() { return Fastest<Avx512, Avx2, Plain>(); }

// The rows of a block hold about so many values. Blocks depend on shapes alone, and so do sums.
constexpr int64_t kBlockValues = 1 << 14;

// The rows of [..., C], which isn't empty, in blocks.
struct Rows {
  int64_t rows, channels, block;
  int64_t Blocks() const { return (rows + block - 1) / block; }

  explicit Rows(const Input& x)
      : rows(x.Count() / x.Size(x.Rank() - 1)),
        channels(x.Size(x.Rank() - 1)),
        block(std::max<int64_t>(16, kBlockValues / channels)) {}

  // Calls work(block, first row, last row) for all of them.
  template <class Work>
  void ForBlocks(const Work& work) const {
    // Waking a thread takes about as long as two blocks.
    ForAll(Blocks(), Blocks() > 2, [&](int64_t i) { work(i, i * block, std::min(rows, (i + 1) * block)); });
  }

  // The two sums over all rows of each channel that `add` computes for a vector of channels and a block.
  template <class Add>
  void Sum(int64_t lanes, const Add& add, std::vector<double>* first, std::vector<double>* second) const {
    const int64_t padded = (channels + lanes - 1) / lanes * lanes;
    std::vector<float> parts(static_cast<size_t>(Blocks() * 2 * padded));
    ForBlocks([&](int64_t i, int64_t from, int64_t to) {
      float* part = &parts[i * 2 * padded];
      for (int64_t c = 0; c < channels; c += lanes) add(c, from, to, part + c, part + padded + c);
    });
    first->assign(channels, 0);
    second->assign(channels, 0);
    for (int64_t i = 0; i < Blocks(); i++) {
      for (int64_t c = 0; c < channels; c++) {
        (*first)[c] += parts[i * 2 * padded + c];
        (*second)[c] += parts[(i * 2 + 1) * padded + c];
      }
    }
  }
};

struct NormAttributes : Range {
  const float epsilon, momentum;
  explicit NormAttributes(TF_OpKernelConstruction* c)
      : Range(c), epsilon(FloatAttribute(c, "epsilon")), momentum(FloatAttribute(c, "momentum")) {}
};

void ComputeNorm(const NormAttributes& attributes, TF_OpKernelContext* context) {
  const Input x(context, 0), scale(context, 1), shift(context, 2), running_mean(context, 3), running_variance(context, 4),
      residual(context, 5);
  if (x.Rank() < 1 || x.Values() == nullptr) return Refuse(context, "x isn't [..., C]");
  const Rows rows(x);
  const int64_t channels = rows.channels;
  for (const Input* vector : {&scale, &shift, &running_mean, &running_variance})
    if (!vector->Has({channels})) return Refuse(context, "scale, shift and running statistics aren't [C]");
  const std::vector<int64_t> shape = x.Shape();
  if (!residual.Has({0}) && !residual.Has(shape)) return Refuse(context, "the residual doesn't fit x");
  float* outputs[5];
  for (int i = 0; i < 5; i++) {
    outputs[i] = Allocate(context, i == 0 ? shape : std::vector<int64_t>{channels}, i);
    if (outputs[i] == nullptr) return;
  }
  auto [y, mean, deviation, new_mean, new_variance] = outputs;

  const Implementation& norm = Chosen();
  const float* values = x.Values();
  std::vector<double> sums, squares;
  // Differences from a row's values: their squares are small where those of the values themselves may cancel out.
  rows.Sum(norm.lanes,
           [&](int64_t c, int64_t first, int64_t last, float* sum, float* square) {
             norm.moments(values + c, channels, channels - c, values + c, first, last, sum, square);
           },
           &sums, &squares);
  const double n = static_cast<double>(rows.rows);
  std::vector<float> factor(channels), offset(channels);
  for (int64_t c = 0; c < channels; c++) {
    const double m = sums[c] / n, variance = std::max(squares[c] / n - m * m, 0.0);
    const double batch_mean = values[c] + m, r = 1 / std::sqrt(variance + attributes.epsilon);
    mean[c] = static_cast<float>(batch_mean);
    deviation[c] = static_cast<float>(r);
    factor[c] = static_cast<float>(r * scale.Values()[c]);
    offset[c] = static_cast<float>(shift.Values()[c] - batch_mean * r * scale.Values()[c]);
    const double unbiased = n > 1 ? variance * n / (n - 1) : variance, share = attributes.momentum;
    new_mean[c] = static_cast<float>((1 - share) * running_mean.Values()[c] + share * batch_mean);
    new_variance[c] = static_cast<float>((1 - share) * running_variance.Values()[c] + share * unbiased);
  }
  float* const to = y;
  rows.ForBlocks([&](int64_t, int64_t first, int64_t last) {
    norm.normalize(values, channels, factor.data(), offset.data(), residual.Values(), attributes.low, attributes.high,
                   first, last, to);
  });
}

struct GradientAttributes : Range {
  const bool residual;
  explicit GradientAttributes(TF_OpKernelConstruction* c) : Range(c), residual(BoolAttribute(c, "residual")) {}
};

void ComputeGradient(const GradientAttributes& attributes, TF_OpKernelContext* context) {
  const Input gradient(context, 0), y(context, 1), x(context, 2), scale(context, 3), mean(context, 4), deviation(context, 5);
  if (x.Rank() < 1 || x.Values() == nullptr) return Refuse(context, "x isn't [..., C]");
  const Rows rows(x);
  const int64_t channels = rows.channels;
  const std::vector<int64_t> shape = x.Shape();
  if (!gradient.Has(shape) || !y.Has(shape)) return Refuse(context, "gradient, y and x differ in shape");
  for (const Input* vector : {&scale, &mean, &deviation})
    if (!vector->Has({channels})) return Refuse(context, "scale and statistics aren't [C]");
  const std::vector<int64_t> vector = {channels}, nothing = {0};
  float* const to = Allocate(context, shape, 0);
  float* const of_scale = Allocate(context, vector, 1);
  float* const of_shift = Allocate(context, vector, 2);
  float* const of_residual = Allocate(context, attributes.residual ? shape : nothing, 3);
  if (to == nullptr || of_scale == nullptr || of_shift == nullptr || (attributes.residual && of_residual == nullptr)) return;

  const Implementation& norm = Chosen();
  const float *g = gradient.Values(), *outputs = y.Values(), *values = x.Values(), *means = mean.Values();
  const float low = attributes.low, high = attributes.high;
  std::vector<double> sums, products;
  rows.Sum(norm.lanes,
           [&](int64_t c, int64_t first, int64_t last, float* sum, float* product) {
             norm.gradient_moments(g + c, outputs + c, values + c, channels, channels - c, means + c, low, high, first, last,
                                   sum, product);
           },
           &sums, &products);
  const double n = static_cast<double>(rows.rows);
  std::vector<float> factor(channels), x_factor(channels), offset(channels);
  for (int64_t c = 0; c < channels; c++) {
    const double r = deviation.Values()[c], f = r * scale.Values()[c], s = -f * r * r * products[c] / n;
    of_scale[c] = static_cast<float>(r * products[c]);
    of_shift[c] = static_cast<float>(sums[c]);
    factor[c] = static_cast<float>(f);
    x_factor[c] = static_cast<float>(s);
    offset[c] = static_cast<float>(-f * sums[c] / n - s * means[c]);
  }
  float* const residual = attributes.residual ? of_residual : nullptr;
  rows.ForBlocks([&](int64_t, int64_t first, int64_t last) {
    norm.gradients(g, outputs, values, channels, factor.data(), x_factor.data(), offset.data(), low, high, first, last, to,
                   residual);
  });
}

const bool registered = [] {
  Register<NormAttributes, ComputeNorm>(
      "AttoBatchNorm",
      {"x: float", "scale: float", "shift: float", "running_mean: float", "running_variance: float", "residual: float"},
      {"y: float", "mean: float", "deviation: float", "new_mean: float", "new_variance: float"},
      {"epsilon: float", "momentum: float", "low: float", "high: float"});
  Register<GradientAttributes, ComputeGradient>(
      "AttoBatchNormGradient",
      {"gradient: float", "y: float", "x: float", "scale: float", "mean: float", "deviation: float"},
      {"x_gradient: float", "scale_gradient: float", "shift_gradient: float", "residual_gradient: float"},
      {"low: float", "high: float", "residual: bool"});
  return true;
}();

}  // namespace
}  // namespace atto
