// The innermost loop of all matrix multiplications, and what follows it.
#pragma once

#include <cstdint>

#include "../runtime/vectors.h"

namespace atto {

// What is added to a result, and the range that it is clamped to.
struct Epilogue {
  const float* bias;      // one for each column or channel, or null
  const float* residual;  // of the result's shape, or null
  Range range;

  // The same for results from a column on, the first of which lies at `place`.
  Epilogue From(int64_t column, int64_t place) const {
    return {bias ? bias + column : nullptr, residual ? residual + place : nullptr, range};
  }
};

// Number of products that are summed in a row before they join the others: what float32 rounds away grows with the length
// of a sum.
constexpr int64_t kSummedInARow = 32;

// The dot products of kRows rows of a, whose values lie `row_step` and `depth_step` apart, with the columns of a panel of b,
// [depth, kColumns vectors].
template <class V, int kRows, int kColumns>
ATTO_INLINE void DotProducts(const float* a, int64_t row_step, int64_t depth_step, const float* b, int64_t depth,
                             V (&totals)[kRows][kColumns]) {
  constexpr int64_t kLanes = sizeof(V) / sizeof(float);
  for (int row = 0; row < kRows; row++)
    for (int j = 0; j < kColumns; j++) totals[row][j] = V{};
  for (int64_t first = 0; first < depth; first += kSummedInARow) {
    const int64_t last = first + kSummedInARow < depth ? first + kSummedInARow : depth;
    V sums[kRows][kColumns] = {};
    for (int64_t k = first; k < last; k++) {
      V columns[kColumns];
      for (int j = 0; j < kColumns; j++) columns[j] = Load<V>(b + (k * kColumns + j) * kLanes);
#pragma GCC unroll 16
      for (int row = 0; row < kRows; row++) {
        const float value = a[row * row_step + k * depth_step];
        for (int j = 0; j < kColumns; j++) sums[row][j] += value * columns[j];
      }
    }
    for (int row = 0; row < kRows; row++)
      for (int j = 0; j < kColumns; j++) totals[row][j] += sums[row][j];
  }
}

}  // namespace atto
