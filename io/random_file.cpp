// SPDX-License-Identifier: Apache-2.0
// Opening with errors that say which file and why, and reads that survive signals and short counts.
#include "io/random_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "dfengine/error.hpp"
#include "io/input_file.hpp"

namespace dfe::io {

RandomFile::RandomFile(const std::filesystem::path& path) : name_(path.string()) {
  check_input_file("read", path);
  descriptor_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0)
    throw Error("read", name_, std::string("cannot be opened: ") + std::strerror(errno),
                "check its permissions");
  struct stat status;
  if (::fstat(descriptor_, &status) == 0) {
    size_ = status.st_size;
    return;
  }
  const int code = errno;
  ::close(descriptor_);
  throw Error("read", name_, std::string("cannot be read: ") + std::strerror(code),
              "check the disk");
}

RandomFile::RandomFile(std::span<const std::byte> bytes, std::string name)
    : name_(std::move(name)),
      size_(static_cast<std::int64_t>(bytes.size())),
      memory_(bytes.data()) {}

RandomFile::RandomFile(Memory memory, std::int64_t bytes, std::string name)
    : name_(std::move(name)), size_(bytes), memory_(memory.get()), owned_(std::move(memory)) {}

RandomFile::RandomFile(RandomFile&& other) noexcept
    : name_(std::move(other.name_)),
      size_(other.size_),
      descriptor_(std::exchange(other.descriptor_, -1)),
      memory_(other.memory_),
      owned_(std::move(other.owned_)) {}

RandomFile::~RandomFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void RandomFile::Free::operator()(std::byte* data) const { std::free(data); }

void RandomFile::read(std::int64_t offset, void* out, std::size_t bytes) const {
  const auto ends_early = [&](std::int64_t end) {
    throw Error("read", name_, "ends after " + std::to_string(end) + " bytes",
                "expected " + std::to_string(bytes) + " more at byte " + std::to_string(offset));
  };
  if (offset < 0 || offset > size_ || bytes > static_cast<std::uint64_t>(size_ - offset))
    ends_early(size_);
  if (descriptor_ < 0) {
    if (bytes > 0) std::memcpy(out, memory_ + offset, bytes);
    return;
  }
  auto* next = static_cast<std::byte*>(out);
  while (bytes > 0) {
    const ssize_t got = ::pread(descriptor_, next, std::min<std::size_t>(bytes, 1u << 30), offset);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0)
      throw Error("read", name_, std::string("cannot be read: ") + std::strerror(errno),
                  "check the disk");
    if (got == 0) ends_early(offset);  // cut short since it was opened
    next += got;
    offset += got;
    bytes -= static_cast<std::size_t>(got);
  }
}

std::string RandomFile::text() const {
  std::string text(static_cast<std::size_t>(size_), '\0');
  read(0, text.data(), text.size());
  return text;
}

}  // namespace dfe::io
