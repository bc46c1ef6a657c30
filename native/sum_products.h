// The innermost loop of all products of matrices, and what follows a product.
#pragma once

#include <cstdint>

#include "vectors.h"

namespace atto {

// What is added to a result, and the range it is clamped to.
struct Epilogue {
  const float* bias;      // one a column or channel, or null
  const float* residual;  // of the result's shape, or null
  float low, high;
};

// Adds to `sums` the products of kRows rows of a, whose values lie `row_step` and `depth_step` apart, with a panel of b,
// [depth, kColumns vectors].
template <class V, int kRows, int kColumns>
ATTO_INLINE void SumProducts(const float* a, int64_t row_step, int64_t depth_step, const float* b, int64_t depth,
                             V (&sums)[kRows][kColumns]) {
  constexpr int64_t kLanes = sizeof(V) / sizeof(float);
  for (int64_t k = 0; k < depth; k++) {
    V columns[kColumns];
    for (int j = 0; j < kColumns; j++) columns[j] = Load<V>(b + (k * kColumns + j) * kLanes);
#pragma GCC unroll 16
    for (int row = 0; row < kRows; row++) {
      const float value = a[row * row_step + k * depth_step];
      for (int j = 0; j < kColumns; j++) sums[row][j] += value * columns[j];
    }
  }
}

}  // namespace atto
