#include "paint.hh"

#include <string>

#include <OgreEntity.h>
#include <OgreMaterialManager.h>
#include <OgrePass.h>
#include <OgreSceneNode.h>
#include <OgreSubEntity.h>
#include <OgreTechnique.h>
#include <OgreTextureUnitState.h>
#include <gazebo/rendering/RTShaderSystem.hh>
#include <gazebo/rendering/Visual.hh>

namespace object_tracker
{

using ignition::math::Color;

namespace
{

Ogre::ColourValue ogre(const Color & colour, float alpha)
{
  return Ogre::ColourValue(colour.R(), colour.G(), colour.B(), alpha);
}

Color gazebo_colour(const Ogre::ColourValue & colour) {return {colour.r, colour.g, colour.b, colour.a};}

Color mixed(const Color & one, const Color & other)
{
  return {0.5f * (one.R() + other.R()), 0.5f * (one.G() + other.G()), 0.5f * (one.B() + other.B()), one.A()};
}

const Ogre::Pass * first_pass(const Ogre::MaterialPtr & material)
{
  if (material.isNull() || material->getNumTechniques() == 0) {return nullptr;}
  return material->getTechnique(0)->getNumPasses() == 0 ? nullptr : material->getTechnique(0)->getPass(0);
}

// What is drawn of the visual itself, without what hangs on it.
std::vector<Ogre::SubEntity *> drawn(const gazebo::rendering::VisualPtr & visual)
{
  std::vector<Ogre::SubEntity *> parts;
  auto * node = visual->GetSceneNode();
  for (unsigned short i = 0; node && i < node->numAttachedObjects(); ++i) {
    auto * entity = dynamic_cast<Ogre::Entity *>(node->getAttachedObject(i));
    for (unsigned j = 0; entity && j < entity->getNumSubEntities(); ++j) {parts.push_back(entity->getSubEntity(j));}
  }
  return parts;
}

// Calls `change` with each pass of all techniques: the one that is drawn was made by the shader generator of the one in
// the world file.
template<typename Change>
void for_each_pass(const Ogre::MaterialPtr & material, const Change & change)
{
  for (unsigned short i = 0; i < material->getNumTechniques(); ++i) {
    auto * technique = material->getTechnique(i);
    for (unsigned short j = 0; j < technique->getNumPasses(); ++j) {change(*technique->getPass(j));}
  }
}

void set(const Ogre::MaterialPtr & material, const Color & ambient, const Color & diffuse)
{
  for_each_pass(
    material, [&](Ogre::Pass & pass) {
      pass.setAmbient(ogre(ambient, pass.getAmbient().a));
      pass.setDiffuse(ogre(diffuse, pass.getDiffuse().a));
    });
}

void set(const Ogre::MaterialPtr & material, const Pattern & pattern)
{
  for_each_pass(
    material, [&](Ogre::Pass & pass) {
      if (pass.getNumTextureUnitStates() == 0) {return;}
      auto * unit = pass.getTextureUnitState(0);
      const auto & texture = pattern_texture(pattern.which);
      if (unit->getTextureName() != texture) {unit->setTextureName(texture);}
      unit->setTextureScale(
        static_cast<Ogre::Real>(1.0 / pattern.across), static_cast<Ogre::Real>(1.0 / pattern.down));
    });
}

// A copy without the shader generator's techniques, which are of the original: it makes the copy its own.
Ogre::MaterialPtr copy(const Ogre::MaterialPtr & material, const std::string & name)
{
  const Ogre::MaterialPtr made = material->clone(name);
  for (auto i = made->getNumTechniques(); i-- > 1; ) {
    if (made->getTechnique(i)->getSchemeName() != Ogre::MaterialManager::DEFAULT_SCHEME_NAME) {
      made->removeTechnique(i);
    }
  }
  return made;
}

// A copy of that name to put patterns on; null if the material has a shader program, which would not know of them.
Ogre::MaterialPtr patterned_copy(const Ogre::MaterialPtr & material, const std::string & name)
{
  if (first_pass(material)->isProgrammable()) {return {};}
  const auto made = copy(material, name);
  for_each_pass(
    made, [](Ogre::Pass & pass) {
      pass.removeAllTextureUnitStates();
      auto * unit = pass.createTextureUnitState(pattern_texture(0));
      unit->setTextureFiltering(Ogre::TFO_TRILINEAR);
      unit->setTextureScale(0.5f, 0.5f);  // any but 1, so that the generated shader scales at all
    });
  return made;
}

}  // namespace

Paint::Paint(const gazebo::rendering::VisualPtr & visual)
: visual_(visual)
{
  if (!visual) {return;}
  bool copied = false;
  const auto found = drawn(visual);
  for (unsigned place = 0; place < found.size(); ++place) {
    auto * part = found[place];
    Ogre::MaterialPtr material = part->getMaterial();
    if (!first_pass(material)) {continue;}
    // Gazebo names a visual's own material after it.
    if (material->getName().rfind(visual->Name(), 0) != 0) {
      material = copy(material, visual->Name() + "_PAINT_" + std::to_string(parts_.size()));
      part->setMaterial(material);
      copied = true;
    }
    const auto * pass = first_pass(material);
    parts_.push_back({material, gazebo_colour(pass->getAmbient()), gazebo_colour(pass->getDiffuse()), {}, place});
  }
  if (copied) {gazebo::rendering::RTShaderSystem::Instance()->GenerateShaders(visual);}
}

void Paint::cover(const std::optional<Color> & colour, const std::optional<Pattern> & pattern)
{
  if (parts_.empty()) {return;}
  if (pattern.has_value() != worn_.has_value()) {wear(pattern.has_value());}
  for (const auto & part : parts_) {
    const bool patterned = pattern && !part.patterned.isNull();
    if (patterned && !(pattern == worn_)) {set(part.patterned, *pattern);}
    set(patterned ? part.patterned : part.material, colour.value_or(part.ambient), colour.value_or(part.diffuse));
  }
  worn_ = pattern;
}

void Paint::wear(bool patterned)
{
  const auto found = drawn(visual_);
  bool made = false;
  for (auto & part : parts_) {
    if (part.place >= found.size()) {continue;}
    if (patterned && part.patterned.isNull()) {
      part.patterned = patterned_copy(part.material, visual_->Name() + "_PATTERN_" + std::to_string(part.place));
      made |= !part.patterned.isNull();
    }
    found[part.place]->setMaterial(patterned && !part.patterned.isNull() ? part.patterned : part.material);
  }
  if (made) {gazebo::rendering::RTShaderSystem::Instance()->GenerateShaders(visual_);}
}

void Paint::mix(const std::optional<Color> & colour) const
{
  for (const auto & part : parts_) {
    set(
      part.material, colour ? mixed(part.ambient, *colour) : part.ambient,
      colour ? mixed(part.diffuse, *colour) : part.diffuse);
  }
}

}  // namespace object_tracker
