#include "halving.hh"

#include <vector>

namespace object_tracker
{

namespace
{

constexpr unsigned kRed = 9798, kGreen = 19235, kBlue = 3735, kOne = 1u << 15;

// Of two rows' sums `row`, the mean of what belongs to a pixel and of the same channel of its neighbour.
unsigned mean(const std::uint16_t * row) {return (row[0] + row[3] + 2u) >> 2;}

}  // namespace

void halve(const std::uint8_t * image, unsigned height, unsigned width, unsigned channels, std::uint8_t * half)
{
  const unsigned bytes = 3 * width;
  std::vector<std::uint16_t> sums(bytes);
  for (unsigned y = 0; y + 1 < height; y += 2) {
    const std::uint8_t * upper = image + std::size_t{y} * bytes, * lower = upper + bytes;
    for (unsigned i = 0; i < bytes; ++i) {sums[i] = static_cast<std::uint16_t>(upper[i] + lower[i]);}
    const std::uint16_t * row = sums.data();
    if (channels == 3) {
      for (unsigned x = 0; x < width / 2; ++x) {
        for (unsigned c = 0; c < 3; ++c) {half[3 * x + c] = static_cast<std::uint8_t>(mean(row + 6 * x + c));}
      }
    } else {
      for (unsigned x = 0; x < width / 2; ++x) {
        const std::uint16_t * at = row + 6 * x;
        const unsigned sum = kRed * mean(at) + kGreen * mean(at + 1) + kBlue * mean(at + 2);
        half[x] = static_cast<std::uint8_t>((sum + kOne / 2) / kOne);
      }
    }
    half += width / 2 * channels;
  }
}

}  // namespace object_tracker
