#include "connection.hh"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>

namespace object_tracker
{

bool Connection::read_exactly(void * destination, std::size_t size)
{
  auto * bytes = static_cast<std::uint8_t *>(destination);
  while (size > 0) {
    const ssize_t got = ::recv(socket_, bytes, size, 0);
    if (got < 0 && errno == EINTR) {continue;}
    if (got <= 0) {return false;}
    bytes += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

bool Connection::receive(protocol::Kind & kind, std::uint32_t & sequence, std::vector<std::uint8_t> & payload)
{
  protocol::Header header{};
  if (!read_exactly(&header, sizeof header)) {return false;}
  if (header.magic != protocol::kMagic) {throw ProtocolError("request does not begin with the protocol's magic");}
  if (header.kind != protocol::kStep && header.kind != protocol::kBenchmark) {
    throw ProtocolError("unknown kind of request " + std::to_string(header.kind));
  }
  kind = static_cast<protocol::Kind>(header.kind);
  const std::size_t least = kind == protocol::kStep ? sizeof(protocol::Step) : sizeof(protocol::Benchmark);
  if (header.size < least || header.size > protocol::kMaxRequestBytes) {
    throw ProtocolError("request of " + std::to_string(header.size) + " bytes");
  }
  sequence = header.sequence;
  payload.resize(header.size);
  return read_exactly(payload.data(), payload.size());
}

bool Connection::send(protocol::Kind kind, std::uint32_t sequence, const void * payload, std::size_t size)
{
  protocol::Header header{protocol::kMagic, kind, static_cast<std::uint32_t>(size), sequence};
  iovec parts[2] = {{&header, sizeof header}, {const_cast<void *>(payload), size}};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = 2;
  std::size_t left = sizeof header + size;
  while (left > 0) {
    const ssize_t sent = ::sendmsg(socket_, &message, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) {continue;}
    if (sent <= 0) {return false;}
    left -= static_cast<std::size_t>(sent);
    auto done = static_cast<std::size_t>(sent);
    for (auto & part : parts) {
      const std::size_t taken = std::min(done, part.iov_len);
      part.iov_base = static_cast<std::uint8_t *>(part.iov_base) + taken;
      part.iov_len -= taken;
      done -= taken;
    }
  }
  return true;
}

void Connection::tell(const protocol::Tell & whom, const std::vector<std::uint8_t> & state)
{
  iovec parts[2] = {
    {const_cast<protocol::Tell *>(&whom), sizeof whom}, {const_cast<std::uint8_t *>(state.data()), state.size()}};
  msghdr message{};
  message.msg_iov = parts;
  message.msg_iovlen = 2;
  while (::sendmsg(clients_, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 && errno == EINTR) {}
}

bool Connection::send_text(protocol::Kind kind, std::uint32_t sequence, const std::string & text)
{
  const std::size_t size = std::min<std::size_t>(text.size(), protocol::kMaxErrorBytes);
  return send(kind, sequence, text.data(), size);
}

}  // namespace object_tracker
