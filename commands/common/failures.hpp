// SPDX-License-Identifier: Apache-2.0
// One of several inputs cannot be done: it is said in one line, and the others follow. A run on
// several inputs that is cancelled ends with what it has done. A single input's error is thrown.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "commands/common/json_text.hpp"
#include "dfengine/commands.hpp"

namespace dfe {

/// The failures of one run.
class Failures {
 public:
  Failures(std::size_t inputs, Observer* observer) : several_(inputs > 1), observer_(observer) {}

  bool several() const { return several_; }

  /// In a catch block: the error as a failure of `input`. Throws it again where it is the only
  /// input.
  Failure caught(const std::string& input) const;

  /// Between several inputs: whether the run is cancelled, by now if not before. `command` and
  /// `next` are what the error names. A single input's own steps look soon enough.
  bool stopped(const std::string& command, const std::string& next);
  /// In a catch block: whether the error is that the run was cancelled while it was at `input`.
  /// Throws that, as an error of the command, where it is the only input.
  bool caught_stop(const std::string& command, const std::string& input);

  /// Says a failure and keeps it.
  void note(const Failure& failure);

  /// Hands failures and stop over to the report, and to the JSON the stop.
  void finish(CommandReport& report, Json& json);

 private:
  void stop(const std::string& command, const std::string& input);

  bool several_;
  Observer* observer_;
  std::vector<Failure> noted_;
  std::optional<Failure> cancelled_;
};

/// {"<key>": "<input>", "error": "<text>", "error_kind": "failed" or "usage"}
Json failure_json(const char* key, const Failure& failure);

}  // namespace dfe
