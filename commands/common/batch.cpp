// SPDX-License-Identifier: Apache-2.0
// The parts of the loop that know no result, see the header.
#include "commands/common/batch.hpp"

#include "core/cancel.hpp"

namespace dfe {

namespace {

bool is_compressed(const std::filesystem::path& path) {
  return path.extension() == ".gz" || path.extension() == ".bz2";
}

}  // namespace

Batch::Batch(std::string command, std::vector<OutputJob> inputs, Observer* observer)
    : command_(std::move(command)),
      inputs_(std::move(inputs)),
      observer_(observer),
      failures_(inputs_.size(), observer) {}

void Batch::check(const std::function<void(const OutputJob&)>& look) {
  if (!failures_.several()) return;
  for (OutputJob& input : inputs_) {
    if (input.failure || input.skip || is_compressed(input.input)) continue;
    stop_if_asked(input);
    try {
      look(input);
    } catch (...) {
      input.failure = failures_.caught(input.input);
    }
  }
}

/// What is known to fail is said before the work, not when it is its turn.
void Batch::begin() {
  for (const OutputJob& input : inputs_)
    if (input.failure) failures_.note(*input.failure);
}

/// A single input's own steps look soon enough.
void Batch::stop_if_asked(const OutputJob& next) const {
  if (failures_.several()) stop_if_cancelled(observer_, command_, next.input);
}

void Batch::take(Written&& written) {
  if (written.failure) failures_.note(*written.failure);
  report_.text += written.text;
  results_.push_back(std::move(written.json));
}

Written Batch::not_done(const OutputJob& input) {
  if (input.failure) return {"", failure_json("input", *input.failure), {}};
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
  report_.failures = failures_.take();
  report_.json = json_text({{"results", std::move(results_)}});
  return std::move(report_);
}

}  // namespace dfe
