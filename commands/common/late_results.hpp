// SPDX-License-Identifier: Apache-2.0
// Results of one input are written while a GPU computes the next: writing takes as long as the
// network there.
#pragma once

#include <functional>
#include <future>
#include <optional>
#include <string>
#include <utility>

#include "commands/common/json_text.hpp"
#include "dfengine/commands.hpp"

namespace dfe {

/// What a command says about one input.
struct Written {
  std::string text;
  Json json;
  std::optional<Failure> failure;  ///< why it could not be written
};

/// Takes writers one after another; at most one is at work. What they return comes in their order.
class LateResults {
 public:
  /// `take` is called from the thread that adds and collects.
  explicit LateResults(std::function<void(Written&&)> take) : take_(std::move(take)) {}

  /// `write` returns Written. `beside`: it runs in a thread of its own, until collect or the next
  /// add; its error is thrown there.
  template <class Write>
  void add(bool beside, Write&& write) {
    collect();
    writing_ =
        std::async(beside ? std::launch::async : std::launch::deferred, std::forward<Write>(write));
    if (!beside) collect();
  }

  /// Waits for the writer and takes what it returns.
  void collect() {
    if (writing_.valid()) take_(writing_.get());
  }

 private:
  std::function<void(Written&&)> take_;
  std::future<Written> writing_;
};

}  // namespace dfe
