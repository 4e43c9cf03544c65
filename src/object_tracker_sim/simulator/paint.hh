#pragma once
// The colours of one visual, and what pattern is on it.

#include <optional>
#include <vector>

#include <OgreMaterial.h>
#include <gazebo/rendering/RenderTypes.hh>
#include <ignition/math/Color.hh>

#include "patterns.hh"

namespace object_tracker
{

class Paint
{
public:
  // Gives the visual copies of the materials that it shares with others: those of meshes, and Gazebo's default.
  // There may be no visual; nothing is painted then.
  explicit Paint(const gazebo::rendering::VisualPtr & visual);

  // One colour all over, or its own ones again; with a pattern in place of its texture, or as it was. Textures and
  // patterns are tinted.
  void cover(const std::optional<ignition::math::Color> & colour, const std::optional<Pattern> & pattern);

  // Halfway between its own colours and that one.
  void mix(const std::optional<ignition::math::Color> & colour) const;

private:
  // A material, and the colours it had in the beginning. A mesh may have several.
  struct Part
  {
    Ogre::MaterialPtr material;
    ignition::math::Color ambient, diffuse;
    Ogre::MaterialPtr patterned;  // a copy with a pattern on it; there is none before the first pattern
    unsigned place;               // among what is drawn of the visual
  };

  void wear(bool patterned);

  gazebo::rendering::VisualPtr visual_;
  std::vector<Part> parts_;
  std::optional<Pattern> worn_;
};

}  // namespace object_tracker
