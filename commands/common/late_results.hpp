// SPDX-License-Identifier: Apache-2.0
// Results of one tomogram are written while a card computes the next: writing takes as long as the
// network there.
#pragma once

#include <filesystem>
#include <future>
#include <string>
#include <utility>

#include "commands/common/json_text.hpp"
#include "dfengine/commands.hpp"

namespace dfe {

/// What a command says about one input.
struct Written {
  std::string text;
  Json json;
};

inline Written skipped(const std::string& input, const std::filesystem::path& output) {
  return {output.string() + " exists: left as it is\n",
          {{"input", input}, {"output", output.string()}, {"skipped", true}}};
}

/// Takes writers one after another; at most one is at work. What they say comes in their order.
class LateResults {
 public:
  explicit LateResults(CommandReport& report) : report_(report) {}

  /// `write` returns Written. `beside`: it runs in a thread of its own, until collect or the next
  /// add; its error is thrown there.
  template <class Write>
  void add(bool beside, Write&& write) {
    collect();
    writing_ =
        std::async(beside ? std::launch::async : std::launch::deferred, std::forward<Write>(write));
    if (!beside) collect();
  }

  /// Waits for the writer and notes what it says.
  void collect() {
    if (!writing_.valid()) return;
    Written written = writing_.get();
    report_.text += written.text;
    results_.push_back(std::move(written.json));
  }

  /// What all of them said. Ends the collecting.
  Json take() {
    collect();
    return std::move(results_);
  }

 private:
  CommandReport& report_;
  Json results_ = Json::array();
  std::future<Written> writing_;
};

}  // namespace dfe
