#include "gazebo_api.hh"

#include <list>

#include <gazebo/msgs/msgs.hh>
#include <gazebo/physics/ContactManager.hh>
#include <gazebo/physics/PhysicsEngine.hh>
#include <gazebo/physics/PhysicsIface.hh>
#include <gazebo/physics/World.hh>
#include <gazebo/transport/Node.hh>
#include <gazebo/transport/Publication.hh>
#include <gazebo/transport/TopicManager.hh>
#include <sdf/sdf.hh>

namespace object_tracker
{

namespace
{

constexpr double kContactRate = 10;  // [Hz] wall clock

// The language lets an explicit instantiation name a private member; were its signature another one, this would not
// compile.
struct WorldStep
{
  using Type = void (gazebo::physics::World::*)();
  friend Type member(WorldStep);
};

struct ContactPublisher
{
  using Type = gazebo::transport::PublisherPtr gazebo::physics::ContactManager::*;
  friend Type member(ContactPublisher);
};

struct PublicationNodes
{
  using Type = std::list<gazebo::transport::NodePtr> gazebo::transport::Publication::*;
  friend Type member(PublicationNodes);
};

template<typename Tag, typename Tag::Type pointer>
struct Access
{
  friend typename Tag::Type member(Tag) {return pointer;}
};

template struct Access<WorldStep, &gazebo::physics::World::Step>;
template struct Access<ContactPublisher, &gazebo::physics::ContactManager::contactPub>;
template struct Access<PublicationNodes, &gazebo::transport::Publication::nodes>;

}  // namespace

gazebo::physics::WorldPtr load_world(const std::string & file)
{
  const sdf::SDFPtr description(new sdf::SDF);
  if (!sdf::init(description) || !sdf::readFile(file, description)) {return nullptr;}
  const auto world = gazebo::physics::create_world();
  gazebo::physics::load_world(world, description->Root()->GetElement("world"));
  gazebo::physics::init_world(world, nullptr);
  return world;
}

void run_iterations(const gazebo::physics::WorldPtr & world, unsigned n)
{
  const auto step = member(WorldStep{});
  const auto end = world->Iterations() + n;
  while (world->Iterations() != end) {  // it may pass without an iteration, should the machine's clock be set back
    if (world->IsPaused()) {world->SetPaused(false);}  // a client must not stop time: it is the supervisor's
    ((*world).*step)();
  }
}

void quieten(const gazebo::physics::WorldPtr & world)
{
  const gazebo::transport::NodePtr node(new gazebo::transport::Node);
  node->Init(world->Name());

  auto * topics = gazebo::transport::TopicManager::Instance();
  const std::string poses = node->DecodeTopicName("~/pose/local/info");
  if (const auto publication = topics->FindPublication(poses)) {
    // A copy: the list becomes shorter under way. It holds nodes of this process, which is the scene's alone.
    const auto nodes = (*publication).*member(PublicationNodes{});
    for (const auto & listener : nodes) {topics->Unsubscribe(poses, listener);}
  }

  auto & contacts = (*world->Physics()->GetContactManager()).*member(ContactPublisher{});
  contacts = node->Advertise<gazebo::msgs::Contacts>("~/physics/contacts", 50, kContactRate);
}

}  // namespace object_tracker
