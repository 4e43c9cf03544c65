#pragma once
// Gazebo's stand-alone API, declared here instead of including gazebo/gazebo.hh, which pulls in every header
// there is, ffmpeg's among them. Signatures as in Gazebo 11.

#include <string>
#include <vector>

#include <gazebo/physics/PhysicsTypes.hh>

namespace gazebo
{
bool setupServer(const std::vector<std::string> & arguments);
physics::WorldPtr loadWorld(const std::string & file);
void runWorld(physics::WorldPtr world, unsigned int iterations);
}  // namespace gazebo
