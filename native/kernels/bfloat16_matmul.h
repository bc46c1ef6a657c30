// Matrix multiplication whose factors are rounded to bfloat16, of which the processor multiplies twice as many at a time. Sums
// stay float32.
#pragma once

#include "matmul.h"

namespace atto {

// Whether the current instruction set (runtime/instructions.h) is AVX-512 and the processor has its extension for bfloat16.
bool HasBfloat16();

// Factors that are stored transposed: a as [depth, rows], b as [columns, depth].
struct Transposed {
  bool a, b;
};

// y [rows, columns] = a · b + bias + residual, clamped to the range. A depth of 0 gives products of 0.
//
// Throws std::logic_error without HasBfloat16.
void Bfloat16Matmul(const MatmulShape& shape, const Transposed& transposed, const float* a, const float* b,
                    const Epilogue& epilogue, float* y);

}  // namespace atto
