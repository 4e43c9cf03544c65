#include "arena.hh"

#include <algorithm>
#include <functional>
#include <stdexcept>

#include <gazebo/physics/Collision.hh>
#include <gazebo/physics/Link.hh>
#include <gazebo/physics/Model.hh>
#include <gazebo/physics/SurfaceParams.hh>
#include <gazebo/physics/World.hh>

#include "collisions.hh"
#include "protocol.hh"

namespace object_tracker
{

using gazebo::physics::ModelPtr;
using gazebo::physics::WorldPtr;

namespace
{

ModelPtr find(const WorldPtr & world, const std::string & name)
{
  ModelPtr model = world->ModelByName(name);
  if (!model) {throw std::runtime_error("the world has no model " + name);}
  return model;
}

void each_model(const ModelPtr & model, const std::function<void(const ModelPtr &)> & function)
{
  function(model);
  for (const auto & nested : model->NestedModels()) {each_model(nested, function);}
}

// A mask of 0 is its author's wish for something to drive through; it stays.
void set_bits(const ModelPtr & model, std::uint32_t bits)
{
  for_each_collision(
    model, [bits](const auto & collision) {
      auto & mask = collision->GetSurface()->collideBitmask;
      if (mask != 0) {mask = bits;}
    });
}

}  // namespace

std::string Arena::name_prefix(unsigned index) {return "arena_" + std::to_string(index) + "_";}

Arena::Arena(WorldPtr world, unsigned index)
: index_(index),
  waffle_(find(world, name_prefix(index) + "waffle_pi"), kWafflePiLimits),
  burger_(find(world, name_prefix(index) + "burger"), kBurgerLimits)
{
  const std::string prefix = name_prefix(index);
  for (const auto & top : world->Models()) {
    if (top->GetName().compare(0, prefix.size(), prefix) != 0) {continue;}
    tops_.push_back(top);
    each_model(top, [this](const auto & model) {models_.push_back(model);});
    set_bits(top, arena_bits(index));

    // ODE looks at category bits first, so that pairs of different arenas cost nothing. Bits 0 and 1 are Gazebo's own.
    const std::uint32_t category = 1u << (8 + index);
    for_each_collision(
      top, [category](const auto & collision) {
        collision->SetCategoryBits(category);
        collision->SetCollideBits(category | GZ_FIXED_COLLIDE);
      });

    if (top == waffle_.model() || top == burger_.model()) {continue;}
    top->SetAutoDisable(false);
    each_model(
      top, [this](const auto & model) {
        for (const auto & link : model->GetLinks()) {objects_.push_back({link, link->WorldPose()});}
      });
  }
  set_bits(waffle_.model(), waffle_bit(index));
}

void Arena::reset(const EpisodeStart & start)
{
  using ignition::math::Vector3d;
  if (start.waffle) {
    waffle_.reset(start.waffle->x, start.waffle->y, start.waffle->yaw, start.limit_acceleration);
  } else {
    waffle_.reset_to_world(start.limit_acceleration);
  }
  if (start.burger) {
    burger_.reset(start.burger->x, start.burger->y, start.burger->yaw, start.limit_acceleration);
  } else {
    burger_.reset_to_world(start.limit_acceleration);
  }
  set_bits(burger_.model(), start.solid ? waffle_bit(index_) : ghost_burger_bit(index_));

  for (const auto & object : objects_) {
    object.link->SetWorldPose(object.pose);
    object.link->ResetPhysicsStates();
    object.link->SetLinearVel(Vector3d::Zero);
    object.link->SetAngularVel(Vector3d::Zero);
  }
  // What is random within an episode (light, colours, obstacles) is drawn here, from start.seed alone.

  contacts_ = overlap(waffle_, burger_) ? protocol::kWaffleBurger : 0;
}

void Arena::before_update(double step)
{
  waffle_.before_update(step);
  burger_.before_update(step);
}

void Arena::after_update()
{
  waffle_.after_update();
  burger_.after_update();
  // From geometry, so that it is reported whether or not the two are solid to each other.
  if (overlap(waffle_, burger_)) {contacts_ |= protocol::kWaffleBurger;}
}

void Arena::add_contact(const gazebo::physics::Collision * mine, const gazebo::physics::Collision * other)
{
  const auto * waffle = waffle_.collision().get();
  const auto * burger = burger_.collision().get();
  if ((mine == waffle && other == burger) || (mine == burger && other == waffle)) {
    contacts_ |= protocol::kWaffleBurger;
  } else if (mine == waffle) {
    contacts_ |= protocol::kWaffleWorld;
  } else if (mine == burger) {
    contacts_ |= protocol::kBurgerWorld;
  }
}

void widen_collisions(const WorldPtr & world)
{
  for (const auto & model : world->Models()) {set_bits(model, kAllArenas);}
}

std::vector<ModelPtr> find_scenery(const std::vector<Arena> & arenas)
{
  std::vector<ModelPtr> scenery;
  for (const auto & model : arenas.at(0).waffle().model()->GetWorld()->Models()) {
    const auto owns = [&model](const Arena & arena) {
        return std::find(arena.tops().begin(), arena.tops().end(), model) != arena.tops().end();
      };
    if (model->HasType(gazebo::physics::Base::ACTOR) || std::any_of(arenas.begin(), arenas.end(), owns)) {continue;}
    scenery.push_back(model);
  }
  return scenery;
}

}  // namespace object_tracker
