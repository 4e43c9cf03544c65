#pragma once
// Where the time of a step goes.

#include <chrono>

namespace object_tracker
{

// Sums over all steps so far [s].
struct StepTimes
{
  double physics = 0;    // resets, commands, iterations
  double poses = 0;      // from the physics to what is drawn
  double rendering = 0;  // drawing, and the images into shared memory
};

class Stopwatch
{
public:
  // Seconds since the last call, or since it was made.
  double lap()
  {
    const auto now = Clock::now();
    const std::chrono::duration<double> elapsed = now - last_;
    last_ = now;
    return elapsed.count();
  }

private:
  using Clock = std::chrono::steady_clock;
  Clock::time_point last_ = Clock::now();
};

}  // namespace object_tracker
