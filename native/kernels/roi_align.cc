#include "roi_align.h"

#include <algorithm>
#include <vector>

#include "../runtime/instructions.h"
#include "../runtime/parallel.h"

namespace atto {
namespace {

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
std::vector<Bin> Bins(float start, float end, int64_t bins, int64_t length) {
  std::vector<Bin> result(static_cast<size_t>(bins));
  const float size = (end - start) / static_cast<float>(bins);
  for (int64_t b = 0; b < bins; b++) {
    for (int sample = 0; sample < 2; sample++) {
      const float position = start + static_cast<float>(b) * size + (static_cast<float>(sample) + 0.5f) * size / 2;
      // NaN, too, is outside.
      if (!(position >= -1 && position <= static_cast<float>(length))) continue;
      const float inside = std::min(std::max(position, 0.0f), static_cast<float>(length - 1));
      // Of a long map the last pixel, as a float, may be rounded to beyond it.
      const int64_t low = std::min(static_cast<int64_t>(inside), length - 1);
      const float fraction = inside - static_cast<float>(low);
      result[b].Add(low, (1 - fraction) / 2);
      if (fraction > 0) result[b].Add(std::min(low + 1, length - 1), fraction / 2);
    }
  }
  return result;
}

template <class Path>
struct RoiAlignOn {
  using V = typename Path::V;
  // Vectors of channels that are computed at a time.
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

struct Functions {
  int64_t channels;
  decltype(&RoiAlignOn<PlainPath>::Pool) pool;
  decltype(&RoiAlignOn<PlainPath>::AddGradient) add_gradient;
};

template <class Path>
constexpr Functions kFunctions = {RoiAlignOn<Path>::kChannels, Path::template kCompiled<&RoiAlignOn<Path>::Pool>,
                                  Path::template kCompiled<&RoiAlignOn<Path>::AddGradient>};

const Functions& Current() {
  return ForCurrentInstructions(kFunctions<PlainPath>, kFunctions<Avx2Path>, kFunctions<Avx512Path>);
}

// Where a RoI's bins lie.
struct Place {
  int64_t image;
  std::vector<Bin> rows, columns;
};

std::vector<Place> FindPlaces(const MapShape& shape, const Rois& rois) {
  std::vector<Place> places;
  places.reserve(static_cast<size_t>(rois.count));
  for (int64_t i = 0; i < rois.count; i++) {
    const float* roi = rois.values + 5 * i;
    places.push_back({static_cast<int64_t>(roi[0]), Bins(roi[2], roi[4], rois.size, shape.height),
                      Bins(roi[1], roi[3], rois.size, shape.width)});
  }
  return places;
}

}  // namespace

void RoiAlign(const MapShape& s, const float* maps, const Rois& rois, float* y) {
  if (s.channels == 0) return;
  const Functions& on = Current();
  const std::vector<Place> places = FindPlaces(s, rois);
  ParallelFor(rois.count, [&](int64_t roi) {
    const Place& place = places[roi];
    on.pool(maps + place.image * s.height * s.width * s.channels, s.width, s.channels, place.rows, place.columns,
            y + roi * rois.size * rois.size * s.channels);
  });
}

void RoiAlignGradient(const MapShape& s, const float* gradient, const Rois& rois, float* maps) {
  const Functions& on = Current();
  const std::vector<Place> places = FindPlaces(s, rois);
  const int64_t row = s.width * s.channels;
  ParallelFor(s.images * s.height, [&](int64_t i) { std::fill(maps + i * row, maps + (i + 1) * row, 0.0f); });
  // RoIs overlap, so each thread adds up channels of its own, in the RoIs' order.
  ParallelFor((s.channels + on.channels - 1) / on.channels, [&](int64_t part) {
    for (int64_t roi = 0; roi < rois.count; roi++) {
      const Place& place = places[roi];
      on.add_gradient(gradient + roi * rois.size * rois.size * s.channels, s.width, s.channels, part * on.channels,
                      place.rows, place.columns, maps + place.image * s.height * row);
    }
  });
}

}  // namespace atto
