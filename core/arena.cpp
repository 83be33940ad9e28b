// SPDX-License-Identifier: Apache-2.0
// Pages from the kernel, with advice to take large ones, see the header.
#include "core/arena.hpp"

#include <sys/mman.h>

#include <cstdint>
#include <new>
#include <utility>

namespace dfe {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;

}  // namespace

Arena::Arena(std::size_t bytes) : bytes_(bytes) {
  if (bytes == 0) return;
  mapped_bytes_ = (bytes + kHugePage - 1) / kHugePage * kHugePage + kHugePage;
  if (mapped_bytes_ < bytes) throw std::bad_alloc();
  void* const mapping =
      mmap(nullptr, mapped_bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapping == MAP_FAILED) throw std::bad_alloc();
  mapping_ = mapping;
  const std::uintptr_t address =
      (reinterpret_cast<std::uintptr_t>(mapping) + kHugePage - 1) / kHugePage * kHugePage;
  data_ = reinterpret_cast<std::byte*>(address);
  if (bytes >= kHugePage)
    madvise(data_, bytes / kHugePage * kHugePage, MADV_HUGEPAGE);  // a wish: small pages work too
}

Arena::~Arena() {
  if (mapping_) munmap(mapping_, mapped_bytes_);
  if (release_) release_(owner_);
}

Arena::Arena(Arena&& other) noexcept { *this = std::move(other); }

Arena& Arena::operator=(Arena&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(mapping_, other.mapping_);
  std::swap(bytes_, other.bytes_);
  std::swap(mapped_bytes_, other.mapped_bytes_);
  std::swap(release_, other.release_);
  std::swap(owner_, other.owner_);
  return *this;
}

}  // namespace dfe
