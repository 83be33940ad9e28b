// SPDX-License-Identifier: Apache-2.0
// The parts of the loop that know no result, see the header.
#include "commands/common/batch.hpp"

namespace dfe {

Batch::Batch(std::string command, std::vector<OutputJob> inputs, Observer* observer)
    : command_(std::move(command)),
      folders_(command_),
      inputs_(std::move(inputs)),
      observer_(observer),
      failures_(inputs_.size(), observer) {}

void Batch::check(const std::function<void(const OutputJob&)>& look) {
  if (!failures_.several()) return;
  for (OutputJob& input : inputs_) {
    if (input.failure || input.skip) continue;
    if (failures_.stopped(command_, input.input)) return;
    try {
      look(input);
    } catch (...) {
      if (failures_.caught_stop(command_, input.input)) return;
      input.failure = failures_.caught(input.input);
    }
  }
}

/// What is known to fail is said before the work, not when it is its turn.
void Batch::begin() {
  for (const OutputJob& input : inputs_)
    if (input.failure) failures_.note(*input.failure);
}

void Batch::take(Written&& written) {
  if (written.failure) failures_.note(*written.failure);
  report_.text += written.text;
  results_.push_back(std::move(written.json));
}

Written Batch::not_done(const OutputJob& input) {
  if (input.failure) return {"", failure_json("input", *input.failure), {}};
  ++report_.skipped;
  const std::string output = input.outputs.front().string();
  return {output + " exists: skipped\n",
          {{"input", input.input}, {"output", output}, {"skipped", true}},
          {}};
}

Written Batch::failed(const Failure& failure) {
  return {"", failure_json("input", failure), failure};
}

CommandReport Batch::end() {
  report_.inputs = static_cast<std::int64_t>(inputs_.size());
  Json json = {{"results", std::move(results_)}};
  failures_.finish(report_, json);
  report_.json = json_text(json);
  return std::move(report_);
}

}  // namespace dfe
