#include "appearance.hh"

#include <algorithm>
#include <cmath>
#include <utility>

#include <OgreViewport.h>
#include <gazebo/physics/Model.hh>
#include <gazebo/physics/World.hh>
#include <gazebo/rendering/Camera.hh>
#include <gazebo/rendering/Light.hh>
#include <ignition/math/Helpers.hh>
#include <ignition/math/Vector2.hh>

#include "splitmix.hh"
#include "visuals.hh"

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

// Of visual number `index`.
Color drawn_colour(const Surroundings & from, std::size_t index)
{
  Color low = from.low, high = from.high;  // copies: no part of a constant one can be named by number
  const auto part = [&](unsigned which) {
      return static_cast<float>(low[which] + (high[which] - low[which]) * uniform(from.seed, 3 * index + which));
    };
  return {part(0), part(1), part(2)};
}

// Of visual number `index`, whose sides are those.
std::optional<Pattern> drawn_pattern(
  const Patterns & from, std::size_t index, bool is_ground, double across, double down)
{
  const auto number = [&](unsigned which) {return uniform(from.seed, 4 * index + which);};
  if (!(number(0) < from.share)) {return std::nullopt;}
  const auto which = static_cast<unsigned>(number(1) * kPatterns);
  if (is_ground) {
    const double side = 0.4 * std::pow(30.0, number(2));  // [m]
    return Pattern{which, across / side, down / side};
  }
  const double repeats = std::pow(8.0, number(2)), stretch = number(3);
  return Pattern{
    which, repeats * std::pow(std::max(1.0, across / down), stretch),
    repeats * std::pow(std::max(1.0, down / across), stretch)};
}

// The sides across and down of the largest face of what has that shape [m].
std::pair<double, double> sides(const sdf::ElementPtr & geometry)
{
  double across = 1.0, down = 1.0;
  if (geometry->HasElement("plane")) {
    const auto size = geometry->GetElement("plane")->Get<ignition::math::Vector2d>("size");
    across = size.X();
    down = size.Y();
  } else if (geometry->HasElement("box")) {
    const auto size = geometry->GetElement("box")->Get<ignition::math::Vector3d>("size");
    across = std::max(size.X(), size.Y());
    down = std::max(size.Z(), std::min(size.X(), size.Y()));
  } else if (geometry->HasElement("cylinder")) {
    const auto cylinder = geometry->GetElement("cylinder");
    across = 2.0 * IGN_PI * cylinder->Get<double>("radius");
    down = cylinder->Get<double>("length");
  }
  const auto usable = [](double side) {return std::isfinite(side) && side > 0.0;};
  if (!usable(across) || !usable(down)) {return {1.0, 1.0};}
  return {across, down};
}

}  // namespace

Scenery::Scenery(
  const std::vector<gazebo::rendering::CameraPtr> & cameras, const gazebo::physics::WorldPtr & world,
  std::vector<Arena> & arenas)
: cameras_(cameras), mountings_(cameras.begin(), cameras.end()), scene_(cameras.at(0)->GetScene()),
  ambient_(scene_->AmbientColor()), background_(scene_->BackgroundColor()), appearances_(arenas.size()), looks_(arenas.size())
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
      if (is_decoy) {
        decoys_.emplace_back(visual);
        return;
      }
      const auto geometry = description->GetElement("geometry");
      const auto [across, down] = sides(geometry);
      // One that cannot be drawn counts as well, so that numbers are those of the world file.
      (geometry->HasElement("plane") ? ground_ : surroundings_).push_back({Paint(visual), across, down});
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
  if (before.camera_error || appearance.camera_error) {mountings_[arena].shift(appearance.camera_error);}
  looks_[arena] = looks(appearance);
  appearances_[arena] = appearance;
}

std::vector<Scenery::Look> Scenery::looks(const Appearance & appearance) const
{
  const auto & [share, seed] = appearance.patterns.value_or(Patterns{0.0, 0});
  if (!appearance.ground && !appearance.surroundings && !(share > 0.0)) {return {};}
  std::vector<Look> found;
  const auto add = [&](const Surface & surface, bool is_ground, const std::optional<Color> & colour) {
      found.push_back(
        {colour, drawn_pattern({share, seed}, found.size(), is_ground, surface.across, surface.down)});
    };
  for (const auto & surface : ground_) {add(surface, true, appearance.ground);}
  for (std::size_t k = 0; k < surroundings_.size(); ++k) {
    std::optional<Color> colour;
    if (appearance.surroundings) {colour = drawn_colour(*appearance.surroundings, k);}
    add(surroundings_[k], false, colour);
  }
  return found;
}

void Scenery::show(unsigned arena)
{
  show_light(appearances_[arena]);
  show_decoys(appearances_[arena].burger);
  show_surfaces(arena);
}

void Scenery::show_light(const Appearance & now)
{
  const bool plain = !now.sun_direction && !now.sun_strength && !now.ambient;
  if (plain && light_untouched_) {return;}
  if (sun_) {
    sun_->SetDirection(now.sun_direction.value_or(sun_direction_));
    sun_->SetDiffuseColor(scaled(sun_colour_, static_cast<float>(now.sun_strength.value_or(1.0))));
  }
  scene_->SetAmbientColor(now.ambient.value_or(ambient_));
  light_untouched_ = plain;
}

void Scenery::show_decoys(const std::optional<Color> & burger)
{
  if (!burger && decoys_untouched_) {return;}
  for (const auto & part : decoys_) {part.mix(burger);}
  decoys_untouched_ = !burger;
}

void Scenery::show_surfaces(unsigned arena)
{
  const auto & looks = looks_[arena];
  if (looks.empty() && surfaces_untouched_) {return;}
  for (std::size_t k = 0; k < ground_.size() + surroundings_.size(); ++k) {
    auto & surface = k < ground_.size() ? ground_[k] : surroundings_[k - ground_.size()];
    const Look look = looks.empty() ? Look{} : looks[k];
    surface.paint.cover(look.colour, look.pattern);
  }
  surfaces_untouched_ = looks.empty();
}

}  // namespace object_tracker
