// Built into tfjs-node's addon: 3×3 convolutions by Winograd's algorithm, as three TensorFlow operations for the CPU.
//
// The convolutions have stride 1 and one zero around the image.
//
//   AttoWinogradKernel(kernel [3, 3, in, out], transposed) → what AttoWinogradConvolution takes
//   AttoWinogradConvolution(x [N, H, W, in], kernel, bias [out] or [0], residual [N, H, W, out] or [0], out, low, high)
//     → convolution + bias + residual, clamped to the range from low to high, [N, H, W, out]
//   AttoWinogradKernelGradient(x [N, H, W, in], gradient [N, H, W, out] of such a convolution's result)
//     → the gradient of its kernel [3, 3, in, out]
//
// in and out are multiples of 16.
#include "winograd.h"

#include <algorithm>
#include <mutex>
#include <vector>

#include "../runtime/operation.h"
#include "../runtime/parallel.h"

namespace atto {
namespace {

// The algorithm for one set of instructions.
struct Implementation {
  int panel;
  int64_t (*panels)(int64_t columns);
  int64_t (*scratch)(const ConvolutionShape&, int64_t tiles);
  void (*prepare)(const float* kernel, int64_t in, int64_t out, bool transposed, int64_t panel, float* to);
  void (*run)(const ConvolutionShape&, const float* x, const float* kernels, const Epilogue&, float* y, int64_t first,
              int64_t last, float* scratch);
  void (*read_pairs)(const ConvolutionShape&, const float* x, const float* gradient, int64_t begin, int64_t block,
                     int64_t first, int64_t last, float* values, float* gradients);
  void (*add_matmul)(const ConvolutionShape&, int64_t block, int64_t count, const float* values, const float* gradients,
                       bool fresh, float* sums);
  void (*write_gradient)(const ConvolutionShape&, const float* sums, int64_t channel, float* to);
};

#define ATTO_IMPLEMENTATION(NAME, TARGET, BYTES, ROWS, COLUMNS)                                                      \
  struct NAME {                                                                                                     \
    using Algorithm = Winograd<Vector<BYTES>::Type, ROWS, COLUMNS>;                                                 \
    TARGET static void Prepare(const float* kernel, int64_t in, int64_t out, bool transposed, int64_t panel,        \
                               float* to) {                                                                         \
      Algorithm::Prepare(kernel, in, out, transposed, panel, to);                                                   \
    }                                                                                                               \
    TARGET static void Run(const ConvolutionShape& s, const float* x, const float* kernels, const Epilogue& after,  \
                           float* y, int64_t first, int64_t last, float* scratch) {                                 \
      Algorithm::Run(s, x, kernels, after, y, first, last, scratch);                                                \
    }                                                                                                               \
    TARGET static void ReadPairs(const ConvolutionShape& s, const float* x, const float* gradient, int64_t begin,   \
                                 int64_t block, int64_t first, int64_t last, float* values, float* gradients) {        \
      Algorithm::ReadPairs(s, x, gradient, begin, block, first, last, values, gradients);                              \
    }                                                                                                               \
    TARGET static void AddMatmul(const ConvolutionShape& s, int64_t block, int64_t count, const float* values,    \
                                   const float* gradients, bool fresh, float* sums) {                                  \
      Algorithm::AddMatmul(s, block, count, values, gradients, fresh, sums);                                         \
    }                                                                                                               \
    TARGET static void WriteGradient(const ConvolutionShape& s, const float* sums, int64_t channel, float* to) {    \
      Algorithm::WriteGradient(s, sums, channel, to);                                                               \
    }                                                                                                               \
    static constexpr Implementation kImplementation = {Algorithm::kPanel, Algorithm::Panels, Algorithm::Scratch,    \
                                                       Prepare, Run, ReadPairs, AddMatmul, WriteGradient};        \
  };

// As many rows and columns of sums as there are registers for.
ATTO_IMPLEMENTATION(Avx512, ATTO_AVX512, 64, 5, 4)
ATTO_IMPLEMENTATION(Avx2, ATTO_AVX2, 32, 6, 2)
ATTO_IMPLEMENTATION(Plain, , 16, 6, kPlainColumns)

const Implementation& Chosen() { return Fastest<Avx512, Avx2, Plain>(); }

struct KernelAttributes {
  const bool transposed;
  explicit KernelAttributes(TF_OpKernelConstruction* c) : transposed(BoolAttribute(c, "transposed")) {}
};

struct ConvolutionAttributes : Range {
  const int64_t out;
  explicit ConvolutionAttributes(TF_OpKernelConstruction* c) : Range(c), out(IntegerAttribute(c, "out")) {}
};

void ComputeKernel(const KernelAttributes& attributes, TF_OpKernelContext* context) {
  const bool transposed = attributes.transposed;
  const Input kernel(context, 0);
  if (kernel.Rank() != 4 || kernel.Size(0) != 3 || kernel.Size(1) != 3)
    return Refuse(context, "the kernel isn't [3, 3, in, out]");
  const int64_t in = kernel.Size(2), out = kernel.Size(3);
  const Implementation& winograd = Chosen();
  const int64_t panels = winograd.panels(transposed ? in : out);
  float* to = Allocate(context, {kValues, panels, transposed ? out : in, winograd.panel});
  if (to == nullptr) return;
  ParallelFor(panels, [&](int64_t panel, int) { winograd.prepare(kernel.Values(), in, out, transposed, panel, to); });
}

// About so many values of a block of tiles lie in the scratch memory of a thread.
constexpr int64_t kBlockValues = 3 << 19;

void ComputeConvolution(const ConvolutionAttributes& attributes, TF_OpKernelContext* context) {
  const int64_t out = attributes.out;
  const Input x(context, 0), kernel(context, 1), bias(context, 2),
      residual(context, 3);
  const Implementation& winograd = Chosen();
  if (x.Rank() != 4) return Refuse(context, "the image isn't [N, H, W, in]");
  const ConvolutionShape shape = {x.Size(0), x.Size(1), x.Size(2), x.Size(3), out};
  if (shape.in % 16 != 0 || out % 16 != 0) return Refuse(context, "channels aren't a multiple of 16");
  if (!kernel.Has({kValues, winograd.panels(out), shape.in, winograd.panel}))
    return Refuse(context, "the kernel isn't what AttoWinogradKernel made for such channels");
  const std::vector<int64_t> output = {shape.batch, shape.height, shape.width, out};
  if (!bias.Has({0}) && !bias.Has({out})) return Refuse(context, "the bias isn't [out] or [0]");
  if (!residual.Has({0}) && !residual.Has(output)) return Refuse(context, "the residual doesn't fit the output");
  float* to = Allocate(context, output);
  if (to == nullptr) return;

  const int64_t tiles = shape.Tiles();
  const int64_t per_thread = (tiles + ThreadCount() - 1) / ThreadCount();
  const int64_t block = std::max<int64_t>(std::min(kBlockValues / (kValues * (shape.in + out)), per_thread), 1);
  // Kept from one call to the next: fresh memory would cost more time than the transforms.
  static std::vector<std::vector<float>> scratch(ThreadCount());
  const size_t needed = static_cast<size_t>(winograd.scratch(shape, block));
  const Epilogue epilogue = {bias.Values(), residual.Values(), attributes.low, attributes.high};
  ParallelFor((tiles + block - 1) / block, [&](int64_t item, int thread) {
    std::vector<float>& mine = scratch[thread];
    if (mine.size() < needed) mine.resize(needed);
    winograd.run(shape, x.Values(), kernel.Values(), epilogue, to, item * block, std::min(tiles, (item + 1) * block),
                 mine.data());
  });
}

// Tiles that are transformed before they are multiplied, and how many of them a thread transforms at a time.
constexpr int64_t kGradientBlock = 256, kGradientShare = 16;

void ComputeKernelGradient(const NoAttributes&, TF_OpKernelContext* context) {
  const Input x(context, 0), gradient(context, 1);
  const Implementation& winograd = Chosen();
  if (x.Rank() != 4 || gradient.Rank() != 4) return Refuse(context, "the image isn't [N, H, W, in]");
  const ConvolutionShape shape = {x.Size(0), x.Size(1), x.Size(2), x.Size(3), gradient.Size(3)};
  if (!gradient.Has({shape.batch, shape.height, shape.width, shape.out}))
    return Refuse(context, "image and gradient differ in size");
  if (shape.in % 16 != 0 || shape.out % 16 != 0) return Refuse(context, "channels aren't a multiple of 16");
  float* to = Allocate(context, {3, 3, shape.in, shape.out});
  if (to == nullptr) return;

  const int64_t tiles = shape.Tiles(), columns = winograd.panels(shape.out) * winograd.panel;
  const int64_t block = std::min(kGradientBlock, tiles);
  const int64_t value_step = block * shape.in, gradient_step = block * columns, sum_step = shape.in * columns;
  // Kept from one call to the next, as above.
  static std::mutex one_caller;
  const std::lock_guard<std::mutex> lock(one_caller);
  static std::vector<float> scratch;
  const size_t needed = static_cast<size_t>(kValues * (value_step + gradient_step + sum_step));
  if (scratch.size() < needed) scratch.resize(needed);
  float* const values = scratch.data();
  float* const gradients = values + kValues * value_step;
  float* const sums = gradients + kValues * gradient_step;
  for (int64_t begin = 0; begin < tiles; begin += block) {
    const int64_t count = std::min(block, tiles - begin);
    ParallelFor((count + kGradientShare - 1) / kGradientShare, [&](int64_t share, int) {
      winograd.read_pairs(shape, x.Values(), gradient.Values(), begin, block, share * kGradientShare,
                          std::min(count, (share + 1) * kGradientShare), values, gradients);
    });
    ParallelFor(kValues, [&](int64_t p, int) {
      winograd.add_matmul(shape, block, count, values + p * value_step, gradients + p * gradient_step, begin == 0,
                            sums + p * sum_step);
    });
  }
  ParallelFor(shape.in, [&](int64_t channel, int) { winograd.write_gradient(shape, sums, channel, to); });
}

const bool registered = [] {
  Register<KernelAttributes, ComputeKernel>("AttoWinogradKernel", {"kernel: float"}, {"prepared: float"},
                                            {"transposed: bool"});
  Register<ConvolutionAttributes, ComputeConvolution>(
      "AttoWinogradConvolution", {"x: float", "kernel: float", "bias: float", "residual: float"}, {"y: float"},
      {"out: int", "low: float", "high: float"});
  Register<NoAttributes, ComputeKernelGradient>("AttoWinogradKernelGradient", {"x: float", "gradient: float"},
                                                {"kernel_gradient: float"}, {});
  return true;
}();

}  // namespace
}  // namespace atto
