#pragma once
// Pictures that floors, walls and things may be covered with: made here, the same on every run.

#include <cstdint>
#include <string>
#include <vector>

namespace object_tracker
{

constexpr unsigned kPatterns = 40;       // ten kinds, each four times: from faint to strong
constexpr unsigned kPatternSide = 256;   // [pixel]

// One visual's in an episode.
struct Pattern
{
  unsigned which;        // from 0
  double across, down;   // repeats over the texture coordinates' 0 .. 1

  bool operator==(const Pattern & other) const
  {
    return which == other.which && across == other.across && down == other.down;
  }
};

// RGB, row by row from the top, kPatternSide x kPatternSide. Its edges fit each other. Its colours multiply others and
// are 0.25 .. 1.
std::vector<std::uint8_t> draw_pattern(unsigned which);

// The name of its texture, which is made the first time.
const std::string & pattern_texture(unsigned which);

}  // namespace object_tracker
