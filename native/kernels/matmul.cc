// Built into tfjs-node's addon: matrix multiplications as a TensorFlow operation for the CPU.
//
//   AttoMatmul(a [..., depth], b [..., columns] of depth · columns values, bias [columns] or [0],
//               residual [..., columns] or [0], columns, low, high)
//     → a · b + bias + residual, clamped to the range from low to high, [..., columns]
#include "matmul.h"

#include <algorithm>
#include <memory>
#include <vector>

#include "../runtime/operation.h"
#include "../runtime/parallel.h"

namespace atto {
namespace {

// The algorithm for one set of instructions.
struct Implementation {
  int64_t rows, panel;
  void (*pack)(const float* b, int64_t depth, int64_t columns, int64_t panel, float* to);
  void (*run)(const MatmulShape&, const float* a, const float* packed, const Epilogue&, int64_t panel,
              int64_t first, int64_t last, float* y);
};

#define ATTO_IMPLEMENTATION(NAME, TARGET, BYTES, ROWS, COLUMNS)                                                       \
  struct NAME {                                                                                                      \
    using Algorithm = Matmul<Vector<BYTES>::Type, ROWS, COLUMNS>;                                                   \
    TARGET static void Pack(const float* b, int64_t depth, int64_t columns, int64_t panel, float* to) {              \
      Algorithm::Pack(b, depth, columns, panel, to);                                                                 \
    }                                                                                                                \
    TARGET static void Run(const MatmulShape& s, const float* a, const float* packed, const Epilogue& after, \
                           int64_t panel, int64_t first, int64_t last, float* y) {                                   \
      Algorithm::Run(s, a, packed, after, panel, first, last, y);                                                    \
    }                                                                                                                \
    static constexpr Implementation kImplementation = {ROWS, Algorithm::kPanel, Pack, Run};                          \
  };

// As many rows and columns of sums as there are registers for.
ATTO_IMPLEMENTATION(Avx512, ATTO_AVX512, 64, 5, 4)
ATTO_IMPLEMENTATION(Avx2, ATTO_AVX2, 32, 6, 2)
ATTO_IMPLEMENTATION(Plain, , 16, 6, kPlainColumns)

const Implementation& Chosen() { return Fastest<Avx512, Avx2, Plain>(); }

struct MatmulAttributes : Range {
  const int64_t columns;
  explicit MatmulAttributes(TF_OpKernelConstruction* c) : Range(c), columns(IntegerAttribute(c, "columns")) {}
};

void ComputeMatmul(const MatmulAttributes& attributes, TF_OpKernelContext* context) {
  const Input a(context, 0), b(context, 1), bias(context, 2), residual(context, 3);
  if (a.Rank() < 1 || b.Rank() < 2) return Refuse(context, "a isn't [..., depth], or b has no two dimensions");
  std::vector<int64_t> shape = a.Shape();
  const int64_t depth = shape.back(), columns = attributes.columns;
  shape.back() = columns;
  const MatmulShape s = {depth == 0 ? 0 : a.Count() / depth, depth, columns};
  if (b.Count() != depth * columns) return Refuse(context, "b isn't [depth, columns]");
  if (!bias.Has({0}) && !bias.Has({columns})) return Refuse(context, "the bias isn't [columns] or [0]");
  if (!residual.Has({0}) && !residual.Has(shape)) return Refuse(context, "the residual doesn't fit the output");
  const Implementation& matmul = Chosen();
  float* y = Allocate(context, shape);
  if (y == nullptr || s.rows == 0 || columns == 0) return;

  const int64_t panels = (columns + matmul.panel - 1) / matmul.panel;
  const bool worth = s.rows * depth * columns >= kWorthThreads;
  const Epilogue epilogue = {bias.Values(), residual.Values(), attributes.low, attributes.high};
  const std::unique_ptr<float[]> packed(new float[panels * depth * matmul.panel]);
  ForAll(panels, worth, [&](int64_t panel) {
    matmul.pack(b.Values(), depth, columns, panel, packed.get() + panel * depth * matmul.panel);
  });
  if (s.rows < matmul.rows) {
    // Too few for the algorithm: rows of zeros go with them.
    std::vector<float> rows(static_cast<size_t>(matmul.rows * depth)), results(static_cast<size_t>(matmul.rows * columns));
    std::copy(a.Values(), a.Values() + s.rows * depth, rows.begin());
    std::vector<float> added(epilogue.residual ? results.size() : 0);
    if (epilogue.residual) std::copy(epilogue.residual, epilogue.residual + s.rows * columns, added.begin());
    const Epilogue padded = {epilogue.bias, epilogue.residual ? added.data() : nullptr, epilogue.low, epilogue.high};
    const MatmulShape full = {matmul.rows, depth, columns};
    ForAll(panels, worth, [&](int64_t panel) {
      matmul.run(full, rows.data(), packed.get(), padded, panel, 0, matmul.rows, results.data());
    });
    std::copy(results.begin(), results.begin() + s.rows * columns, y);
    return;
  }
  // About as many rows as fit into a core's cache together with a panel.
  const int64_t block = std::max<int64_t>(matmul.rows, 40 * matmul.rows / std::max<int64_t>(1, depth / 256));
  const int64_t blocks = (s.rows + block - 1) / block;
  ForAll(blocks * panels, worth, [&](int64_t item) {
    const int64_t first = item / panels * block;
    matmul.run(s, a.Values(), packed.get(), epilogue, item % panels, first, std::min(s.rows, first + block), y);
  });
}

const bool registered = [] {
  Register<MatmulAttributes, ComputeMatmul>("AttoMatmul", {"a: float", "b: float", "bias: float", "residual: float"},
                                              {"y: float"},
                                              {"columns: int", "low: float", "high: float"});
  return true;
}();

}  // namespace
}  // namespace atto
