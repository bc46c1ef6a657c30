// Matrix multiplication with bias, residual and activation in the same pass, and without the plans that a library makes first.
#pragma once

#include <cstdint>

#include "dot_products.h"

namespace atto {

// a [rows, depth] · b [depth, columns].
struct MatmulShape {
  int64_t rows, depth, columns;
};

// y [rows, columns] = a · b + bias + residual, clamped to the range. A depth of 0 gives products of 0.
void Matmul(const MatmulShape& shape, const float* a, const float* b, const Epilogue& epilogue, float* y);

}  // namespace atto
