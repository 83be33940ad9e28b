// SPDX-License-Identifier: Apache-2.0
// How the library reports progress and messages, and how callers stop it. The library never prints.
#pragma once

#include <cstdint>
#include <string_view>

namespace dfe {

enum class LogLevel {
  Debug,
  Info,
  Warning,
  Error  ///< one of several inputs failed; the work continues with the next
};

/// Receives progress and messages; the default ignores both. The library calls it from the thread
/// that called the library.
class Observer {
 public:
  virtual ~Observer() = default;

  /// `done` of `total` units of a stage ("network", "read", "cluster") are finished. It is called
  /// often and should return quickly.
  virtual void progress(std::string_view /*stage*/, std::int64_t /*done*/, std::int64_t /*total*/) {
  }

  /// One complete message for the user.
  virtual void message(LogLevel /*level*/, std::string_view /*text*/) {}

  /// Return true to stop the library as soon as possible. It then throws an `Error` of the kind
  /// Cancelled and leaves no incomplete file. Training does not throw: it writes a checkpoint and
  /// returns.
  virtual bool cancelled() { return false; }
};

}  // namespace dfe
