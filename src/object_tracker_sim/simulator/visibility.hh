#pragma once
// Who sees what, as Ogre's visibility flags: an arena's camera draws what has a bit in common with its mask. Bit 8 + k
// is arena k's; the world's own things have all bits, and furniture that is away from some arenas only those of the
// others.

#include <cstdint>

#include <gazebo/rendering/RenderTypes.hh>

#include "protocol.hh"

namespace object_tracker
{

constexpr std::uint32_t arena_flag(unsigned arena) {return 1u << (8 + arena);}

// The rest of a mask lets the world through, but for Gazebo's two lowest bits, which would show its grid, axes and
// selection boxes.
constexpr std::uint32_t kWorldFlags = 0x0f0000fcu & ~std::uint32_t{GZ_VISIBILITY_GUI | GZ_VISIBILITY_SELECTABLE};

constexpr std::uint32_t camera_mask(unsigned arena) {return kWorldFlags | arena_flag(arena);}

// `flags` of what is to be seen as before, but not in the arenas k whose bit k is in `away`.
constexpr std::uint32_t without_arenas(std::uint32_t flags, std::uint32_t away)
{
  if (away == 0) {return flags;}
  std::uint32_t seen = flags & ~kWorldFlags;
  for (unsigned k = 0; k < protocol::kMaxArenas; ++k) {
    const bool sees = (flags & camera_mask(k)) != 0 && (away >> k & 1u) == 0;
    seen = sees ? seen | arena_flag(k) : seen & ~arena_flag(k);
  }
  return seen;
}

static_assert((without_arenas(GZ_VISIBILITY_ALL, 2u) & camera_mask(0)) != 0);
static_assert((without_arenas(GZ_VISIBILITY_ALL, 2u) & camera_mask(1)) == 0);

}  // namespace object_tracker
