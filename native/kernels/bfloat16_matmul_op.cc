// Matrix multiplication in bfloat16 as a TensorFlow operation.
//
//   AttoBfloat16Matmul(a [..., depth], b [..., columns], bias [columns] or [0], residual of y's shape or [0],
//                      transpose_a, transpose_b, low, high)
//     → a · b + bias + residual, clamped to the range from low to high, [..., columns]
//
// With transpose_a, a is [..., rows], of depth · rows values, and the result [rows, columns]; with transpose_b, b is
// [..., depth], of columns · depth values.
#include "bfloat16_matmul.h"
#include "operations.h"

namespace atto {
namespace {

struct Settings : RangeSettings {
  const Transposed transposed;
  explicit Settings(const Attributes& attributes)
      : RangeSettings(attributes), transposed{attributes.Bool("transpose_a"), attributes.Bool("transpose_b")} {}
};

void Compute(const Settings& settings, TF_OpKernelContext* context) {
  const Input a(context, 0, "a"), b(context, 1, "b"), bias(context, 2, "bias"), residual(context, 3, "residual");
  if (!HasBfloat16()) throw OperationError(TF_UNIMPLEMENTED, "there are no instructions for bfloat16");
  Require(a.Rank() >= 1 && b.Rank() >= 1, a, " and ", b, " must be matrices");
  const auto [transpose_a, transpose_b] = settings.transposed;
  Shape shape = a.Dimensions();
  const int64_t a_columns = shape.back(), b_columns = b.Size(b.Rank() - 1);
  const int64_t rows = transpose_a ? a_columns : a.Rows(), depth = transpose_a ? a.Rows() : a_columns;
  const int64_t columns = transpose_b ? b.Rows() : b_columns;
  Require(depth == (transpose_b ? b_columns : b.Rows()), a, transpose_a ? " transposed" : "", " and ", b,
          transpose_b ? " transposed" : "", " don't have the same depth");
  if (transpose_a) shape = {rows, columns};
  else shape.back() = columns;
  Require(bias.IsLeftOut() || bias.Has({columns}), bias, " must be ", Shape{columns}, " or [0]");
  Require(residual.IsLeftOut() || residual.Has(shape), residual, " must be ", shape, " or [0]");
  float* const y = Allocate(context, shape);
  Bfloat16Matmul({rows, depth, columns}, settings.transposed, a.Values(), b.Values(),
                 {bias.Values(), residual.Values(), settings.range}, y);
}

}  // namespace

void RegisterBfloat16Matmul() {
  RegisterOperation<Settings, Compute>("AttoBfloat16Matmul", {"a: float", "b: float", "bias: float", "residual: float"},
                                       {"y: float"}, {"transpose_a: bool", "transpose_b: bool", "low: float", "high: float"});
}

}  // namespace atto
