// SPDX-License-Identifier: Apache-2.0
// Threads by the CPUs, see the header.
#include "core/usable_threads.hpp"

#include <string>

#include "core/parallel.hpp"
#include "dfengine/error.hpp"

namespace dfe {

int usable_threads(int asked, Observer* observer) {
  constexpr int kMost = 4096;
  if (asked < 0 || asked > kMost)
    throw Error(ErrorKind::Usage, "threads", std::to_string(asked), "out of range",
                "expected 1 to " + std::to_string(kMost) + ", or 0 for all");
  const int available = available_threads();
  if (asked == 0) return available;
  if (asked <= available) return asked;
  if (observer != nullptr)
    observer->message(LogLevel::Warning,
                      "threads: '" + std::to_string(asked) + "': more than the available CPUs; " +
                          std::to_string(available) + (available == 1 ? " is used" : " are used"));
  return available;
}

void limit_threads(ComputeOptions& options, Observer* observer) {
  const int usable = usable_threads(options.threads, observer);
  if (options.threads > 0) options.threads = usable;
}

}  // namespace dfe
