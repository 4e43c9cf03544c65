#include "record.hh"

#include <sys/mman.h>
#include <sys/stat.h>

#include <chrono>
#include <cstring>
#include <stdexcept>

namespace object_tracker
{

Record::Record(int descriptor)
{
  struct stat status {};
  if (fstat(descriptor, &status) != 0 || static_cast<std::size_t>(status.st_size) < sizeof(Layout)) {
    throw std::runtime_error("the shared memory for the record is too small");
  }
  void * memory = mmap(nullptr, sizeof(Layout), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (memory == MAP_FAILED) {throw std::runtime_error("the shared memory for the record cannot be mapped");}
  layout_ = static_cast<Layout *>(memory);
}

void Record::write(std::uint64_t session, std::uint64_t step, const std::vector<std::uint8_t> & state)
{
  const std::uint64_t count = layout_->count + 1;
  Entry & entry = layout_->entries[count % 2];
  entry.session = session;
  entry.step = step;
  entry.ended = std::chrono::nanoseconds(std::chrono::steady_clock::now().time_since_epoch()).count();
  entry.size = state.size();
  std::memcpy(entry.state, state.data(), state.size());
  __atomic_store_n(&layout_->count, count, __ATOMIC_RELEASE);
}

}  // namespace object_tracker
