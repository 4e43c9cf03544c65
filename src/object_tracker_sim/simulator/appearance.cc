#include "appearance.hh"

#include <algorithm>

#include <OgreMaterialManager.h>
#include <OgrePass.h>
#include <OgreTechnique.h>
#include <gazebo/physics/Link.hh>
#include <gazebo/physics/Model.hh>
#include <gazebo/physics/World.hh>
#include <gazebo/rendering/Light.hh>
#include <gazebo/rendering/Scene.hh>
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

Color mixed(const Color & one, const Color & other)
{
  return {0.5f * (one.R() + other.R()), 0.5f * (one.G() + other.G()), 0.5f * (one.B() + other.B()), one.A()};
}

Color scaled(const Color & colour, float factor)
{
  const auto part = [factor](float value) {return std::min(1.0f, value * factor);};
  return {part(colour.R()), part(colour.G()), part(colour.B()), colour.A()};
}

Ogre::Pass * first_pass(const Ogre::MaterialPtr & material)
{
  if (material->getNumTechniques() == 0 || material->getTechnique(0)->getNumPasses() == 0) {return nullptr;}
  return material->getTechnique(0)->getPass(0);
}

Color gazebo_colour(const Ogre::ColourValue & colour) {return {colour.r, colour.g, colour.b, colour.a};}

}  // namespace

Scenery::Scenery(
  const gazebo::rendering::ScenePtr & scene, const gazebo::physics::WorldPtr & world, std::vector<Arena> & arenas)
: scene_(scene), ambient_(scene->AmbientColor()), appearances_(arenas.size())
{
  for (unsigned i = 0; i < scene->LightCount() && !sun_; ++i) {
    const auto light = scene->LightByIndex(i);
    if (light->LightType() == "directional") {sun_ = light;}
  }
  if (sun_) {
    sun_direction_ = sun_->Direction();
    sun_colour_ = sun_->DiffuseColor();
  }
  for (const auto & model : world->Models()) {
    if (!model->IsStatic()) {continue;}
    const auto found = paints_of(model, true);
    ground_.insert(ground_.end(), found.begin(), found.end());
  }
  for (auto & arena : arenas) {burgers_.push_back(paints_of(arena.burger().model(), false));}
}

std::vector<Scenery::Paint> Scenery::paints_of(const gazebo::physics::ModelPtr & model, bool planes_only) const
{
  std::vector<Paint> paints;
  for (const auto & link : model->GetLinks()) {
    const auto description = link->GetSDF();
    if (!description->HasElement("visual")) {continue;}
    for (auto each = description->GetElement("visual"); each; each = each->GetNextElement("visual")) {
      if (planes_only && !each->GetElement("geometry")->HasElement("plane")) {continue;}
      const auto visual = scene_->GetVisual(link->GetScopedName() + "::" + each->Get<std::string>("name"));
      if (!visual || visual->GetMaterialName().empty()) {continue;}
      const auto resource = Ogre::MaterialManager::getSingleton().getByName(visual->GetMaterialName());
      const Ogre::MaterialPtr material = resource.staticCast<Ogre::Material>();
      if (material.isNull() || !first_pass(material)) {continue;}
      const auto * pass = first_pass(material);
      paints.push_back({material, gazebo_colour(pass->getAmbient()), gazebo_colour(pass->getDiffuse())});
    }
  }
  return paints;
}

void Scenery::paint(const Paint & paint, const Color & ambient, const Color & diffuse)
{
  // All techniques: the one that is drawn was made by the shader generator of the one in the world file.
  for (unsigned short i = 0; i < paint.material->getNumTechniques(); ++i) {
    auto * technique = paint.material->getTechnique(i);
    for (unsigned short j = 0; j < technique->getNumPasses(); ++j) {
      auto * pass = technique->getPass(j);
      pass->setAmbient(ogre(ambient, pass->getAmbient().a));
      pass->setDiffuse(ogre(diffuse, pass->getDiffuse().a));
    }
  }
}

void Scenery::set(unsigned arena, const Appearance & appearance)
{
  if (appearances_[arena].burger || appearance.burger) {
    for (const auto & part : burgers_[arena]) {
      paint(
        part, appearance.burger ? mixed(part.ambient, *appearance.burger) : part.ambient,
        appearance.burger ? mixed(part.diffuse, *appearance.burger) : part.diffuse);
    }
  }
  appearances_[arena] = appearance;
}

void Scenery::show(unsigned arena)
{
  const Appearance & now = appearances_[arena];
  const bool plain = !now.sun_direction && !now.sun_strength && !now.ambient && !now.ground;
  if (plain && untouched_) {return;}
  if (sun_) {
    sun_->SetDirection(now.sun_direction.value_or(sun_direction_));
    sun_->SetDiffuseColor(scaled(sun_colour_, static_cast<float>(now.sun_strength.value_or(1.0))));
  }
  scene_->SetAmbientColor(now.ambient.value_or(ambient_));
  for (const auto & part : ground_) {paint(part, now.ground.value_or(part.ambient), now.ground.value_or(part.diffuse));}
  untouched_ = plain;
}

}  // namespace object_tracker
