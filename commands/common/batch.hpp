// SPDX-License-Identifier: Apache-2.0
// The loop of the commands that take several inputs: look at all of them, then compute and write
// one after another. Which errors end the run and which are one input's: docs/design/commands.md.
#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "commands/common/failures.hpp"
#include "commands/common/job.hpp"
#include "commands/common/late_results.hpp"
#include "commands/common/outputs.hpp"
#include "commands/common/result_folders.hpp"

namespace dfe {

class Batch {
 public:
  /// `command` is the area of errors and the name in run records.
  Batch(std::string command, std::vector<OutputJob> inputs, Observer* observer);

  /// Looks at several inputs before work begins: what `look` throws is that input's failure. A
  /// single input is looked at when it is computed.
  void check(const std::function<void(const OutputJob&)>& look);

  /// For each input `compute(const OutputJob&, Job&)` gives a result, which
  /// `write(const OutputJob&, Job&, Result&)` puts into files and into words (`Written`); where
  /// `beside()`, in a thread of its own while the next one is computed, so it says nothing to the
  /// observer. Of an input that fails no file is left. The report's JSON is {"results": [...]} in
  /// the inputs' order; if the observer stops several, of those that were done, failed or skipped.
  template <class Compute, class Write>
  CommandReport run(
      const Compute& compute, const Write& write,
      const std::function<bool()>& beside = [] { return false; }) {
    LateResults results([this](Written&& written) { take(std::move(written)); });
    begin();
    for (const OutputJob& input : inputs_) {
      if (input.failure || input.skip) {
        results.add(false, [&] { return not_done(input); });
        continue;
      }
      if (failures_.stopped(command_, input.input)) {
        ++report_.unfinished;
        continue;
      }
      using Result = std::invoke_result_t<const Compute&, const OutputJob&, Job&>;
      auto job = std::make_unique<Job>(command_, observer_, &said_);
      std::unique_ptr<Result> result;
      try {
        folders_.make_for(input.outputs);
        result = std::make_unique<Result>(compute(input, *job));
      } catch (...) {
        job.reset();
        if (failures_.caught_stop(command_, input.input)) {
          ++report_.unfinished;
          continue;
        }
        const Failure failure = failures_.caught(input.input);
        results.add(false, [&] { return failed(failure); });
        continue;
      }
      results.add(beside(), [this, &input, &write, job = std::move(job),
                             result = std::move(result)]() mutable {
        try {
          Written written = write(input, *job, *result);
          job->finish();
          return written;
        } catch (...) {
          job.reset();  // takes its files away
          if (!failures_.several()) throw;
          return failed(describe_failure(input.input));
        }
      });
    }
    results.collect();
    return end();
  }

 private:
  void begin();
  void take(Written&& written);
  Written not_done(const OutputJob& input);
  static Written failed(const Failure& failure);
  CommandReport end();

  std::string command_;
  ResultFolders folders_;
  std::vector<OutputJob> inputs_;
  Observer* observer_;
  Failures failures_;
  std::set<std::string> said_;  // warnings
  CommandReport report_;
  Json results_ = Json::array();
};

}  // namespace dfe
