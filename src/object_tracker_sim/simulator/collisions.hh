#pragma once
// The collisions of a model.

#include <gazebo/physics/Collision.hh>
#include <gazebo/physics/Link.hh>
#include <gazebo/physics/Model.hh>

namespace object_tracker
{

// Calls `visit` with each collision of the model and of what is nested in it.
template<typename Visit>
void for_each_collision(const gazebo::physics::ModelPtr & model, const Visit & visit)
{
  for (const auto & link : model->GetLinks()) {
    for (const auto & collision : link->GetCollisions()) {visit(collision);}
  }
  for (const auto & nested : model->NestedModels()) {for_each_collision(nested, visit);}
}

}  // namespace object_tracker
