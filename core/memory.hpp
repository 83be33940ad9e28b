// SPDX-License-Identifier: Apache-2.0
// What the machine has to spare, and what this process holds.
#pragma once

#include <cstdint>

namespace dfe {

/// Bytes that can be allocated without swapping: MemAvailable, and what the control group still
/// allows. 0 where unknown.
std::int64_t available_memory_bytes();

/// Bytes of this process that are in memory now (VmRSS). 0 where unknown.
std::int64_t resident_memory_bytes();

/// Largest number of bytes that were in memory at once since the process began (VmHWM). 0 where
/// unknown.
std::int64_t peak_memory_bytes();

}  // namespace dfe
