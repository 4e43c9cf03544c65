#include "simulation.hh"

#include <chrono>
#include <cstring>
#include <stdexcept>
#include <thread>

#include <gazebo/common/Events.hh>
#include <gazebo/common/Time.hh>
#include <gazebo/gazebo_config.h>
#include <gazebo/physics/Collision.hh>
#include <gazebo/physics/Contact.hh>
#include <gazebo/physics/ContactManager.hh>
#include <gazebo/physics/Model.hh>
#include <gazebo/physics/PhysicsEngine.hh>
#include <gazebo/physics/World.hh>
#include <gazebo/rendering/Camera.hh>
#include <gazebo/sensors/SensorsIface.hh>

#include "gazebo_api.hh"

namespace object_tracker
{

namespace
{

// Gazebo's own threads bring what is to be seen. Rounds count as well as time, so that a busy machine has longer.
constexpr std::chrono::seconds kPatience{4};
constexpr unsigned kRounds = 200;

}  // namespace

Simulation::Simulation(const SimulationOptions & options)
: options_(options)
{
  options_.pulse->announce("loading the world");
  const auto loading = gazebo::event::Events::ConnectAddEntity(
    [this](const std::string &) {options_.pulse->beat("loading the world");});
  world_ = load_world(options.world_file);
  if (!world_) {throw std::runtime_error("Gazebo could not load the world");}
  const auto physics = world_->Physics();
  if (physics->GetType() != "ode") {
    throw std::runtime_error("the world's physics is '" + physics->GetType() + "'; only 'ode' can be reset exactly");
  }
  physics->SetRealTimeUpdateRate(0);                // never sleep: time is the supervisor's business
  physics->SetParam("warm_start_factor", 0.0);      // or a reset arena would remember its last contacts
  physics->GetContactManager()->SetNeverDropContacts(true);
  step_ = physics->GetMaxStepSize();
  if (!(step_ > 0)) {throw std::runtime_error("the world's max_step_size must be above 0");}

  physics->InitForThread();

  widen_collisions(world_);
  arenas_.reserve(options.arenas);
  for (unsigned k = 0; k < options.arenas; ++k) {arenas_.emplace_back(world_, k);}
  options_.pulse->announce("making the cameras");
  eyes_ = std::make_unique<Eyes>(arenas_, options.frames, options.height, options.width, *options.pulse);
  outdated_.assign(options.arenas, true);

  events_.push_back(
    gazebo::event::Events::ConnectWorldUpdateBegin(
      [this](const gazebo::common::UpdateInfo &) {before_update();}));
  events_.push_back(gazebo::event::Events::ConnectWorldUpdateEnd([this]() {after_update();}));
}

void Simulation::wait_until_ready()
{
  using Clock = std::chrono::steady_clock;
  auto got_on = Clock::now();
  unsigned rounds = 0;
  std::string missing, before;
  while (true) {
    run_iterations(world_, 1);
    gazebo::sensors::run_once(true);
    if (eyes_->find_all(missing)) {break;}
    if (missing != before) {
      before = missing;
      got_on = Clock::now();
      rounds = 0;
    }
    if (++rounds > kRounds && Clock::now() - got_on > kPatience) {
      throw StuckError("waited too long for " + missing);
    }
    options_.pulse->beat("waiting for what there is to see");
    std::this_thread::sleep_for(std::chrono::milliseconds(2));  // Gazebo's own threads fetch the scene
  }
  quieten(world_);
  for (auto & arena : arenas_) {arena.reset({});}
  world_->ResetTime();
  eyes_->render(outdated_, times_, nullptr, 0);  // compiles the shaders
  scenery_ = std::make_unique<Scenery>(eyes_->cameras(), world_, arenas_);
  furniture_ = std::make_unique<Furniture>(eyes_->cameras().at(0)->GetScene(), arenas_);
  eyes_->render(outdated_, times_, scenery_.get(), 0);
  outdated_.assign(arenas_.size(), false);
  write_state();
}

protocol::Ready Simulation::describe() const
{
  protocol::Ready ready{};
  const Optics optics = eyes_->optics();
  ready.physics_step = step_;
  ready.horizontal_fov = optics.horizontal_fov;
  ready.near_clip = optics.near_clip;
  ready.far_clip = optics.far_clip;
  ready.arenas = options_.arenas;
  ready.height = options_.height;
  ready.width = options_.width;
  ready.channels = 3;
  std::strncpy(ready.gazebo_version, GAZEBO_VERSION_FULL, sizeof ready.gazebo_version - 1);
  return ready;
}

const std::vector<std::uint8_t> & Simulation::step(
  const std::vector<std::uint8_t> & bytes, unsigned half_channels, const std::function<void()> & moved)
{
  const Request request = parse_request(bytes, arenas_.size());
  Stopwatch watch;
  options_.pulse->begin();
  for (auto & arena : arenas_) {arena.clear_contacts();}

  for (const auto & reset : request.resets) {
    arenas_[reset.arena].reset(start_of(reset));
    const Appearance appearance = appearance_of(reset);
    scenery_->set(reset.arena, appearance);
    furniture_->set(reset.arena, appearance.furniture);
    outdated_[reset.arena] = true;
  }
  for (std::size_t k = 0; k < request.waffle.size(); ++k) {arenas_[k].waffle().command(request.waffle[k]);}
  for (std::size_t k = 0; k < request.burger.size(); ++k) {arenas_[k].burger().command(request.burger[k]);}

  if (request.step.iterations > 0) {
    run_iterations(world_, request.step.iterations);
    outdated_.assign(arenas_.size(), true);
  }
  times_.physics += watch.lap();
  write_state();
  if (moved) {moved();}
  if (request.step.flags & protocol::kRender) {
    eyes_->render(outdated_, times_, scenery_.get(), half_channels);
    outdated_.assign(arenas_.size(), false);
  }
  return state_;
}

std::vector<double> Simulation::commands() const
{
  std::vector<double> values;
  const auto add = [&values](const Velocity & velocity) {
      values.push_back(velocity.linear);
      values.push_back(velocity.angular);
    };
  for (const auto & arena : arenas_) {add(arena.waffle().command());}
  for (const auto & arena : arenas_) {add(arena.burger().command());}
  return values;
}

void Simulation::before_update()
{
  options_.pulse->beat("stepping");
  for (auto & arena : arenas_) {arena.before_update(step_);}
}

void Simulation::after_update()
{
  for (auto & arena : arenas_) {arena.after_update();}
  collect_contacts();
}

void Simulation::collect_contacts()
{
  const auto * contacts = world_->Physics()->GetContactManager();
  for (unsigned i = 0; i < contacts->GetContactCount(); ++i) {
    const auto * contact = contacts->GetContact(i);
    if (contact->count == 0) {continue;}
    for (auto & arena : arenas_) {
      arena.add_contact(contact->collision1, contact->collision2);
      arena.add_contact(contact->collision2, contact->collision1);
    }
  }
}

void Simulation::write_state()
{
  using protocol::kPoseValues;
  using protocol::kTwistValues;
  const std::size_t n = arenas_.size();
  std::vector<double> values(2 * n * (kPoseValues + kTwistValues));
  double * at = values.data();
  const auto write = [&](auto robot) {
      for (auto & arena : arenas_) {
        const auto & pose = robot(arena).pose();
        const double pose_values[kPoseValues] = {
          pose.Pos().X(), pose.Pos().Y(), pose.Pos().Z(),
          pose.Rot().X(), pose.Rot().Y(), pose.Rot().Z(), pose.Rot().W()};
        at = std::copy(pose_values, pose_values + kPoseValues, at);
      }
      for (auto & arena : arenas_) {
        robot(arena).twist(step_, at);
        at += kTwistValues;
      }
    };
  write([](Arena & arena) -> PlanarBase & {return arena.waffle();});
  write([](Arena & arena) -> PlanarBase & {return arena.burger();});

  const auto time = world_->SimTime();
  const protocol::State head{std::int64_t{time.sec} * 1'000'000'000 + time.nsec};
  state_.resize(sizeof head + values.size() * sizeof(double) + n);
  std::memcpy(state_.data(), &head, sizeof head);
  std::memcpy(state_.data() + sizeof head, values.data(), values.size() * sizeof(double));
  for (std::size_t k = 0; k < n; ++k) {state_[state_.size() - n + k] = arenas_[k].contacts();}
}

}  // namespace object_tracker
