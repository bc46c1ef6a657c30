#include "winograd.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "../runtime/instructions.h"
#include "../runtime/parallel.h"
#include "winograd_tiles.h"

namespace atto {
namespace {

using Plain = WinogradOn<PlainPath>;

struct Functions {
  int64_t panel;
  decltype(&Plain::Panels) panels;
  decltype(&Plain::Scratch) scratch;
  decltype(&Plain::Prepare) prepare;
  decltype(&Plain::Run) run;
  decltype(&Plain::ReadTiles) read_tiles;
  decltype(&Plain::AddProducts) add_products;
  decltype(&Plain::WriteGradient) write_gradient;
};

template <class Path>
constexpr Functions kFunctions = {WinogradOn<Path>::kPanel,
                                  WinogradOn<Path>::Panels,
                                  WinogradOn<Path>::Scratch,
                                  Path::template kCompiled<&WinogradOn<Path>::Prepare>,
                                  Path::template kCompiled<&WinogradOn<Path>::Run>,
                                  Path::template kCompiled<&WinogradOn<Path>::ReadTiles>,
                                  Path::template kCompiled<&WinogradOn<Path>::AddProducts>,
                                  Path::template kCompiled<&WinogradOn<Path>::WriteGradient>};

const Functions& Current() {
  return ForCurrentInstructions(kFunctions<PlainPath>, kFunctions<Avx2Path>, kFunctions<Avx512Path>);
}

// At least `count` floats that the thread keeps from one call to the next: fresh memory would cost more time than the
// transforms.
float* Scratch(int64_t count) {
  thread_local std::vector<float> kept;
  const size_t needed = static_cast<size_t>(count);
  if (kept.size() < needed) kept.resize(needed);
  return kept.data();
}

// Number of values, about, of a block of tiles that lie in a thread's scratch memory.
constexpr int64_t kBlockValues = 3 << 19;

// Tiles that are transformed before they are multiplied, and those of them that a thread transforms at a time.
constexpr int64_t kGradientBlock = 256, kGradientShare = 16;

}  // namespace

void WinogradConvolution(const WinogradShape& s, const float* x, const WinogradKernel& kernel, const Epilogue& epilogue,
                         float* y) {
  const int64_t tiles = s.Tiles();
  if (tiles == 0 || s.out == 0) return;
  const Functions& on = Current();
  const int64_t panels = on.panels(s.out);
  const std::unique_ptr<float[]> prepared(new float[static_cast<size_t>(kValues * panels * s.in * on.panel)]);
  const auto [kernel_in, kernel_out] = kernel.transposed ? std::pair(s.out, s.in) : std::pair(s.in, s.out);
  ParallelFor(panels, [&, in = kernel_in, out = kernel_out](int64_t panel) {
    on.prepare(kernel.values, in, out, kernel.transposed, panel, prepared.get());
  });
  const int64_t per_thread = (tiles + ThreadCount() - 1) / ThreadCount();
  const int64_t block = std::max<int64_t>(std::min(kBlockValues / (kValues * (s.in + s.out)), per_thread), 1);
  ParallelFor((tiles + block - 1) / block, [&](int64_t item) {
    on.run(s, x, prepared.get(), epilogue, y, item * block, std::min(tiles, (item + 1) * block),
           Scratch(on.scratch(s, block)));
  });
}

void WinogradKernelGradient(const WinogradShape& s, const float* x, const float* gradient, float* kernel_gradient) {
  const int64_t tiles = s.Tiles();
  if (s.in == 0 || s.out == 0) return;
  if (tiles == 0) {
    std::fill_n(kernel_gradient, 9 * s.in * s.out, 0.0f);
    return;
  }
  const Functions& on = Current();
  const int64_t columns = on.panels(s.out) * on.panel, block = std::min(kGradientBlock, tiles);
  const int64_t value_step = block * s.in, gradient_step = block * columns, sum_step = s.in * columns;
  float* const values = Scratch(kValues * (value_step + gradient_step + sum_step));
  float* const gradients = values + kValues * value_step;
  float* const sums = gradients + kValues * gradient_step;
  for (int64_t begin = 0; begin < tiles; begin += block) {
    const int64_t count = std::min(block, tiles - begin);
    ParallelFor((count + kGradientShare - 1) / kGradientShare, [&](int64_t share) {
      on.read_tiles(s, x, gradient, begin, block, share * kGradientShare, std::min(count, (share + 1) * kGradientShare),
                    values, gradients);
    });
    ParallelFor(kValues, [&](int64_t p) {
      on.add_products(s, block, count, values + p * value_step, gradients + p * gradient_step, begin == 0,
                      sums + p * sum_step);
    });
  }
  ParallelFor(s.in, [&](int64_t channel) { on.write_gradient(s, sums, channel, kernel_gradient); });
}

}  // namespace atto
