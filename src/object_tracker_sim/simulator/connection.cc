#include "connection.hh"

#include <sys/socket.h>
#include <sys/uio.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace object_tracker
{
namespace
{

// The fewest bytes that a request of this kind has. Throws ProtocolError.
std::size_t least_size(std::uint32_t kind)
{
  switch (kind) {
    case protocol::kStep: return sizeof(protocol::Step);
    case protocol::kBenchmark: return sizeof(protocol::Benchmark);
    case protocol::kLease: return sizeof(protocol::Lease);
    case protocol::kRecall:
    case protocol::kPing: return 0;
    default: throw ProtocolError("unknown kind of request " + std::to_string(kind));
  }
}

}  // namespace

bool Connection::read_header(protocol::Header & header)
{
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))];
  iovec part{&header, sizeof header};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t got;
  do {
    got = ::recvmsg(socket_, &message, MSG_CMSG_CLOEXEC);
  } while (got < 0 && errno == EINTR);
  if (got <= 0) {return false;}
  for (auto * extra = CMSG_FIRSTHDR(&message); extra != nullptr; extra = CMSG_NXTHDR(&message, extra)) {
    if (extra->cmsg_level == SOL_SOCKET && extra->cmsg_type == SCM_RIGHTS) {
      int descriptor;
      std::memcpy(&descriptor, CMSG_DATA(extra), sizeof descriptor);
      received_ = Descriptor(descriptor);
    }
  }
  const auto have = static_cast<std::size_t>(got);
  return read_exactly(reinterpret_cast<std::uint8_t *>(&header) + have, sizeof header - have);
}

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
  received_ = {};  // nobody wanted the last one
  if (!read_header(header)) {return false;}
  if (header.magic != protocol::kMagic) {throw ProtocolError("request does not begin with the protocol's magic");}
  if (header.size < least_size(header.kind) || header.size > protocol::kMaxRequestBytes) {
    throw ProtocolError("request of " + std::to_string(header.size) + " bytes");
  }
  kind = static_cast<protocol::Kind>(header.kind);
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

bool Connection::send_text(protocol::Kind kind, std::uint32_t sequence, const std::string & text)
{
  const std::size_t size = std::min<std::size_t>(text.size(), protocol::kMaxErrorBytes);
  return send(kind, sequence, text.data(), size);
}

}  // namespace object_tracker
