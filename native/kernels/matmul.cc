#include "matmul.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "../runtime/instructions.h"
#include "../runtime/parallel.h"

namespace atto {
namespace {

template <class Path>
struct MatmulOn {
  using V = typename Path::V;
  static constexpr int kRows = Path::kRows, kColumns = Path::kColumns;
  static constexpr int64_t kLanes = sizeof(V) / sizeof(float);
  // Number of columns of b that lie together: [panels, depth, kPanel].
  static constexpr int64_t kPanel = kColumns * kLanes;

  // A panel of b; zeros behind the last column.
  static ATTO_INLINE void Pack(const MatmulShape& s, const float* b, int64_t panel, float* to) {
    const int64_t first = panel * kPanel, count = std::min<int64_t>(s.columns - first, kPanel);
    for (int64_t k = 0; k < s.depth; k++, to += kPanel) {
      std::memcpy(to, b + k * s.columns + first, static_cast<size_t>(count) * sizeof(float));
      std::fill(to + count, to + kPanel, 0.0f);
    }
  }

  // Rows `first` to `last` of a panel's columns. There are at least kRows rows in all.
  static ATTO_INLINE void Run(const MatmulShape& s, const float* a, const float* packed, const Epilogue& epilogue,
                              int64_t panel, int64_t first, int64_t last, float* y) {
    const float* b = packed + panel * s.depth * kPanel;
    for (int64_t row = first; row < last; row += kRows) {
      // The last rows are computed twice where there aren't kRows of them left, with the same result.
      const int64_t at = std::min(row, s.rows - kRows);
      V sums[kRows][kColumns];
      DotProducts(a + at * s.depth, s.depth, 1, b, s.depth, sums);
      const int64_t column = panel * kPanel, count = s.columns - column;
      for (int r = 0; r < kRows; r++) {
        const int64_t place = (at + r) * s.columns + column;
        const Epilogue after = epilogue.From(column, place);
        // Twice, since nothing needs asking where the panel is whole.
        if (count >= kPanel) Finish(sums[r], after, kPanel, y + place);
        else Finish(sums[r], after, count, y + place);
      }
    }
  }

 private:
  // The first `count` results of a row of a panel.
  static ATTO_INLINE void Finish(const V (&sums)[kColumns], const Epilogue& after, int64_t count, float* y) {
#pragma GCC unroll 4
    for (int j = 0; j < kColumns; j++) {
      const int64_t first = j * kLanes, left = count - first;
      if (left <= 0) break;
      V value = sums[j];
      if (after.bias) value += LoadSome<V>(after.bias + first, left);
      if (after.residual) value += LoadSome<V>(after.residual + first, left);
      StoreSome(y + first, Clamp(value, after.range), left);
    }
  }
};

struct Functions {
  int64_t rows, panel;
  decltype(&MatmulOn<PlainPath>::Pack) pack;
  decltype(&MatmulOn<PlainPath>::Run) run;
};

template <class Path>
constexpr Functions kFunctions = {Path::kRows, MatmulOn<Path>::kPanel, Path::template kCompiled<&MatmulOn<Path>::Pack>,
                                  Path::template kCompiled<&MatmulOn<Path>::Run>};

// A block of fewer rows than the algorithm computes at a time: rows of zeros go with them.
struct PaddedRows {
  std::vector<float> a, residual, y;

  PaddedRows(const MatmulShape& s, int64_t rows, const float* from, const float* added)
      : a(static_cast<size_t>(rows * s.depth)), residual(added ? static_cast<size_t>(rows * s.columns) : 0),
        y(static_cast<size_t>(rows * s.columns)) {
    if (s.depth > 0) std::copy(from, from + s.rows * s.depth, a.begin());
    if (added) std::copy(added, added + s.rows * s.columns, residual.begin());
  }
};

}  // namespace

void Matmul(const MatmulShape& s, const float* a, const float* b, const Epilogue& epilogue, float* y) {
  if (s.rows == 0 || s.columns == 0) return;
  const Functions& on =
      ForCurrentInstructions(kFunctions<PlainPath>, kFunctions<Avx2Path>, kFunctions<Avx512Path>);
  if (s.rows < on.rows) {
    PaddedRows padded(s, on.rows, a, epilogue.residual);
    const Epilogue after = {epilogue.bias, epilogue.residual ? padded.residual.data() : nullptr, epilogue.range};
    Matmul({on.rows, s.depth, s.columns}, padded.a.data(), b, after, padded.y.data());
    std::copy(padded.y.begin(), padded.y.begin() + s.rows * s.columns, y);
    return;
  }
  const int64_t panels = (s.columns + on.panel - 1) / on.panel;
  const bool worth = static_cast<double>(s.rows) * static_cast<double>(s.depth * s.columns) >= kWorthThreads;
  const std::unique_ptr<float[]> packed(new float[static_cast<size_t>(panels * s.depth * on.panel)]);
  For(panels, worth, [&](int64_t panel) { on.pack(s, b, panel, packed.get() + panel * s.depth * on.panel); });
  // About as many rows as fit into a core's cache together with a panel.
  const int64_t block = std::max<int64_t>(on.rows, 40 * on.rows / std::max<int64_t>(1, s.depth / 256));
  const int64_t blocks = (s.rows + block - 1) / block;
  For(blocks * panels, worth, [&](int64_t item) {
    const int64_t first = item / panels * block;
    on.run(s, a, packed.get(), epilogue, item % panels, first, std::min(s.rows, first + block), y);
  });
}

}  // namespace atto
