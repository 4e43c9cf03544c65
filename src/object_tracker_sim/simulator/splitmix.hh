#pragma once
// Numbers that look like drawn at random, each found without those before it.

#include <cstdint>

namespace object_tracker
{

// Output number `index`, from 0, of SplitMix64 started from `seed`, as a number from 0 to 1. Steele, Lea and Flood,
// "Fast splittable pseudorandom number generators", OOPSLA 2014.
inline double uniform(std::uint64_t seed, std::uint64_t index)
{
  std::uint64_t z = seed + (index + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  z ^= z >> 31;
  return static_cast<double>(z >> 11) * 0x1p-53;
}

}  // namespace object_tracker
