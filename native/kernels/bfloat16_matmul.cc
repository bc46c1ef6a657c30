#include "bfloat16_matmul.h"

#include <algorithm>
#include <memory>
#include <stdexcept>
#include <vector>

#include "../runtime/instructions.h"
#include "../runtime/parallel.h"

// Compilers of before 2019 don't know the instructions.
#if defined(__x86_64__) && __has_include(<avx512bf16intrin.h>)
#define ATTO_HAS_BFLOAT16
#include <immintrin.h>
#endif

namespace atto {

#if defined(ATTO_HAS_BFLOAT16)

namespace {

#define ATTO_BFLOAT16 __attribute__((target("avx512f,avx512bw,avx512bf16,fma")))

// Two neighbors along the depth, k and k + 1, are multiplied and summed by one instruction. They lie together in 32 bits, the
// first in the lower half; where the depth is odd, a zero is the last one's neighbor.
struct Bfloat16 {
  using Pair = uint32_t;

  static constexpr int64_t kLanes = 16;
  // A mask of nothing: GCC 12 warns of its own headers where instructions have none.
  static constexpr __mmask16 kAll = 0xffff;
  // Rows and vectors of sums that there are registers for.
  static constexpr int kRows = 5, kVectors = 4;
  static constexpr int64_t kPanel = kVectors * kLanes;
  // Rows of a, and how much of their depth, that are taken at a time: with as much of a panel of b they fit into a core's cache.
  static constexpr int64_t kBlock = 80, kDepth = 2048;

  static int64_t Pairs(int64_t depth) { return (depth + 1) / 2; }

  // The first `width` columns, a multiple of 16, of a matrix of `depth` rows that lie `step` apart: as [pairs, width]. Zeros
  // behind the `columns` that there are.
  ATTO_BFLOAT16 static void PairRows(const float* from, int64_t step, int64_t depth, int64_t columns, int64_t width,
                                     Pair* to) {
    for (int64_t k = 0; k < depth; k += 2) {
      for (int64_t column = 0; column < width; column += kLanes, to += kLanes) {
        const float* const at = from + k * step + column;
        const __m512i even = Round(LoadSome(at, columns - column));
        const __m512i odd = k + 1 < depth ? Round(LoadSome(at + step, columns - column)) : _mm512_setzero_si512();
        _mm512_storeu_si512(to, _mm512_or_si512(even, _mm512_maskz_slli_epi32(kAll, odd, 16)));
      }
    }
  }

  // A row: as [pairs].
  ATTO_BFLOAT16 static void PairValues(const float* from, int64_t depth, Pair* to) {
    for (int64_t k = 0; k < depth; k += 2 * kLanes, to += kLanes) {
      const __m512bh values =
          _mm512_cvtne2ps_pbh(LoadSome(from + k + kLanes, depth - k - kLanes), LoadSome(from + k, depth - k));
      _mm512_mask_storeu_epi32(to, First(Pairs(depth - k)), (__m512i)values);
    }
  }

  // `columns`, kPanel at most, of `depth` values each, that are rows in memory and lie `step` apart: as [pairs, kPanel], zeros
  // behind the last column.
  ATTO_BFLOAT16 static void PairColumns(const float* from, int64_t step, int64_t depth, int64_t columns, Pair* to) {
    constexpr int64_t kTaken = 2 * kLanes;
    Pair row[kLanes];
    for (int64_t k = 0; k < depth; k += kTaken, to += kLanes * kPanel) {
      const int64_t taken = std::min(kTaken, depth - k), pairs = Pairs(taken);
      for (int64_t column = 0; column < kPanel; column++) {
        if (column < columns) PairValues(from + column * step + k, taken, row);
        for (int64_t pair = 0; pair < pairs; pair++) to[pair * kPanel + column] = column < columns ? row[pair] : 0;
      }
    }
  }

  // Where a block of a lies, in pairs, and how far apart its rows and the pairs of a row are.
  struct Block {
    const Pair* pairs;
    int64_t row_step, pair_step;
  };

  // The sums of `rows` rows of a with a panel of b, over `pairs` of the depth, go to y, whose first place is that of the panel's
  // first column. There are `columns` of it. What is there is added unless `fresh`; `after` is null until all of the depth is
  // summed. Reads kRows rows at a time, beyond the last.
  ATTO_BFLOAT16 static void Multiply(const Block& a, int64_t rows, const Pair* b, int64_t pairs, int64_t columns,
                                     bool fresh, const Epilogue* after, float* y, int64_t y_step) {
    for (int64_t row = 0; row < rows; row += kRows) {
      __m512 sums[kRows][kVectors];
      DotProducts({a.pairs + row * a.row_step, a.row_step, a.pair_step}, b, pairs, sums);
      for (int r = 0; r < kRows && row + r < rows; r++) {
        for (int64_t column = 0; column < columns; column += kLanes) {
          const __mmask16 there = First(columns - column);
          const int64_t place = (row + r) * y_step + column;
          __m512 value = sums[r][column / kLanes];
          if (!fresh) value += _mm512_maskz_loadu_ps(there, y + place);
          if (after != nullptr) {
            if (after->bias) value += _mm512_maskz_loadu_ps(there, after->bias + column);
            if (after->residual) value += _mm512_maskz_loadu_ps(there, after->residual + place);
            // NaN stays, since it is the second operand.
            value = _mm512_maskz_max_ps(kAll, _mm512_set1_ps(after->range.low), value);
            value = _mm512_maskz_min_ps(kAll, _mm512_set1_ps(after->range.high), value);
          }
          _mm512_mask_storeu_ps(y + place, there, value);
        }
      }
    }
  }

 private:
  // The first `count` of 16.
  static __mmask16 First(int64_t count) {
    return static_cast<__mmask16>(count >= kLanes ? 0xffff : count <= 0 ? 0 : (1 << count) - 1);
  }

  ATTO_BFLOAT16 static __m512 LoadSome(const float* from, int64_t count) {
    return _mm512_maskz_loadu_ps(First(count), from);
  }

  // In the lower halves of 32 bits.
  ATTO_BFLOAT16 static __m512i Round(__m512 values) {
    return _mm512_maskz_cvtepu16_epi32(kAll, (__m256i)_mm512_cvtneps_pbh(values));
  }

  ATTO_BFLOAT16 static void DotProducts(const Block& a, const Pair* b, int64_t pairs, __m512 (&totals)[kRows][kVectors]) {
    // Of the function's own, so that the compiler keeps them in registers.
    __m512 sums[kRows][kVectors];
    for (auto& row : sums)
      for (__m512& sum : row) sum = _mm512_setzero_ps();
    for (int64_t k = 0; k < pairs; k++) {
      __m512bh columns[kVectors];
      for (int j = 0; j < kVectors; j++) columns[j] = (__m512bh)_mm512_loadu_si512(b + k * kPanel + j * kLanes);
#pragma GCC unroll 16
      for (int row = 0; row < kRows; row++) {
        const __m512bh value =
            (__m512bh)_mm512_set1_epi32(static_cast<int>(a.pairs[row * a.row_step + k * a.pair_step]));
        for (int j = 0; j < kVectors; j++) sums[row][j] = _mm512_dpbf16_ps(sums[row][j], columns[j], value);
      }
    }
    for (int row = 0; row < kRows; row++)
      for (int j = 0; j < kVectors; j++) totals[row][j] = sums[row][j];
  }
};

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

}  // namespace

bool HasBfloat16() {
  return CurrentInstructions() == Instructions::kAvx512 && __builtin_cpu_supports("avx512bf16") &&
         __builtin_cpu_supports("avx512bw");
}

void Bfloat16Matmul(const MatmulShape& s, const Transposed& transposed, const float* a, const float* b,
                    const Epilogue& epilogue, float* y) {
  if (!HasBfloat16()) throw std::logic_error("there are no instructions for bfloat16");
  if (s.rows == 0 || s.columns == 0) return;
  constexpr int64_t kPanel = Bfloat16::kPanel, kBlock = Bfloat16::kBlock, kDepth = Bfloat16::kDepth;
  const int64_t panels = (s.columns + kPanel - 1) / kPanel, blocks = (s.rows + kBlock - 1) / kBlock;
  // A part of a is rounded once for all panels, unless there are too few blocks to keep all threads at work.
  const int64_t groups = std::min(panels, (4 * ThreadCount() + blocks - 1) / blocks);
  const int64_t panel_step = Bfloat16::Pairs(std::min(kDepth, s.depth)) * kPanel;
  const std::unique_ptr<Pair[]> packed(new Pair[static_cast<size_t>(panels * panel_step)]);
  // Once without a depth, too: what is added to the products remains.
  for (int64_t begin = 0; begin == 0 || begin < s.depth; begin += kDepth) {
    const int64_t depth = std::min(kDepth, s.depth - begin), pairs = Bfloat16::Pairs(depth);
    const bool worth = static_cast<double>(s.rows) * static_cast<double>(depth * s.columns) >= kWorthThreads;
    For(panels, worth, [&](int64_t panel) {
      const int64_t first = panel * kPanel, columns = std::min(kPanel, s.columns - first);
      Pair* const to = packed.get() + panel * panel_step;
      if (transposed.b) Bfloat16::PairColumns(b + first * s.depth + begin, s.depth, depth, columns, to);
      else Bfloat16::PairRows(b + begin * s.columns + first, s.columns, depth, columns, kPanel, to);
    });
    For(blocks * groups, worth, [&](int64_t item) {
      thread_local std::vector<Pair> rounded(kBlock * Bfloat16::Pairs(kDepth));
      const int64_t first = item / groups * kBlock, rows = std::min(kBlock, s.rows - first), group = item % groups;
      const Bfloat16::Block block = LayOut(s, transposed.a, a, first, rows, begin, depth, rounded.data());
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

void Bfloat16Matmul(const MatmulShape&, const Transposed&, const float*, const float*, const Epilogue&, float*) {
  throw std::logic_error("there are no instructions for bfloat16");
}

#endif

}  // namespace atto
