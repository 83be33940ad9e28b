// SPDX-License-Identifier: Apache-2.0
// One piece of work of a command: its run record, the user's observer and the warnings in one
// value, so that a warning is always recorded, said and reported. A job is an observer itself: what
// the library warns of on the way is the job's warning too.
#pragma once

#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "dfengine/observer.hpp"
#include "io/run_record.hpp"

namespace dfe {

/// Files that a job wrote stay when it ends by `finish`. Otherwise they go with it: no input has a
/// part of its results.
class Job final : public Observer {
 public:
  /// `command` as the record names it. `said`, if given, outlives the job and holds the warnings
  /// that other jobs of the same run have said: the user reads them once.
  Job(std::string command, Observer* observer, std::set<std::string>* said = nullptr);
  ~Job() override;
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

  io::RunRecord record;

  /// Records, says and keeps a warning; the same words count once.
  void warn(const std::string& text);
  /// Warnings about a file, its name before each.
  void warn(const std::filesystem::path& file, const std::vector<std::string>& texts);
  const std::vector<std::string>& warnings() const { return warnings_; }

  /// Records the number of threads that were asked for, and warns if it is more than there are
  /// CPUs. The work itself takes a number that limit_threads has made smaller.
  void threads(int asked);

  /// A file is there that must not stay alone.
  void guard(const std::filesystem::path& file) { guarded_.push_back(file); }
  /// Guards a file and notes it in the record.
  void wrote(const std::filesystem::path& file);
  /// The same for one result in several files; its record stands beside `result`, the first file
  /// or their folder.
  void wrote(const std::filesystem::path& result, const std::vector<std::filesystem::path>& files);
  /// Puts the record beside every file the job wrote. They stay.
  void finish();

  void progress(std::string_view stage, std::int64_t done, std::int64_t total) override;
  void message(LogLevel level, std::string_view text) override;
  bool cancelled() override;

 private:
  Observer* observer_;
  std::set<std::string>* said_;
  std::vector<std::string> warnings_;
  std::vector<std::filesystem::path> guarded_, written_;
};

}  // namespace dfe
