// Built into tfjs-node's addon: RoIAlign on one feature map as TensorFlow operations for the CPU.
//
//   AttoRoiAlign(features [N, H, W, C], rois [R, 5], size)
//     → the means of two by two samples in each of size × size bins, [R, size, size, C]
//   AttoRoiAlignGradient(gradient [R, size, size, C], rois [R, 5], images, height, width)
//     → the gradient of the features, [images, height, width, C]
//
// A RoI is the index of its image, x1, y1, x2 and y2 in pixels of the map.
#include "roi_align.h"

#include <algorithm>
#include <vector>

#include "../runtime/operation.h"
#include "../runtime/parallel.h"

namespace atto {
namespace {

// The algorithm for one set of instructions.
struct Implementation {
  int64_t channels;
  void (*pool)(const float* map, int64_t width, int64_t channels, const std::vector<Bin>& rows,
               const std::vector<Bin>& columns, float* to);
  void (*add_gradient)(const float* gradient, int64_t width, int64_t channels, int64_t first, const std::vector<Bin>& rows,
                       const std::vector<Bin>& columns, float* map);
};

#define ATTO_IMPLEMENTATION(NAME, TARGET, BYTES)                                                                      \
  struct NAME {                                                                                                      \
    using Algorithm = RoiAlign<Vector<BYTES>::Type>;                                                                 \
    TARGET static void Pool(const float* map, int64_t width, int64_t channels, const std::vector<Bin>& rows,         \
                            const std::vector<Bin>& columns, float* to) {                                            \
      Algorithm::Pool(map, width, channels, rows, columns, to);                                                      \
    }                                                                                                                \
    TARGET static void AddGradient(const float* gradient, int64_t width, int64_t channels, int64_t first,            \
                                   const std::vector<Bin>& rows, const std::vector<Bin>& columns, float* map) {      \
      Algorithm::AddGradient(gradient, width, channels, first, rows, columns, map);                                  \
    }                                                                                                                \
    static constexpr Implementation kImplementation = {Algorithm::kChannels, Pool, AddGradient};                     \
  };

ATTO_IMPLEMENTATION(Avx512, ATTO_AVX512, 64)
ATTO_IMPLEMENTATION(Avx2, ATTO_AVX2, 32)
ATTO_IMPLEMENTATION(Plain, , 16)

const Implementation& Chosen() { return Fastest<Avx512, Avx2, Plain>(); }

// Where a RoI's bins lie.
struct Place {
  int64_t image;
  std::vector<Bin> rows, columns;
};

// False after a refusal, which TensorFlow knows then.
bool FindPlaces(TF_OpKernelContext* context, const Input& rois, int64_t size, int64_t images, int64_t height,
                int64_t width, std::vector<Place>* places) {
  if (rois.Rank() != 2 || rois.Size(1) != 5) {
    Refuse(context, "the RoIs aren't [R, 5]");
    return false;
  }
  for (int64_t i = 0; i < rois.Size(0); i++) {
    const float* roi = rois.Values() + 5 * i;
    if (!(roi[0] >= 0 && roi[0] < static_cast<float>(images))) {
      Refuse(context, "a RoI's image isn't in the batch");
      return false;
    }
    places->push_back({static_cast<int64_t>(roi[0]), Bins(roi[2], roi[4], size, height), Bins(roi[1], roi[3], size, width)});
  }
  return true;
}

struct PoolAttributes {
  const int64_t size;
  explicit PoolAttributes(TF_OpKernelConstruction* c) : size(IntegerAttribute(c, "size")) {}
};

void ComputePool(const PoolAttributes& attributes, TF_OpKernelContext* context) {
  const int64_t size = attributes.size;
  const Input features(context, 0), rois(context, 1);
  if (features.Rank() != 4) return Refuse(context, "the features aren't [N, H, W, C]");
  const int64_t height = features.Size(1), width = features.Size(2), channels = features.Size(3);
  std::vector<Place> places;
  if (!FindPlaces(context, rois, size, features.Size(0), height, width, &places)) return;
  float* to = Allocate(context, {rois.Size(0), size, size, channels});
  if (to == nullptr) return;
  const Implementation& roi_align = Chosen();
  ParallelFor(rois.Size(0), [&](int64_t roi, int) {
    const Place& place = places[roi];
    roi_align.pool(features.Values() + place.image * height * width * channels, width, channels, place.rows, place.columns,
                   to + roi * size * size * channels);
  });
}

struct GradientAttributes {
  const int64_t images, height, width;
  explicit GradientAttributes(TF_OpKernelConstruction* c)
      : images(IntegerAttribute(c, "images")),
        height(IntegerAttribute(c, "height")),
        width(IntegerAttribute(c, "width")) {}
};

void ComputeGradient(const GradientAttributes& attributes, TF_OpKernelContext* context) {
  const int64_t images = attributes.images, height = attributes.height, width = attributes.width;
  const Input gradient(context, 0), rois(context, 1);
  if (gradient.Rank() != 4 || gradient.Size(1) != gradient.Size(2))
    return Refuse(context, "the gradient isn't [R, size, size, C]");
  const int64_t size = gradient.Size(1), channels = gradient.Size(3);
  std::vector<Place> places;
  if (!FindPlaces(context, rois, size, images, height, width, &places)) return;
  if (gradient.Size(0) != rois.Size(0)) return Refuse(context, "there aren't as many gradients as RoIs");
  float* to = Allocate(context, {images, height, width, channels});
  if (to == nullptr) return;
  const int64_t row = width * channels;
  ParallelFor(images * height, [&](int64_t i, int) { std::fill(to + i * row, to + (i + 1) * row, 0.0f); });
  // RoIs overlap, so each thread adds up channels of its own, in the RoIs' order.
  const Implementation& roi_align = Chosen();
  ParallelFor((channels + roi_align.channels - 1) / roi_align.channels, [&](int64_t part, int) {
    for (int64_t roi = 0; roi < rois.Size(0); roi++) {
      const Place& place = places[roi];
      roi_align.add_gradient(gradient.Values() + roi * size * size * channels, width, channels, part * roi_align.channels,
                             place.rows, place.columns, to + place.image * height * row);
    }
  });
}

const bool registered = [] {
  Register<PoolAttributes, ComputePool>("AttoRoiAlign", {"features: float", "rois: float"}, {"pooled: float"},
                                        {"size: int"});
  Register<GradientAttributes, ComputeGradient>("AttoRoiAlignGradient", {"gradient: float", "rois: float"},
                                                {"feature_gradient: float"},
                                                {"images: int", "height: int", "width: int"});
  return true;
}();

}  // namespace
}  // namespace atto
