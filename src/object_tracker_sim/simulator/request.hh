#pragma once
// The payload of a kStep request, checked, and what its resets ask for.

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "appearance.hh"
#include "arena.hh"
#include "protocol.hh"

namespace object_tracker
{

// A request that cannot be carried out; nothing of it was.
struct RequestError : std::runtime_error
{
  using std::runtime_error::runtime_error;
};

struct Request
{
  protocol::Step step;
  std::vector<protocol::Reset> resets;
  std::vector<Velocity> waffle, burger;  // empty: keep the last ones
};

// Throws RequestError.
Request parse_request(const std::vector<std::uint8_t> & bytes, std::size_t arenas);

EpisodeStart start_of(const protocol::Reset & reset);
Appearance appearance_of(const protocol::Reset & reset);

}  // namespace object_tracker
