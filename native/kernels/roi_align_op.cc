// RoIAlign on one feature map as TensorFlow operations.
//
//   AttoRoiAlign(features [N, H, W, C], rois [R, 5], size)
//     → the means of two by two samples in each of size × size bins, [R, size, size, C]
//   AttoRoiAlignGradient(gradient [R, size, size, C], rois [R, 5], images, height, width)
//     → the gradient of the features, [images, height, width, C]
//
// A RoI is the index of its image, x1, y1, x2 and y2 in pixels of the map.
#include "operations.h"
#include "roi_align.h"

namespace atto {
namespace {

Rois ReadRois(const Input& rois, int64_t size, const MapShape& map) {
  Require(rois.Rank() == 2 && rois.Size(1) == 5, rois, " must be [R, 5]");
  const Rois result = {rois.Values(), rois.Size(0), size};
  Require(result.count == 0 || (map.height > 0 && map.width > 0), rois, " on maps without pixels, ",
          Shape{map.images, map.height, map.width, map.channels});
  for (int64_t i = 0; i < result.count; i++) {
    const float image = result.values[5 * i];
    Require(image >= 0 && image < static_cast<float>(map.images), "RoI ", i, " is of image ", image, " of ", map.images);
  }
  return result;
}

struct PoolSettings {
  const int64_t size;
  explicit PoolSettings(const Attributes& attributes) : size(attributes.Integer("size", 1, kLargestSize)) {}
};

void ComputePool(const PoolSettings& settings, TF_OpKernelContext* context) {
  const Input features(context, 0, "features"), rois(context, 1, "rois");
  Require(features.Rank() == 4, features, " must be [N, H, W, C]");
  const MapShape map = {features.Size(0), features.Size(1), features.Size(2), features.Size(3)};
  const Rois regions = ReadRois(rois, settings.size, map);
  float* const y = Allocate(context, {regions.count, settings.size, settings.size, map.channels});
  RoiAlign(map, features.Values(), regions, y);
}

struct GradientSettings {
  const int64_t images, height, width;
  explicit GradientSettings(const Attributes& attributes)
      : images(attributes.Integer("images", 0, kLargestSize)),
        height(attributes.Integer("height", 0, kLargestSize)),
        width(attributes.Integer("width", 0, kLargestSize)) {}
};

void ComputeGradient(const GradientSettings& settings, TF_OpKernelContext* context) {
  const Input gradient(context, 0, "gradient"), rois(context, 1, "rois");
  Require(gradient.Rank() == 4 && gradient.Size(1) == gradient.Size(2), gradient, " must be [R, size, size, C]");
  const MapShape map = {settings.images, settings.height, settings.width, gradient.Size(3)};
  const Rois regions = ReadRois(rois, gradient.Size(1), map);
  Require(gradient.Size(0) == regions.count, gradient, " and ", rois, " must have as many rows");
  RoiAlignGradient(map, gradient.Values(), regions,
                   Allocate(context, {map.images, map.height, map.width, map.channels}));
}

}  // namespace

void RegisterRoiAlign() {
  RegisterOperation<PoolSettings, ComputePool>("AttoRoiAlign", {"features: float", "rois: float"}, {"pooled: float"},
                                               {"size: int"});
  RegisterOperation<GradientSettings, ComputeGradient>("AttoRoiAlignGradient", {"gradient: float", "rois: float"},
                                                       {"feature_gradient: float"},
                                                       {"images: int", "height: int", "width: int"});
}

}  // namespace atto
