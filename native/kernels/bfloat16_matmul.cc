// Built into tfjs-node's addon: matrix multiplications in bfloat16 as a TensorFlow operation for the CPU, and a way to learn
// whether this processor can do it.
//
//   AttoHasBfloat16() → [1], 1 if AttoBfloat16Matmul works here, else 0
//   AttoBfloat16Matmul(a [..., depth], b [..., columns], bias [columns] or [0], residual of y's shape or [0],
//                       transpose_a, transpose_b, low, high)
//     → a · b + bias + residual, clamped to the range from low to high, [..., columns]
//
// With transpose_a, a is [..., rows], of depth · rows values, and the result [rows, columns]; with transpose_b, b is
// [..., depth], of columns · depth values.
#include "bfloat16.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "../runtime/operation.h"
#include "../runtime/parallel.h"
#include "matmul.h"

namespace atto {
namespace {

struct MatmulAttributes : Range {
  const bool transpose_a, transpose_b;
  explicit MatmulAttributes(TF_OpKernelConstruction* c)
      : Range(c), transpose_a(BoolAttribute(c, "transpose_a")), transpose_b(BoolAttribute(c, "transpose_b")) {}
};

#if defined(ATTO_HAS_BFLOAT16)

bool HasBfloat16() { return Bfloat16::Supported(); }

using Pair = Bfloat16::Pair;

// Lays out a part of a: `rows` rows, `depth` of their values.
Bfloat16::Block LayOut(const MatmulShape& s, bool transposed, const float* a, int64_t first, int64_t rows, int64_t begin,
                       int64_t depth, Pair* to) {
  if (transposed) {
    Bfloat16::PairRows(a + begin * s.rows + first, s.rows, depth, rows, Bfloat16::kBlock, to);
    return {to, 1, Bfloat16::kBlock};
  }
  const int64_t pairs = Bfloat16::Pairs(depth);
  for (int64_t row = 0; row < rows; row++)
    Bfloat16::PairValues(a + (first + row) * s.depth + begin, depth, to + row * pairs);
  return {to, pairs, 1};
}

void Multiply(const MatmulShape& s, const MatmulAttributes& attributes, const float* a, const float* b,
              const Epilogue& epilogue, float* y) {
  constexpr int64_t kPanel = Bfloat16::kPanel, kBlock = Bfloat16::kBlock, kDepth = Bfloat16::kDepth;
  const int64_t panels = (s.columns + kPanel - 1) / kPanel, blocks = (s.rows + kBlock - 1) / kBlock;
  // A part of a is rounded once for all panels, unless there are too few blocks to keep all threads at work.
  const int64_t groups = std::min(panels, (4 * ThreadCount() + blocks - 1) / blocks);
  const int64_t panel_step = Bfloat16::Pairs(std::min(kDepth, s.depth)) * kPanel;
  const std::unique_ptr<Pair[]> packed(new Pair[panels * panel_step]);
  for (int64_t begin = 0; begin < s.depth; begin += kDepth) {
    const int64_t depth = std::min(kDepth, s.depth - begin), pairs = Bfloat16::Pairs(depth);
    const bool worth = s.rows * depth * s.columns >= kWorthThreads;
    ForAll(panels, worth, [&](int64_t panel) {
      const int64_t first = panel * kPanel, columns = std::min(kPanel, s.columns - first);
      Pair* const to = packed.get() + panel * panel_step;
      if (attributes.transpose_b) Bfloat16::PairColumns(b + first * s.depth + begin, s.depth, depth, columns, to);
      else Bfloat16::PairRows(b + begin * s.columns + first, s.columns, depth, columns, kPanel, to);
    });
    ForAll(blocks * groups, worth, [&](int64_t item) {
      thread_local std::vector<Pair> rounded(kBlock * Bfloat16::Pairs(kDepth));
      const int64_t first = item / groups * kBlock, rows = std::min(kBlock, s.rows - first), group = item % groups;
      const Bfloat16::Block block =
          LayOut(s, attributes.transpose_a, a, first, rows, begin, depth, rounded.data());
      for (int64_t panel = group * panels / groups; panel < (group + 1) * panels / groups; panel++) {
        const int64_t column = panel * kPanel, place = first * s.columns + column;
        const Epilogue after = epilogue.From(column, place);
        Bfloat16::Multiply(block, rows, packed.get() + panel * panel_step, pairs, std::min(kPanel, s.columns - column),
                           begin == 0, begin + depth == s.depth ? &after : nullptr, y + place, s.columns);
      }
    });
  }
}

#else

bool HasBfloat16() { return false; }

void Multiply(const MatmulShape&, const MatmulAttributes&, const float*, const float*, const Epilogue&, float*) {}

#endif

void ComputeHasBfloat16(const NoAttributes&, TF_OpKernelContext* context) {
  if (float* answer = Allocate(context, {1})) *answer = HasBfloat16() ? 1.0f : 0.0f;
}

void ComputeMatmul(const MatmulAttributes& attributes, TF_OpKernelContext* context) {
  const Input a(context, 0), b(context, 1), bias(context, 2), residual(context, 3);
  if (!HasBfloat16()) return Refuse(context, "this processor has no instructions for bfloat16");
  if (a.Rank() < 1 || b.Rank() < 1 || a.Count() == 0 || b.Count() == 0) return Refuse(context, "a or b is empty");
  std::vector<int64_t> shape = a.Shape();
  const int64_t last = shape.back(), others = a.Count() / last;
  const int64_t rows = attributes.transpose_a ? last : others, depth = attributes.transpose_a ? others : last;
  const int64_t columns = b.Count() / depth;
  if (b.Size(b.Rank() - 1) != (attributes.transpose_b ? depth : columns) || columns * depth != b.Count())
    return Refuse(context, "a and b don't have the same depth");
  if (attributes.transpose_a) shape = {rows, columns};
  else shape.back() = columns;
  if (!bias.Has({0}) && !bias.Has({columns})) return Refuse(context, "the bias isn't [columns] or [0]");
  if (!residual.Has({0}) && !residual.Has(shape)) return Refuse(context, "the residual doesn't fit the output");
  float* const y = Allocate(context, shape);
  if (y == nullptr) return;
  const Epilogue epilogue = {bias.Values(), residual.Values(), attributes.low, attributes.high};
  Multiply({rows, depth, columns}, attributes, a.Values(), b.Values(), epilogue, y);
}

const bool registered = [] {
  Register<NoAttributes, ComputeHasBfloat16>("AttoHasBfloat16", {}, {"answer: float"}, {});
  Register<MatmulAttributes, ComputeMatmul>(
      "AttoBfloat16Matmul", {"a: float", "b: float", "bias: float", "residual: float"}, {"y: float"},
      {"transpose_a: bool", "transpose_b: bool", "low: float", "high: float"});
  return true;
}();

}  // namespace
}  // namespace atto
