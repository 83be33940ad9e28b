// SPDX-License-Identifier: Apache-2.0
// One of several inputs cannot be done: it is said in one line, and the others follow. A single
// input's error is thrown as it is, and so is the end of a run that was cancelled.
#pragma once

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

  /// In a catch block: the error as a failure of `input`. Throws it again where it is not for this
  /// input alone.
  Failure caught(const std::string& input) const;

  /// Says a failure and keeps it.
  void note(const Failure& failure);

  std::vector<Failure> take() { return std::move(noted_); }

 private:
  bool several_;
  Observer* observer_;
  std::vector<Failure> noted_;
};

/// {"<key>": "<input>", "error": "<text>", "error_kind": "failed" or "usage"}
Json failure_json(const char* key, const Failure& failure);

}  // namespace dfe
