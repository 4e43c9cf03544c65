#include "appearance.hh"

#include <algorithm>

#include <OgreViewport.h>
#include <gazebo/physics/Link.hh>
#include <gazebo/physics/Model.hh>
#include <gazebo/physics/World.hh>
#include <gazebo/rendering/Camera.hh>
#include <gazebo/rendering/Light.hh>
#include <gazebo/rendering/Scene.hh>

namespace object_tracker
{

using ignition::math::Color;

namespace
{

constexpr char kDecoy[] = "decoy";  // how the names of models begin that are coloured as the Burger is

Color scaled(const Color & colour, float factor)
{
  const auto part = [factor](float value) {return std::min(1.0f, value * factor);};
  return {part(colour.R()), part(colour.G()), part(colour.B()), colour.A()};
}

// Calls `visit` with the SDF of each visual of the model and with the visual, if there is one.
template<typename Visit>
void for_each_visual(
  const gazebo::rendering::ScenePtr & scene, const gazebo::physics::ModelPtr & model, const Visit & visit)
{
  for (const auto & link : model->GetLinks()) {
    const auto description = link->GetSDF();
    if (!description->HasElement("visual")) {continue;}
    for (auto each = description->GetElement("visual"); each; each = each->GetNextElement("visual")) {
      visit(each, scene->GetVisual(link->GetScopedName() + "::" + each->Get<std::string>("name")));
    }
  }
  for (const auto & nested : model->NestedModels()) {for_each_visual(scene, nested, visit);}
}

// Output number `index`, from 0, of SplitMix64 started from `seed`, as a number from 0 to 1. Steele, Lea and Flood, "Fast
// splittable pseudorandom number generators", OOPSLA 2014.
double uniform(std::uint64_t seed, std::uint64_t index)
{
  std::uint64_t z = seed + (index + 1) * 0x9e3779b97f4a7c15u;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  z ^= z >> 31;
  return static_cast<double>(z >> 11) * 0x1p-53;
}

std::vector<Color> draw(const Surroundings & from, std::size_t count)
{
  Color low = from.low, high = from.high;  // copies: no part of a constant one can be named by number
  std::vector<Color> colours;
  for (std::size_t k = 0; k < count; ++k) {
    const auto part = [&](unsigned which) {
        return static_cast<float>(low[which] + (high[which] - low[which]) * uniform(from.seed, 3 * k + which));
      };
    colours.emplace_back(part(0), part(1), part(2));
  }
  return colours;
}

}  // namespace

Scenery::Scenery(
  const std::vector<gazebo::rendering::CameraPtr> & cameras, const gazebo::physics::WorldPtr & world,
  std::vector<Arena> & arenas)
: cameras_(cameras), scene_(cameras.at(0)->GetScene()), ambient_(scene_->AmbientColor()),
  background_(scene_->BackgroundColor()), appearances_(arenas.size()), colours_(arenas.size())
{
  for (unsigned i = 0; i < scene_->LightCount() && !sun_; ++i) {
    const auto light = scene_->LightByIndex(i);
    if (light->LightType() == "directional") {sun_ = light;}
  }
  if (sun_) {
    sun_direction_ = sun_->Direction();
    sun_colour_ = sun_->DiffuseColor();
  }
  for (const auto & model : world->Models()) {
    if (model->IsStatic() && !model->HasType(gazebo::physics::Base::ACTOR)) {add_static(model);}
  }
  for (auto & arena : arenas) {
    auto & burger = burgers_.emplace_back();
    for_each_visual(
      scene_, arena.burger().model(), [&burger](const auto &, const auto & visual) {burger.emplace_back(visual);});
  }
}

void Scenery::add_static(const gazebo::physics::ModelPtr & model)
{
  const bool is_decoy = model->GetName().rfind(kDecoy, 0) == 0;
  for_each_visual(
    scene_, model, [this, is_decoy](const sdf::ElementPtr & description, const auto & visual) {
      const bool is_ground = description->GetElement("geometry")->HasElement("plane");
      // One that cannot be drawn counts as well, so that numbers are those of the world file.
      (is_decoy ? decoys_ : is_ground ? ground_ : surroundings_).emplace_back(visual);
    });
}

void Scenery::set(unsigned arena, const Appearance & appearance)
{
  const Appearance & before = appearances_[arena];
  if (before.burger || appearance.burger) {
    for (const auto & part : burgers_[arena]) {part.mix(appearance.burger);}
  }
  if (before.background || appearance.background) {
    const Color colour = appearance.background.value_or(background_);
    cameras_[arena]->OgreViewport()->setBackgroundColour(
      Ogre::ColourValue(colour.R(), colour.G(), colour.B(), background_.A()));
  }
  colours_[arena].clear();
  if (appearance.surroundings) {colours_[arena] = draw(*appearance.surroundings, surroundings_.size());}
  appearances_[arena] = appearance;
}

void Scenery::show(unsigned arena)
{
  show_light(appearances_[arena]);
  show_decoys(appearances_[arena].burger);
  show_surroundings(colours_[arena]);
}

void Scenery::show_light(const Appearance & now)
{
  const bool plain = !now.sun_direction && !now.sun_strength && !now.ambient && !now.ground;
  if (plain && light_untouched_) {return;}
  if (sun_) {
    sun_->SetDirection(now.sun_direction.value_or(sun_direction_));
    sun_->SetDiffuseColor(scaled(sun_colour_, static_cast<float>(now.sun_strength.value_or(1.0))));
  }
  scene_->SetAmbientColor(now.ambient.value_or(ambient_));
  for (const auto & part : ground_) {part.cover(now.ground);}
  light_untouched_ = plain;
}

void Scenery::show_decoys(const std::optional<Color> & burger)
{
  if (!burger && decoys_untouched_) {return;}
  for (const auto & part : decoys_) {part.mix(burger);}
  decoys_untouched_ = !burger;
}

void Scenery::show_surroundings(const std::vector<Color> & colours)
{
  if (colours.empty() && surroundings_untouched_) {return;}
  for (std::size_t k = 0; k < surroundings_.size(); ++k) {
    surroundings_[k].cover(colours.empty() ? std::nullopt : std::optional<Color>(colours[k]));
  }
  surroundings_untouched_ = colours.empty();
}

}  // namespace object_tracker
