// Built into tfjs-node's addon: depthwise 3×3 convolutions as a TensorFlow operation for the CPU.
//
//   AttoDepthwiseConvolution(x [N, H, W, in], kernel [3, 3, in, multiplier], bias [in · multiplier] or [0], stride, padding,
//                            low, high)
//     → convolution + bias, clamped to the range from low to high, [N, H', W', in · multiplier]
#include "depthwise.h"

#include <algorithm>
#include <vector>

#include "../runtime/operation.h"
#include "../runtime/parallel.h"

namespace atto {
namespace {

// The algorithm for one set of instructions.
struct Implementation {
  int64_t (*channels)(const DepthwiseShape&);
  int64_t (*row_values)(const DepthwiseShape&);
  void (*run)(const DepthwiseShape&, const float* x, const float* kernel, const float* bias, float low, float high,
              int64_t first, int64_t last, float* scratch, float* y);
};

#define ATTO_IMPLEMENTATION(NAME, TARGET, BYTES)                                                                        \
  struct NAME {                                                                                                        \
    using Algorithm = Depthwise<Vector<BYTES>::Type>;                                                                  \
    TARGET static void Run(const DepthwiseShape& s, const float* x, const float* kernel, const float* bias, float low, \
                           float high, int64_t first, int64_t last, float* scratch, float* y) {                        \
      Algorithm::Run(s, x, kernel, bias, low, high, first, last, scratch, y);                                          \
    }                                                                                                                  \
    static constexpr Implementation kImplementation = {Algorithm::Channels, Algorithm::RowValues, Run};                \
  };

ATTO_IMPLEMENTATION(Avx512, ATTO_AVX512, 64)
ATTO_IMPLEMENTATION(Avx2, ATTO_AVX2, 32)
ATTO_IMPLEMENTATION(Plain, , 16)

const Implementation& Chosen() { return Fastest<Avx512, Avx2, Plain>(); }

struct DepthwiseAttributes : Range {
  const int64_t stride, padding;
  explicit DepthwiseAttributes(TF_OpKernelConstruction* c)
      : Range(c), stride(IntegerAttribute(c, "stride")), padding(IntegerAttribute(c, "padding")) {}
};

// About so many values of spread rows lie in the cache at a time.
constexpr int64_t kBlockValues = 1 << 15;

void ComputeConvolution(const DepthwiseAttributes& attributes, TF_OpKernelContext* context) {
  const Input x(context, 0), kernel(context, 1), bias(context, 2);
  if (x.Rank() != 4) return Refuse(context, "the image isn't [N, H, W, in]");
  if (kernel.Rank() != 4 || !kernel.Has({3, 3, x.Size(3), kernel.Size(3)}))
    return Refuse(context, "the kernel isn't [3, 3, in, multiplier]");
  const DepthwiseShape s = {x.Size(0),      x.Size(1),         x.Size(2),         x.Size(3),
                            kernel.Size(3), attributes.stride, attributes.padding};
  if (s.height + 2 * s.padding < 3 || s.width + 2 * s.padding < 3)
    return Refuse(context, "the image is smaller than the kernel");
  const int64_t height = s.OutHeight(), width = s.OutWidth(), out = s.Out();
  if (!bias.Has({0}) && !bias.Has({out})) return Refuse(context, "the bias isn't [in · multiplier] or [0]");
  float* y = Allocate(context, {s.batch, height, width, out});
  if (y == nullptr) return;

  const Implementation& depthwise = Chosen();
  const int64_t channels = depthwise.channels(s), row_values = depthwise.row_values(s);
  std::vector<float> taps(static_cast<size_t>(9 * channels)), added(static_cast<size_t>(channels));
  for (int64_t i = 0; i < 9; i++) std::copy(kernel.Values() + i * out, kernel.Values() + (i + 1) * out, &taps[i * channels]);
  if (bias.Values()) std::copy(bias.Values(), bias.Values() + out, added.begin());
  const int64_t block = std::min(height, std::max<int64_t>((kBlockValues / row_values - 3) / s.stride + 1, 1));
  const int64_t blocks = (height + block - 1) / block;
  ForAll(s.batch * blocks, s.batch * height * width * channels * 9 >= kWorthThreads, [&](int64_t item) {
    const int64_t image = item / blocks, first = item % blocks * block, last = std::min(height, first + block);
    std::vector<float> scratch(static_cast<size_t>(((last - first - 1) * s.stride + 3) * row_values));
    depthwise.run(s, x.Values() + image * s.height * s.width * s.in, taps.data(), added.data(), attributes.low,
                  attributes.high, first, last, scratch.data(), y + image * height * width * out);
  });
}

const bool registered = [] {
  Register<DepthwiseAttributes, ComputeConvolution>("AttoDepthwiseConvolution",
                                                    {"x: float", "kernel: float", "bias: float"}, {"y: float"},
                                                    {"stride: int", "padding: int", "low: float", "high: float"});
  return true;
}();

}  // namespace
}  // namespace atto
