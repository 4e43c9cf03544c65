#pragma once
// The visuals of a model, in the order of its SDF.

#include <string>

#include <gazebo/physics/Link.hh>
#include <gazebo/physics/Model.hh>
#include <gazebo/rendering/Scene.hh>

namespace object_tracker
{

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

}  // namespace object_tracker
