#include "service.hh"

#include <poll.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "benchmark.hh"

namespace object_tracker
{

void Service::run()
{
  while (true) {
    if (supervisor_asks()) {
      if (!answer()) {return;}
    } else if (!lease_->serve(simulation_, record_)) {
      end_lease();
    }
  }
}

bool Service::supervisor_asks()
{
  if (!lease_) {return true;}
  pollfd both[2] = {{connection_.descriptor(), POLLIN, 0}, {lease_->descriptor(), POLLIN, 0}};
  while (::poll(both, 2, -1) < 0) {
    if (errno != EINTR) {throw std::runtime_error("cannot wait for requests");}
  }
  return both[0].revents != 0;
}

bool Service::answer()
{
  protocol::Kind kind;
  std::uint32_t sequence = 0;
  if (!connection_.receive(kind, sequence, request_)) {return false;}
  try {
    return carry_out(kind, sequence);
  } catch (const RequestError & error) {
    return connection_.send_text(protocol::kError, sequence, error.what());
  }
}

bool Service::carry_out(protocol::Kind kind, std::uint32_t sequence)
{
  switch (kind) {
    case protocol::kBenchmark: {
        const protocol::Measured measured = run_benchmark(simulation_, request_);
        return connection_.send(protocol::kMeasured, sequence, &measured, sizeof measured);
      }
    case protocol::kLease: {
        protocol::Lease terms;
        std::memcpy(&terms, request_.data(), sizeof terms);
        end_lease();
        Descriptor socket = connection_.take_descriptor();
        if (socket) {lease_.emplace(terms, std::move(socket));}
        return true;
      }
    case protocol::kRecall: {
        end_lease();
        std::vector<std::uint8_t> reply = simulation_.state();
        const auto commands = simulation_.commands();
        const auto * bytes = reinterpret_cast<const std::uint8_t *>(commands.data());
        reply.insert(reply.end(), bytes, bytes + commands.size() * sizeof(double));
        return connection_.send(protocol::kRecalled, sequence, reply.data(), reply.size());
      }
    case protocol::kPing:
      return connection_.send(protocol::kProgress, sequence, nullptr, 0);
    default: {
        const auto & state = simulation_.step(request_);
        return connection_.send(protocol::kState, sequence, state.data(), state.size());
      }
  }
}

void Service::end_lease()
{
  lease_.reset();  // the client sees the end of its socket
}

}  // namespace object_tracker
