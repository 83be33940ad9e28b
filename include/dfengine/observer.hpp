// SPDX-License-Identifier: Apache-2.0
// How the library tells what it is doing. It never prints: callers show progress and messages as
// suits them, and may ask to stop.
#pragma once

#include <cstdint>
#include <string_view>

namespace dfe {

enum class LogLevel {
  Debug,
  Info,
  Warning,
  Error  ///< one of several inputs failed, and the work goes on
};

/// Receives progress and messages; the default ignores both. Called from the thread that called the
/// library.
class Observer {
 public:
  virtual ~Observer() = default;

  /// `done` of `total` units of `stage` are finished ("network", "read", "cluster"). Called often;
  /// be quick.
  virtual void progress(std::string_view /*stage*/, std::int64_t /*done*/, std::int64_t /*total*/) {
  }

  /// One finished sentence for the user.
  virtual void message(LogLevel /*level*/, std::string_view /*text*/) {}

  /// True asks the library to give up as soon as it can: it then throws `Error` of the kind
  /// Cancelled and leaves nothing half-written. Only training ends well, with a checkpoint.
  virtual bool cancelled() { return false; }
};

}  // namespace dfe
