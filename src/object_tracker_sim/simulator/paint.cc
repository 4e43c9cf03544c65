#include "paint.hh"

#include <string>

#include <OgreEntity.h>
#include <OgreMaterialManager.h>
#include <OgrePass.h>
#include <OgreSceneNode.h>
#include <OgreSubEntity.h>
#include <OgreTechnique.h>
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

void set(const Ogre::MaterialPtr & material, const Color & ambient, const Color & diffuse)
{
  // All techniques: the one that is drawn was made by the shader generator of the one in the world file.
  for (unsigned short i = 0; i < material->getNumTechniques(); ++i) {
    auto * technique = material->getTechnique(i);
    for (unsigned short j = 0; j < technique->getNumPasses(); ++j) {
      auto * pass = technique->getPass(j);
      pass->setAmbient(ogre(ambient, pass->getAmbient().a));
      pass->setDiffuse(ogre(diffuse, pass->getDiffuse().a));
    }
  }
}

}  // namespace

Paint::Paint(const gazebo::rendering::VisualPtr & visual)
{
  if (!visual) {return;}
  bool copied = false;
  for (auto * part : drawn(visual)) {
    Ogre::MaterialPtr material = part->getMaterial();
    if (!first_pass(material)) {continue;}
    // Gazebo names a visual's own material after it.
    if (material->getName().rfind(visual->Name(), 0) != 0) {
      material = material->clone(visual->Name() + "_PAINT_" + std::to_string(parts_.size()));
      // The shader generator's techniques are of the original; it makes the copy its own below.
      for (auto i = material->getNumTechniques(); i-- > 1; ) {
        if (material->getTechnique(i)->getSchemeName() != Ogre::MaterialManager::DEFAULT_SCHEME_NAME) {
          material->removeTechnique(i);
        }
      }
      part->setMaterial(material);
      copied = true;
    }
    const auto * pass = first_pass(material);
    parts_.push_back({material, gazebo_colour(pass->getAmbient()), gazebo_colour(pass->getDiffuse())});
  }
  if (copied) {gazebo::rendering::RTShaderSystem::Instance()->GenerateShaders(visual);}
}

void Paint::cover(const std::optional<Color> & colour) const
{
  for (const auto & part : parts_) {set(part.material, colour.value_or(part.ambient), colour.value_or(part.diffuse));}
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
