#include "patterns.hh"

#include <algorithm>
#include <array>
#include <cmath>

#include <OgreImage.h>
#include <OgreResourceGroupManager.h>
#include <OgreTextureManager.h>

#include "splitmix.hh"

namespace object_tracker
{

namespace
{

// What a pattern is made from. The kinds below say how much of its second colour is at a point of the picture (u to the
// right, v down, 0 .. 1): 0 .. 1.
struct Motif
{
  std::uint64_t seed;
  int cells;     // how fine: 2 .. 6
  int variant;   // 0 .. 3

  double number(int x, int y, int use = 0) const
  {
    return uniform(seed, (static_cast<std::uint64_t>(use) << 40) + (static_cast<std::uint64_t>(y) << 20) + x);
  }

  // Smooth noise on a lattice of that many cells, which repeats after the last.
  double noise(double u, double v, int across, int down, int use) const
  {
    const double x = (u - std::floor(u)) * across, y = (v - std::floor(v)) * down;
    const int column = static_cast<int>(x) % across, row = static_cast<int>(y) % down;
    const int right = (column + 1) % across, below = (row + 1) % down;
    const auto eased = [](double t) {return t * t * (3.0 - 2.0 * t);};
    const double a = eased(x - std::floor(x)), b = eased(y - std::floor(y));
    const double top = number(column, row, use) * (1.0 - a) + number(right, row, use) * a;
    const double bottom = number(column, below, use) * (1.0 - a) + number(right, below, use) * a;
    return top * (1.0 - b) + bottom * b;
  }

  // The same in several sizes, each half as large and half as strong as the one before.
  double octaves(double u, double v, int across, int down, int count, int use = 1) const
  {
    double sum = 0.0, strength = 0.5, whole = 0.0;
    for (int i = 0; i < count; ++i, strength *= 0.5) {
      sum += strength * noise(u, v, across << i, down << i, use + i);
      whole += strength;
    }
    return sum / whole;
  }
};

double fraction(double x) {return x - std::floor(x);}

int wrapped(double x, int count) {return (static_cast<int>(std::floor(x)) % count + count) % count;}

// 0 below `low`, 1 above `high`, smooth in between.
double ramp(double x, double low, double high)
{
  const double t = std::clamp((x - low) / (high - low), 0.0, 1.0);
  return t * t * (3.0 - 2.0 * t);
}

// How far the point is from the edge of its cell, of which it has the coordinates 0 .. 1 and the sides.
double from_edge(double x, double y, double width, double height)
{
  return std::min(std::min(x, 1.0 - x) * width, std::min(y, 1.0 - y) * height);
}

double planks(const Motif & m, double u, double v)
{
  const int rows = 2 * m.cells, row = wrapped(v * rows, rows), boards = 1 + m.variant % 2;
  const double along = (u + m.number(0, row, 90)) * boards;
  const double gap = from_edge(fraction(along), fraction(v * rows), 1.0 / boards, 1.0 / rows);
  if (gap < 0.003) {return 1.0;}
  const double board = m.number(wrapped(along, boards), row, 91);
  return 0.45 * board + 0.35 * m.octaves(u + board, v, 3, 24, 3);
}

double grain(const Motif & m, double u, double v)
{
  const double ring = fraction(v * m.cells + 1.6 * m.octaves(u, v, 1, 2, 2));
  return 0.6 * std::abs(2.0 * ring - 1.0) + 0.4 * m.octaves(u, v, 4, 48, 3, 10);
}

double tiles(const Motif & m, double u, double v)
{
  const double x = u * m.cells, y = v * m.cells;
  if (from_edge(fraction(x), fraction(y), 1.0, 1.0) < 0.02 + 0.012 * m.variant) {return 1.0;}
  return 0.3 * m.number(wrapped(x, m.cells), wrapped(y, m.cells), 90) + 0.25 * m.octaves(u, v, 8, 8, 3);
}

double checker(const Motif & m, double u, double v)
{
  const int cells = 2 * ((m.cells + 1) / 2);
  const bool odd = (wrapped(u * cells, cells) + wrapped(v * cells, cells)) % 2 == 1;
  return (odd ? 0.8 : 0.0) + 0.2 * m.octaves(u, v, 8, 8, 3);
}

double bricks(const Motif & m, double u, double v)
{
  const int rows = 4 * ((m.cells + 1) / 2), across = rows / 2, row = wrapped(v * rows, rows);
  const double x = u * across + 0.5 * (row % 2);
  if (from_edge(fraction(x), fraction(v * rows), 1.0 / across, 1.0 / rows) < 0.008) {return 1.0;}
  return 0.45 * m.number(wrapped(x, across), row, 90) + 0.25 * m.octaves(u, v, 16, 16, 3);
}

double stripes(const Motif & m, double u, double v)
{
  const double duty = 0.2 + 0.5 * m.number(0, 0, 90), worn = 0.15 * m.octaves(u, v, 8, 8, 3);
  const auto band = [&](double x) {return fraction(x * m.cells) < duty ? 1.0 : 0.0;};
  switch (m.variant) {
    case 0: return 0.85 * band(v) + worn;
    case 1: return 0.85 * band(u) + worn;
    case 2: return 0.425 * (band(u) + band(v)) + worn;
    default: return 0.85 * band(u + v) + worn;
  }
}

double ground(const Motif & m, double u, double v)
{
  const int cells = 1 << m.cells;  // from large clouds to grit
  return ramp(m.octaves(u, v, cells, cells, 5), 0.2, 0.8);
}

double speckles(const Motif & m, double u, double v)
{
  const int cells = 6 * m.cells;
  const double x = u * cells, y = v * cells;
  double found = 0.0;
  for (int i = -1; i <= 1; ++i) {
    for (int j = -1; j <= 1; ++j) {
      const int column = wrapped(x + i, cells), row = wrapped(y + j, cells);
      const double dx = std::floor(x) + i + m.number(column, row, 90) - x;
      const double dy = std::floor(y) + j + m.number(column, row, 91) - y;
      const double radius = 0.1 + 0.5 * m.number(column, row, 92);
      if (dx * dx + dy * dy < radius * radius) {found = std::max(found, 0.3 + 0.7 * m.number(column, row, 93));}
    }
  }
  return found;
}

double road(const Motif & m, double u, double v)
{
  const double asphalt = 0.6 + 0.4 * m.octaves(u, v, 32, 32, 3);
  const double middle = std::abs(u - 0.5), width = 0.012 + 0.008 * m.variant;
  const bool dash = middle < width && fraction(v * m.cells) < 0.6, border = 0.5 - middle < 1.5 * width;
  return dash || border ? 0.1 * m.octaves(u, v, 32, 32, 3) : asphalt;
}

double patches(const Motif & m, double u, double v)
{
  const double height = m.octaves(u, v, m.cells, m.cells, 4);
  return 0.5 * ramp(height, 0.42, 0.44) + 0.5 * ramp(height, 0.56, 0.58);
}

using Kind = double (*)(const Motif &, double, double);
constexpr Kind kKinds[] = {planks, grain, tiles, checker, bricks, stripes, ground, speckles, road, patches};
constexpr unsigned kVariants = 4;
static_assert(sizeof(kKinds) / sizeof(Kind) * kVariants == kPatterns);

}  // namespace

std::vector<std::uint8_t> draw_pattern(unsigned which)
{
  constexpr std::uint64_t kSeed = 0x7061747465726e73u;
  constexpr double kDepths[kVariants] = {0.15, 0.3, 0.5, 0.7};  // by how much the second colour is darker
  const std::uint64_t seed = kSeed + which;
  const auto variant = which % kVariants;
  const Motif motif{seed, 2 + static_cast<int>(5.0 * uniform(~seed, 0)), static_cast<int>(variant)};
  std::array<double, 3> first, second;
  for (unsigned c = 0; c < 3; ++c) {
    first[c] = 0.8 + 0.2 * uniform(~seed, 1 + c);
    second[c] = std::max(0.25, first[c] * (1.0 - kDepths[variant] * (0.7 + 0.6 * uniform(~seed, 4 + c))));
  }
  if (uniform(~seed, 7) < 0.4) {std::swap(first, second);}

  std::vector<std::uint8_t> picture;
  picture.reserve(std::size_t{3} * kPatternSide * kPatternSide);
  for (unsigned row = 0; row < kPatternSide; ++row) {
    for (unsigned column = 0; column < kPatternSide; ++column) {
      const double part = kKinds[which / kVariants](
        motif, (column + 0.5) / kPatternSide, (row + 0.5) / kPatternSide);
      for (unsigned c = 0; c < 3; ++c) {
        const double value = first[c] + (second[c] - first[c]) * std::clamp(part, 0.0, 1.0);
        picture.push_back(static_cast<std::uint8_t>(std::lround(255.0 * value)));
      }
    }
  }
  return picture;
}

const std::string & pattern_texture(unsigned which)
{
  static std::array<std::string, kPatterns> names;
  auto & name = names.at(which);
  if (name.empty()) {
    auto picture = draw_pattern(which);
    Ogre::Image image;
    image.loadDynamicImage(picture.data(), kPatternSide, kPatternSide, 1, Ogre::PF_BYTE_RGB);
    name = "object_tracker_pattern_" + std::to_string(which);
    Ogre::TextureManager::getSingleton().loadImage(
      name, Ogre::ResourceGroupManager::DEFAULT_RESOURCE_GROUP_NAME, image, Ogre::TEX_TYPE_2D, Ogre::MIP_UNLIMITED);
  }
  return name;
}

}  // namespace object_tracker
