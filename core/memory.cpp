// SPDX-License-Identifier: Apache-2.0
// Memory as the kernel counts it, in /proc and in the control group.
#include "core/memory.hpp"

#include <algorithm>
#include <fstream>
#include <string>

namespace dfe {
namespace {

/// The number behind `key` in a /proc file of "key: 123 kB" lines, in bytes; 0 where there is none.
std::int64_t proc_value(const char* file, const std::string& key) {
  std::ifstream in(file);
  for (std::string word; in >> word;)
    if (word == key) {
      std::int64_t kilobytes = 0;
      in >> kilobytes;
      return kilobytes * 1024;
    }
  return 0;
}

/// Content of a file that holds one number; 0 for "max" and for absent files.
std::int64_t number_in(const char* file) {
  std::ifstream in(file);
  std::int64_t value = 0;
  return in >> value ? value : 0;
}

}  // namespace

std::int64_t available_memory_bytes() {
  std::int64_t available = proc_value("/proc/meminfo", "MemAvailable:");
  const std::int64_t limit = number_in("/sys/fs/cgroup/memory.max");  // control groups, version 2
  if (limit > 0) {
    const std::int64_t left =
        std::max<std::int64_t>(limit - number_in("/sys/fs/cgroup/memory.current"), 0);
    available = available > 0 ? std::min(available, left) : left;
  }
  return available;
}

std::int64_t resident_memory_bytes() { return proc_value("/proc/self/status", "VmRSS:"); }

std::int64_t peak_memory_bytes() { return proc_value("/proc/self/status", "VmHWM:"); }

}  // namespace dfe
