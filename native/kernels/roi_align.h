// RoIAlign (He et al., "Mask R-CNN", 2017, Section 3) with two samples for each bin and direction, and its gradient.
#pragma once

#include <cstdint>

namespace atto {

// Feature maps [images, height, width, channels].
struct MapShape {
  int64_t images, height, width, channels;
};

// `count` RoIs on such maps, each with size × size bins: [count, 5], the index of its image, below `images`, x1, y1, x2 and y2
// in pixels. There are RoIs only where there are pixels.
struct Rois {
  const float* values;
  int64_t count, size;
};

// The means of two by two samples in each bin, [count, size, size, channels]. Samples up to a pixel outside of the map take
// the outermost pixel, those beyond are zero; so are those at no number.
void RoiAlign(const MapShape& shape, const float* maps, const Rois& rois, float* y);

// The gradient of the maps, from that of RoiAlign's result.
void RoiAlignGradient(const MapShape& shape, const float* gradient, const Rois& rois, float* maps);

}  // namespace atto
