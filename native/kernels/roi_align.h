// RoIAlign (He et al., "Mask R-CNN", 2017, Section 3) with two samples a bin and direction, and its gradient.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "../runtime/vectors.h"

namespace atto {

// The pixels that a bin depends on along one direction, and by how much.
struct Bin {
  int count;
  int64_t pixels[4];
  float weights[4];

  void Add(int64_t pixel, float weight) {
    const int64_t at = std::find(pixels, pixels + count, pixel) - pixels;
    pixels[at] = pixel;
    weights[at] = at < count ? weights[at] + weight : weight;
    if (at == count) count++;
  }
};

// The bins of a RoI from `start` to `end` along a direction in which the map has `length` pixels. Samples up to a pixel
// outside of the map take the outermost pixel, those beyond are zero.
inline std::vector<Bin> Bins(float start, float end, int64_t bins, int64_t length) {
  std::vector<Bin> result(static_cast<size_t>(bins));
  const float size = (end - start) / static_cast<float>(bins);
  for (int64_t b = 0; b < bins; b++) {
    for (int sample = 0; sample < 2; sample++) {
      const float position = start + static_cast<float>(b) * size + (static_cast<float>(sample) + 0.5f) * size / 2;
      // NaN, too, is outside.
      if (!(position >= -1 && position <= static_cast<float>(length))) continue;
      const float inside = std::min(std::max(position, 0.0f), static_cast<float>(length - 1));
      const int64_t low = static_cast<int64_t>(inside);
      const float fraction = inside - static_cast<float>(low);
      result[b].Add(low, (1 - fraction) / 2);
      if (fraction > 0) result[b].Add(low + 1, fraction / 2);
    }
  }
  return result;
}

template <class V>
struct RoiAlign {
  // So many channels are computed at a time.
  static constexpr int kVectors = 4;
  static constexpr int64_t kLanes = sizeof(V) / sizeof(float), kChannels = kVectors * kLanes;

  // The bins of a RoI on `map`, [H, width, channels], in `to`, [rows, columns, channels].
  static ATTO_INLINE void Pool(const float* map, int64_t width, int64_t channels, const std::vector<Bin>& rows,
                               const std::vector<Bin>& columns, float* to) {
    for (const Bin& row : rows) {
      for (const Bin& column : columns) {
        for (int64_t c = 0; c < channels; c += kChannels) {
          V sums[kVectors] = {};
          for (int i = 0; i < row.count; i++) {
            for (int j = 0; j < column.count; j++) {
              const float* from = map + (row.pixels[i] * width + column.pixels[j]) * channels + c;
              const float weight = row.weights[i] * column.weights[j];
              for (int v = 0; v < kVectors; v++)
                sums[v] += weight * LoadSome<V>(from + v * kLanes, channels - c - v * kLanes);
            }
          }
          for (int v = 0; v < kVectors; v++) StoreSome(to + c + v * kLanes, sums[v], channels - c - v * kLanes);
        }
        to += channels;
      }
    }
  }

  // Adds what the gradient of a RoI's bins is for the map: for kChannels of the channels, from `first` on.
  static ATTO_INLINE void AddGradient(const float* gradient, int64_t width, int64_t channels, int64_t first,
                                      const std::vector<Bin>& rows, const std::vector<Bin>& columns, float* map) {
    const int64_t left = channels - first;
    for (const Bin& row : rows) {
      for (const Bin& column : columns) {
        V values[kVectors];
        for (int v = 0; v < kVectors; v++) values[v] = LoadSome<V>(gradient + first + v * kLanes, left - v * kLanes);
        for (int i = 0; i < row.count; i++) {
          for (int j = 0; j < column.count; j++) {
            float* at = map + (row.pixels[i] * width + column.pixels[j]) * channels + first;
            const float weight = row.weights[i] * column.weights[j];
            for (int v = 0; v < kVectors; v++) {
              const int64_t count = left - v * kLanes;
              StoreSome(at + v * kLanes, LoadSome<V>(at + v * kLanes, count) + weight * values[v], count);
            }
          }
        }
        gradient += channels;
      }
    }
  }
};

}  // namespace atto
