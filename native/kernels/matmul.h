// Matrix multiplications with bias, residual and activation in the same pass, and without the plans that a library makes first.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "dot_products.h"

namespace atto {

// y [rows, columns] = a [rows, depth] · b, plus bias and residual, in a range.
struct MatmulShape {
  int64_t rows, depth, columns;
};

// kRows × kColumns vectors of a product are summed at a time: as many as fit into the registers.
template <class V, int kRows, int kColumns>
struct Matmul {
  static constexpr int64_t kLanes = sizeof(V) / sizeof(float);
  // So many columns of b lie together: [panels, depth, kPanel].
  static constexpr int64_t kPanel = kColumns * kLanes;

  // A panel of b, [depth, columns]; zeros behind the last column.
  static ATTO_INLINE void Pack(const float* b, int64_t depth, int64_t columns, int64_t panel, float* to) {
    const int64_t first = panel * kPanel, count = std::min<int64_t>(columns - first, kPanel);
    for (int64_t k = 0; k < depth; k++, to += kPanel) {
      std::memcpy(to, b + k * columns + first, count * sizeof(float));
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
      StoreSome(y + first, Clamp(value, after.low, after.high), left);
    }
  }
};

}  // namespace atto
