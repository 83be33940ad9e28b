// SPDX-License-Identifier: Apache-2.0
// Memory may end at any allocation: whichever one fails, segmentation and clustering throw, leak
// nothing (the address sanitizer looks) and leave no thread behind; and the run with enough of it
// gives the same labels as ever. This program replaces operator new.
#include <atomic>
#include <cstdlib>
#include <new>

#include "dfengine/cluster.hpp"
#include "dfengine/segment.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/memory_volume.hpp"

namespace {

std::atomic<long> allocations_left{-1};  // -1: without limit

/// Null where this allocation is to fail.
void* allocate(std::size_t bytes) noexcept {
  if (allocations_left.load() >= 0 && allocations_left.fetch_sub(1) <= 0) {
    allocations_left = 0;
    return nullptr;
  }
  return std::malloc(bytes > 0 ? bytes : 1);
}

void* allocate_or_throw(std::size_t bytes) {
  if (void* const p = allocate(bytes)) return p;
  throw std::bad_alloc();
}

}  // namespace

void* operator new(std::size_t bytes) { return allocate_or_throw(bytes); }
void* operator new[](std::size_t bytes) { return allocate_or_throw(bytes); }
void* operator new(std::size_t bytes, const std::nothrow_t&) noexcept { return allocate(bytes); }
void* operator new[](std::size_t bytes, const std::nothrow_t&) noexcept { return allocate(bytes); }
void operator delete(void* p) noexcept { std::free(p); }
void operator delete[](void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
void operator delete[](void* p, std::size_t) noexcept { std::free(p); }

using namespace dfe;
using namespace dfe::test;

TEST_CASE("any allocation may fail") {
  const Weights weights = random_weights({{2, 3, 2}, 3}, 1);
  const MemoryVolume volume = random_volume({5, 6, 7}, 2);
  SegmentOptions options;
  options.compute.threads = 2;
  options.compute.convolution = Convolution::Direct;  // fewer allocations of one kind
  ClusterOptions clustering;
  clustering.radius = {2, false};
  clustering.compute.threads = 2;
  const auto run = [&] {
    return cluster(segment(volume, weights, options), clustering).particles.size();
  };
  const std::size_t expected = run();
  long failures = 0;
  for (long allowed = 0;; ++allowed) {
    allocations_left = allowed;
    bool failed = false, wrong = false;
    std::size_t particles = 0;
    try {
      particles = run();
    } catch (const std::bad_alloc&) {
      failed = true;
    } catch (...) {
      wrong = true;  // memory that ends is never another kind of error
    }
    allocations_left = -1;
    REQUIRE_FALSE(wrong);
    if (!failed) {
      CHECK(particles == expected);
      break;
    }
    ++failures;
    REQUIRE(allowed < 100000);
  }
  CHECK(failures > 50);  // the test reached into the work
}
