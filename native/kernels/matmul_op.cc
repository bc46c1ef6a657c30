// Matrix multiplication as a TensorFlow operation.
//
//   AttoMatmul(a [..., depth], b [..., columns] of depth · columns values, bias [columns] or [0],
//              residual [..., columns] or [0], low, high)
//     → a · b + bias + residual, clamped to the range from low to high, [..., columns]
#include "matmul.h"
#include "operations.h"

namespace atto {
namespace {

void Compute(const RangeSettings& settings, TF_OpKernelContext* context) {
  const Input a(context, 0, "a"), b(context, 1, "b"), bias(context, 2, "bias"), residual(context, 3, "residual");
  Require(a.Rank() >= 1 && b.Rank() >= 1, a, " and ", b, " must be [..., depth] and [..., columns]");
  Shape shape = a.Dimensions();
  const int64_t depth = shape.back(), columns = b.Size(b.Rank() - 1);
  shape.back() = columns;
  Require(b.Rows() == depth, b, " must have as many rows as ", a, " has columns");
  Require(bias.IsLeftOut() || bias.Has({columns}), bias, " must be ", Shape{columns}, " or [0]");
  Require(residual.IsLeftOut() || residual.Has(shape), residual, " must be ", shape, " or [0]");
  float* const y = Allocate(context, shape);
  Matmul({a.Rows(), depth, columns}, a.Values(), b.Values(), {bias.Values(), residual.Values(), settings.range}, y);
}

}  // namespace

void RegisterMatmul() {
  RegisterOperation<RangeSettings, Compute>("AttoMatmul", {"a: float", "b: float", "bias: float", "residual: float"},
                                            {"y: float"}, {"low: float", "high: float"});
}

}  // namespace atto
