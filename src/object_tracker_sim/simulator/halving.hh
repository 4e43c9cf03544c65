#pragma once
// A camera image made half as high and half as wide, as the environments' observations have it.

#include <cstdint>

namespace object_tracker
{

// Each pixel of `half` is the mean of four of `image`, rounded to the nearest, halves up: what OpenCV's resize makes
// with INTER_AREA. With `channels` 3 that is all; with 1 its luminance follows, by the whole numbers of OpenCV's
// cvtColor (ITU-R BT.601, 0.299, 0.587 and 0.114 in 1/32768).
// `image`: height x width x 3, RGB. `half`: height / 2 x width / 2 x channels. Both sizes even.
void halve(const std::uint8_t * image, unsigned height, unsigned width, unsigned channels, std::uint8_t * half);

}  // namespace object_tracker
