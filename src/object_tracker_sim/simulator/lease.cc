#include "lease.hh"

#include <sys/socket.h>
#include <sys/uio.h>

#include <cerrno>
#include <cmath>
#include <cstring>

namespace object_tracker
{

bool Lease::serve(Simulation & simulation, Record & record)
{
  // One more than the largest: what is longer is cut, and then too long.
  std::uint8_t packet[
    sizeof(protocol::Direct) + protocol::kMaxArenas * (sizeof(protocol::Reset) + 4 * sizeof(double)) + 1];
  const ssize_t got = ::recv(socket_.number(), packet, sizeof packet, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) {return true;}
  protocol::Direct direct{};
  if (got < static_cast<ssize_t>(sizeof direct)) {return false;}
  std::memcpy(&direct, packet, sizeof direct);

  protocol::Told told{direct.step, protocol::kNotDone, 0, 0, terms_.restarts};
  static const std::vector<std::uint8_t> nothing;
  bool heard = true;
  const auto moved = [&] {
      told.status = protocol::kMoved;
      told.stamp = stamp_of(simulation.state());
      heard = tell(told, simulation.state());
    };
  const auto request =
    translate(direct, packet + sizeof direct, static_cast<std::size_t>(got) - sizeof direct, simulation);
  if (!request) {return tell(told, nothing);}
  try {
    simulation.step(*request, direct.half_channels, direct.ahead ? moved : std::function<void()>{});
  } catch (const RequestError &) {
    return tell(told, nothing);
  }
  const auto & state = simulation.state();
  record.write(terms_.session, direct.step, state);
  ++terms_.next_step;
  told.status = protocol::kDone;
  told.stamp = stamp_of(state);
  return heard && tell(told, direct.ahead ? nothing : state);
}

std::int64_t Lease::stamp_of(const std::vector<std::uint8_t> & state) const
{
  protocol::State head;
  std::memcpy(&head, state.data(), sizeof head);
  return head.time_ns + terms_.time_offset;
}

std::optional<std::vector<std::uint8_t>> Lease::translate(
  const protocol::Direct & direct, const std::uint8_t * rest, std::size_t size, const Simulation & simulation) const
{
  const std::uint32_t numbers = 2 * simulation.arenas();
  const auto all_or_none = [numbers](std::uint32_t count) {return count == 0 || count == numbers;};
  const auto wanted = [&simulation](std::uint32_t channels) {
      return channels == 0 || (simulation.halves() && (channels == 1 || channels == 3));
    };
  if (direct.step != terms_.next_step || !all_or_none(direct.waffle_numbers) ||
    !all_or_none(direct.burger_numbers) || !wanted(direct.half_channels) ||
    direct.ahead > 1 || direct.reset_count > simulation.arenas() || direct.reserved != 0 ||
    size != direct.reset_count * sizeof(protocol::Reset) +
    (direct.waffle_numbers + direct.burger_numbers) * sizeof(double) ||
    !(direct.duration >= 0 && direct.duration <= protocol::kLongestDirectStep))
  {
    return std::nullopt;
  }
  const double iterations = std::nearbyint(direct.duration / simulation.physics_step());
  if (std::abs(iterations * simulation.physics_step() - direct.duration) > protocol::kDurationTolerance) {
    return std::nullopt;
  }
  protocol::Step step{};
  step.iterations = static_cast<std::uint32_t>(iterations);
  step.flags = protocol::kRender | (direct.waffle_numbers ? protocol::kHasWaffleCommand : 0u) |
    (direct.burger_numbers ? protocol::kHasBurgerCommand : 0u);
  step.reset_count = direct.reset_count;
  std::vector<std::uint8_t> request(sizeof step + size);
  std::memcpy(request.data(), &step, sizeof step);
  std::memcpy(request.data() + sizeof step, rest, size);
  return request;
}

bool Lease::tell(const protocol::Told & told, const std::vector<std::uint8_t> & state) const
{
  const std::size_t head = sizeof(protocol::State);  // its time is in `told`
  const bool done = !state.empty();
  iovec parts[2] = {
    {const_cast<protocol::Told *>(&told), sizeof told},
    {const_cast<std::uint8_t *>(state.data()) + (done ? head : 0), done ? state.size() - head : 0}};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = 2;
  ssize_t sent;
  do {
    sent = ::sendmsg(socket_.number(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  } while (sent < 0 && errno == EINTR);
  return sent >= 0;  // one who does not read what it is told must not keep us waiting
}

}  // namespace object_tracker
