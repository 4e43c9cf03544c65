#pragma once
// The raw limit: how fast the program steps and renders by itself, with nobody to wait for.

#include <cstdint>
#include <vector>

#include "protocol.hh"
#include "simulation.hh"

namespace object_tracker
{

// Carries out the payload of a kBenchmark request and returns that of its kMeasured answer.
// Throws RequestError.
protocol::Measured run_benchmark(Simulation & simulation, const std::vector<std::uint8_t> & request);

}  // namespace object_tracker
