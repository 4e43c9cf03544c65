#pragma once
// What Gazebo's stand-alone use needs and its headers do not give.

#include <string>
#include <vector>

#include <gazebo/physics/PhysicsTypes.hh>

// The stand-alone API, declared here instead of including gazebo/gazebo.hh, which pulls in every header there is,
// ffmpeg's among them. Signatures as in Gazebo 11.
namespace gazebo
{
bool setupServer(const std::vector<std::string> & arguments);
physics::WorldPtr loadWorld(const std::string & file);
}  // namespace gazebo

namespace object_tracker
{

// Runs exactly n iterations of the world in this thread.
//
// Gazebo's own way, gazebo::runWorld(), starts a logging thread with every call, which copies the state of the whole
// world and keeps it for ever: slower, and gigabytes in a day. So this calls the same private World::Step() as that.
void run_iterations(const gazebo::physics::WorldPtr & world, unsigned n);

}  // namespace object_tracker
