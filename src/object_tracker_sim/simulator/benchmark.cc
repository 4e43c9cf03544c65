#include "benchmark.hh"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>
#include <string>

#include "stopwatch.hh"

namespace object_tracker
{
namespace
{

struct Plan
{
  protocol::Benchmark settings;
  std::vector<Velocity> choices;
};

Plan read_plan(const std::vector<std::uint8_t> & bytes)
{
  Plan plan;
  std::memcpy(&plan.settings, bytes.data(), sizeof plan.settings);  // the connection has seen to its being there
  const auto & settings = plan.settings;
  if (settings.steps < 1 || settings.steps > protocol::kMaxBenchmarkSteps || settings.iterations < 1 ||
    settings.iterations > protocol::kMaxIterations || settings.episode_steps < 1 || settings.choices < 1 ||
    settings.choices > protocol::kMaxBenchmarkChoices)
  {
    throw RequestError("a number of the benchmark is out of range");
  }
  if (bytes.size() != sizeof settings + settings.choices * 2 * sizeof(double)) {
    throw RequestError("the benchmark's size and number of choices do not agree");
  }
  const std::uint8_t * at = bytes.data() + sizeof settings;
  for (std::uint32_t i = 0; i < settings.choices; ++i) {
    double values[2];
    std::memcpy(values, at, sizeof values);
    at += sizeof values;
    if (!std::isfinite(values[0]) || !std::isfinite(values[1])) {
      throw RequestError("velocity " + std::to_string(i) + " of the benchmark is not finite");
    }
    plan.choices.push_back({values[0], values[1]});
  }
  return plan;
}

// The request that a client would send: the steps are carried out just as those from the socket.
std::vector<std::uint8_t> step_request(
  const Plan & plan, std::uint32_t number, std::uint32_t arenas, std::mt19937 & generator)
{
  protocol::Step step{};
  step.iterations = plan.settings.iterations;
  step.flags = protocol::kRender | protocol::kHasWaffleCommand;
  std::vector<protocol::Reset> resets;
  for (std::uint32_t k = 0; k < arenas; ++k) {
    // Episodes end one after the other, as they do in a training.
    const std::uint32_t offset = static_cast<std::uint32_t>(
      std::uint64_t{k} * plan.settings.episode_steps / arenas);
    if ((number + offset) % plan.settings.episode_steps == 0) {
      protocol::Reset reset{};
      reset.arena = k;
      reset.flags = protocol::kLimitAcceleration;
      resets.push_back(reset);
    }
  }
  step.reset_count = static_cast<std::uint32_t>(resets.size());

  std::vector<std::uint8_t> bytes;
  const auto append = [&bytes](const void * data, std::size_t size) {
      const auto * first = static_cast<const std::uint8_t *>(data);
      bytes.insert(bytes.end(), first, first + size);
    };
  append(&step, sizeof step);
  append(resets.data(), resets.size() * sizeof(protocol::Reset));
  for (std::uint32_t k = 0; k < arenas; ++k) {
    const Velocity & choice = plan.choices[generator() % plan.choices.size()];
    const double values[2] = {choice.linear, choice.angular};
    append(values, sizeof values);
  }
  return bytes;
}

}  // namespace

protocol::Measured run_benchmark(Simulation & simulation, const std::vector<std::uint8_t> & request)
{
  const Plan plan = read_plan(request);
  std::mt19937 generator(plan.settings.seed);
  const StepTimes before = simulation.times();
  Stopwatch watch;
  for (std::uint32_t i = 0; i < plan.settings.steps; ++i) {
    simulation.step(step_request(plan, plan.settings.first_step + i, simulation.arenas(), generator));
  }
  const double elapsed = watch.lap();
  const StepTimes & after = simulation.times();
  return {
    elapsed, after.physics - before.physics, after.poses - before.poses, after.rendering - before.rendering};
}

}  // namespace object_tracker
