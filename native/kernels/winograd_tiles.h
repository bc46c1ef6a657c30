// The transforms of Winograd's algorithm (winograd.h), and the tiles and panels that they go by.
#pragma once

#include <cstdint>

#include "dot_products.h"
#include "winograd.h"

namespace atto {

constexpr int kPatch = kTile + 2;  // side of what a tile depends on
constexpr int kValues = kPatch * kPatch;

// Place of a tile: its image, and its first pixel.
struct Tile {
  int64_t image, y, x;
};

inline Tile TileAt(const WinogradShape& s, int64_t index) {
  const int64_t columns = s.TileColumns(), tiles = s.TileRows() * columns;
  return {index / tiles, index % tiles / columns * kTile, index % columns * kTile};
}

// The polynomials of Winograd's algorithm are taken at 0, ±√½, ±√2 and infinity. At the usual 0, ±1, ±2 and infinity
// float32 rounds twice as much away: there the powers, up to 8, are further from 1.
constexpr float kRootHalf = 0.70710678118654752f, kRootTwo = 1.41421356237309505f;

// The transforms along one direction; values lie `step` apart. Called for columns and then for rows.

template <class V>
ATTO_INLINE void TransformImage(const V* d, V* to, int step) {
  const V a = d[4] - 2.0f * d[2], b = kRootHalf * (d[3] - 2.0f * d[1]);
  const V c = d[4] - 0.5f * d[2], e = kRootTwo * (d[3] - 0.5f * d[1]);
  to[0 * step] = d[0] - 2.5f * d[2] + d[4];
  to[1 * step] = a + b;
  to[2 * step] = a - b;
  to[3 * step] = c + e;
  to[4 * step] = c - e;
  to[5 * step] = d[1] - 2.5f * d[3] + d[5];
}

template <class V>
ATTO_INLINE void TransformKernel(const V* g, V* to, int step) {
  const V a = (g[0] + g[2] * 0.5f) * (-2.0f / 3), b = g[1] * (-2 * kRootHalf / 3);
  const V c = (g[0] + g[2] * 2.0f) * (1.0f / 6), d = g[1] * (kRootTwo / 6);
  to[0 * step] = g[0];
  to[1 * step] = a + b;
  to[2 * step] = a - b;
  to[3 * step] = c + d;
  to[4 * step] = c - d;
  to[5 * step] = g[2];
}

template <class V>
ATTO_INLINE void TransformResult(const V* m, V* to) {
  const V a = m[1] + m[2], b = kRootHalf * (m[1] - m[2]), c = m[3] + m[4], d = kRootTwo * (m[3] - m[4]);
  to[0] = m[0] + a + c;
  to[1] = b + d;
  to[2] = 0.5f * a + 2.0f * c;
  to[3] = 0.5f * b + 2.0f * d + m[5];
}

template <class V>
ATTO_INLINE void TransformGradientTile(const V* g, V* to, int step) {
  const V a = (g[0] + g[2] * 0.5f) * (-2.0f / 3), b = (g[1] + g[3] * 0.5f) * (-2 * kRootHalf / 3);
  const V c = (g[0] + g[2] * 2.0f) * (1.0f / 6), d = (g[1] + g[3] * 2.0f) * (kRootTwo / 6);
  to[0 * step] = g[0];
  to[1 * step] = a + b;
  to[2 * step] = a - b;
  to[3 * step] = c + d;
  to[4 * step] = c - d;
  to[5 * step] = g[3];
}

template <class V>
ATTO_INLINE void TransformKernelGradient(const V* m, V* to, int step) {
  const V a = m[1] + m[2], b = m[3] + m[4];
  to[0 * step] = m[0] + a + b;
  to[1 * step] = kRootHalf * (m[1] - m[2]) + kRootTwo * (m[3] - m[4]);
  to[2 * step] = 0.5f * a + 2.0f * b + m[5];
}

template <class Path>
struct WinogradOn {
  using V = typename Path::V;
  static constexpr int kRows = Path::kRows, kColumns = Path::kColumns;
  static constexpr int kLanes = sizeof(V) / sizeof(float);
  // Number of columns of a kernel's matrices that lie together: [36, panels, in, kPanel].
  static constexpr int kPanel = kColumns * kLanes;

  static int64_t Panels(int64_t columns) { return (columns + kPanel - 1) / kPanel; }

  static int64_t RoundedUp(int64_t tiles) { return (tiles + kRows - 1) / kRows * kRows; }

  // Number of floats that Run needs beside its result.
  static int64_t Scratch(const WinogradShape& s, int64_t tiles) {
    return kValues * RoundedUp(tiles) * (s.in + Panels(s.out) * kPanel);
  }

  // One panel of what is made of `kernel`, [3, 3, in, out]; with `transposed`, of the kernel that the gradient of the
  // input takes: turned by 180 degrees, from out to in.
  static ATTO_INLINE void Prepare(const float* kernel, int64_t in, int64_t out, bool transposed, int64_t panel, float* to) {
    const int64_t rows = transposed ? out : in, columns = transposed ? in : out;
    const int64_t panels = Panels(columns), step = panels * rows * kPanel;
    for (int64_t first = 0; first < kPanel; first += kLanes) {
      const int64_t lanes = columns - panel * kPanel - first;
      for (int64_t row = 0; row < rows; row++) {
        V g[9];
        for (int i = 0; i < 9; i++)
          g[i] = transposed ? Gather(kernel + (8 - i) * in * out + (panel * kPanel + first) * out + row, out, lanes)
                            : Gather(kernel + (i * in + row) * out + panel * kPanel + first, 1, lanes);
        V half[3 * kPatch];
        for (int x = 0; x < 3; x++) {
          const V column[3] = {g[x], g[3 + x], g[6 + x]};
          TransformKernel(column, half + x, 3);
        }
        for (int y = 0; y < kPatch; y++) {
          V values[kPatch];
          TransformKernel(half + 3 * y, values, 1);
          for (int x = 0; x < kPatch; x++)
            Store(to + (y * kPatch + x) * step + (panel * rows + row) * kPanel + first, values[x]);
        }
      }
    }
  }

  // Tiles `first` to `last` of the convolution of `x` with what Prepare made.
  static ATTO_INLINE void Run(const WinogradShape& s, const float* x, const float* kernels, const Epilogue& epilogue,
                              float* y, int64_t first, int64_t last, float* scratch) {
    const int64_t tiles = RoundedUp(last - first), panels = Panels(s.out), columns = panels * kPanel;
    float* const values = scratch;                            // [36, tiles, in]
    float* const results = scratch + kValues * tiles * s.in;  // [36, tiles, columns]
    for (int64_t t = first; t < last; t++) {
      const Tile tile = TileAt(s, t);
      for (int64_t c = 0; c < s.in; c += kLanes)
        ReadTile(x + c, s, tile, values + (t - first) * s.in + c, tiles * s.in);
    }
    for (int p = 0; p < kValues; p++) {
      for (int64_t panel = 0; panel < panels; panel++) {
        const float* b = kernels + (p * panels + panel) * s.in * kPanel;
        for (int64_t t = p * tiles; t < (p + 1) * tiles; t += kRows)
          Multiply(values + t * s.in, b, s.in, results + t * columns + panel * kPanel, columns);
      }
    }
    for (int64_t t = first; t < last; t++) {
      const Tile tile = TileAt(s, t);
      for (int64_t c = 0; c < s.out; c += kLanes)
        WriteTile(results + (t - first) * columns + c, tiles * columns, s, tile, c, epilogue, y);
    }
  }

  // For the kernel's gradient: what the tiles `first` to `last` of a block become, in `values`, [36, in / 16, block, 16], and
  // `gradients`, [36, panels, block, kPanel]. `begin` is the block's first tile.
  static ATTO_INLINE void ReadTiles(const WinogradShape& s, const float* x, const float* gradient, int64_t begin,
                                    int64_t block, int64_t first, int64_t last, float* values, float* gradients) {
    const int64_t panels = Panels(s.out);
    for (int64_t t = first; t < last; t++) {
      const Tile tile = TileAt(s, begin + t);
      for (int64_t c = 0; c < s.in; c += kLanes)
        ReadTile(x + c, s, tile, values + (c / kGroup * block + t) * kGroup + c % kGroup, s.in * block);
      for (int64_t c = 0; c < panels * kPanel; c += kLanes)
        ReadGradientTile(gradient + c, s, tile, c < s.out, gradients + (c / kPanel * block + t) * kPanel + c % kPanel,
                   panels * block * kPanel);
    }
  }

  // For one of the 36 values: adds the matrix products of what ReadTiles made to `sums`, [in, columns]; the first ones replace
  // what is there (`fresh`).
  static ATTO_INLINE void AddProducts(const WinogradShape& s, int64_t block, int64_t count, const float* values,
                                      const float* gradients, bool fresh, float* sums) {
    const int64_t panels = Panels(s.out), columns = panels * kPanel;
    for (int64_t panel = 0; panel < panels; panel++) {
      for (int64_t c = 0; c < s.in; c += kChannels)
        MultiplyTransposed(values + c / kGroup * block * kGroup + c % kGroup, gradients + panel * block * kPanel, count,
                           fresh, sums + c * columns + panel * kPanel, columns);
    }
  }

  // The gradient of an input channel's kernels, of [3, 3, in, out], from all sums, [36, in, columns].
  static ATTO_INLINE void WriteGradient(const WinogradShape& s, const float* sums, int64_t channel, float* to) {
    const int64_t columns = Panels(s.out) * kPanel;
    for (int64_t c = 0; c < s.out; c += kLanes) {
      V half[3 * kPatch];
      for (int x = 0; x < kPatch; x++) {
        V m[kPatch];
        for (int y = 0; y < kPatch; y++) m[y] = Load<V>(sums + ((y * kPatch + x) * s.in + channel) * columns + c);
        TransformKernelGradient(m, half + x, kPatch);
      }
      for (int y = 0; y < 3; y++) {
        V across[3];
        TransformKernelGradient(half + y * kPatch, across, 1);
        for (int x = 0; x < 3; x++) Store(to + ((y * 3 + x) * s.in + channel) * s.out + c, across[x]);
      }
    }
  }

 private:
  // Input channels whose values lie together for the kernel's gradient, and how many of them are multiplied at a time.
  static constexpr int kGroup = 16, kChannels = 4;

  // c = aᵀ · b, or c + that, for kChannels columns of a and a panel of b, of `depth` rows each.
  static ATTO_INLINE void MultiplyTransposed(const float* a, const float* b, int64_t depth, bool fresh, float* c,
                                             int64_t c_step) {
    V sums[kChannels][kColumns];
    DotProducts(a, 1, kGroup, b, depth, sums);
    for (int row = 0; row < kChannels; row++) {
      for (int j = 0; j < kColumns; j++) {
        float* const at = c + row * c_step + j * kLanes;
        Store(at, fresh ? sums[row][j] : sums[row][j] + Load<V>(at));
      }
    }
  }

  // The 36 values of a tile's gradients, zeros where there is no such channel.
  static ATTO_INLINE void ReadGradientTile(const float* gradient, const WinogradShape& s, const Tile& tile, bool there,
                                     float* to, int64_t step) {
    V half[kPatch * kTile];
    for (int column = 0; column < kTile; column++) {
      V g[kTile], down[kPatch];
      for (int row = 0; row < kTile; row++) {
        const int64_t y = tile.y + row, x = tile.x + column;
        const bool inside = there && y < s.height && x < s.width;
        g[row] = inside ? Load<V>(gradient + ((tile.image * s.height + y) * s.width + x) * s.out) : V{};
      }
      TransformGradientTile(g, down, 1);
      for (int row = 0; row < kPatch; row++) half[row * kTile + column] = down[row];
    }
    for (int row = 0; row < kPatch; row++) {
      V values[kPatch];
      TransformGradientTile(half + row * kTile, values, 1);
      for (int column = 0; column < kPatch; column++) Store(to + (row * kPatch + column) * step, values[column]);
    }
  }

  // kLanes values that lie `step` apart; beyond the first `count`, zeros.
  static ATTO_INLINE V Gather(const float* from, int64_t step, int64_t count) {
    if (step == 1 && count >= kLanes) return Load<V>(from);
    V values = {};
    for (int64_t lane = 0; lane < kLanes && lane < count; lane++) values[lane] = from[lane * step];
    return values;
  }

  // c = a · b for kRows rows of a, of `depth` values each, and a panel of b.
  static ATTO_INLINE void Multiply(const float* a, const float* b, int64_t depth, float* c, int64_t c_step) {
    V sums[kRows][kColumns];
    DotProducts(a, depth, 1, b, depth, sums);
    for (int row = 0; row < kRows; row++)
      for (int j = 0; j < kColumns; j++) Store(c + row * c_step + j * kLanes, sums[row][j]);
  }

  // The 36 values of a tile, for the channels from `x` on.
  static ATTO_INLINE void ReadTile(const float* x, const WinogradShape& s, const Tile& tile, float* to, int64_t step) {
    V half[kValues];
    for (int column = 0; column < kPatch; column++) {
      V d[kPatch];
      for (int row = 0; row < kPatch; row++) {
        const int64_t py = tile.y + row - 1, px = tile.x + column - 1;
        const bool inside = py >= 0 && py < s.height && px >= 0 && px < s.width;
        d[row] = inside ? Load<V>(x + ((tile.image * s.height + py) * s.width + px) * s.in) : V{};
      }
      TransformImage(d, half + column, kPatch);
    }
    for (int row = 0; row < kPatch; row++) {
      V values[kPatch];
      TransformImage(half + row * kPatch, values, 1);
      for (int column = 0; column < kPatch; column++) Store(to + (row * kPatch + column) * step, values[column]);
    }
  }

  // The pixels of a tile, for the channels from `channel` on.
  static ATTO_INLINE void WriteTile(const float* results, int64_t step, const WinogradShape& s, const Tile& tile,
                                    int64_t channel, const Epilogue& epilogue, float* y) {
    V half[kTile][kPatch];
    for (int column = 0; column < kPatch; column++) {
      V m[kPatch], down[kTile];
      for (int row = 0; row < kPatch; row++) m[row] = Load<V>(results + (row * kPatch + column) * step);
      TransformResult(m, down);
      for (int row = 0; row < kTile; row++) half[row][column] = down[row];
    }
    const V bias = epilogue.bias ? Load<V>(epilogue.bias + channel) : V{};
    for (int row = 0; row < kTile && tile.y + row < s.height; row++) {
      V across[kTile];
      TransformResult(half[row], across);
      for (int column = 0; column < kTile && tile.x + column < s.width; column++) {
        const int64_t at = ((tile.image * s.height + tile.y + row) * s.width + tile.x + column) * s.out + channel;
        V value = across[column] + bias;
        if (epilogue.residual) value += Load<V>(epilogue.residual + at);
        Store(y + at, Clamp(value, epilogue.range));
      }
    }
  }
};

}  // namespace atto
