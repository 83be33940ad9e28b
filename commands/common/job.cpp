// SPDX-License-Identifier: Apache-2.0
// A job's record, warnings and files, see the header.
#include "commands/common/job.hpp"

#include <algorithm>
#include <string>
#include <system_error>

#include "core/usable_threads.hpp"
#include "io/volume.hpp"

namespace dfe {

Job::Job(std::string command, Observer* observer, std::set<std::string>* said)
    : record(std::move(command)), observer_(observer), said_(said) {}

Job::~Job() {
  std::error_code ignored;
  for (const std::filesystem::path& file : guarded_) {
    const std::filesystem::path own = std::filesystem::canonical(file, ignored);  // not a link
    if (io::is_zarr_file_name(own) && io::is_volume_folder(own))
      std::filesystem::remove_all(own, ignored);
    else
      std::filesystem::remove(own, ignored);
    std::filesystem::remove(io::run_record_path(file), ignored);
  }
}

void Job::warn(const std::string& text) {
  if (std::find(warnings_.begin(), warnings_.end(), text) != warnings_.end()) return;
  warnings_.push_back(text);
  record.warning(text);
  const bool said_before = said_ && !said_->insert(text).second;
  if (observer_ && !said_before) observer_->message(LogLevel::Warning, text);
}

void Job::warn(const std::filesystem::path& file, const std::vector<std::string>& texts) {
  for (const std::string& text : texts) warn(file.string() + ": " + text);
}

void Job::threads(int asked) {
  record.option("threads", std::to_string(asked));
  usable_threads(asked, this);
}

void Job::wrote(const std::filesystem::path& file) {
  guard(file);
  written_.push_back(file);
  record.output(file);
}

void Job::wrote(const std::filesystem::path& result,
                const std::vector<std::filesystem::path>& files) {
  for (const std::filesystem::path& file : files) {
    guard(file);
    record.output(file);
  }
  written_.push_back(result.has_filename() ? result : result.parent_path());
}

void Job::finish() {
  for (const std::filesystem::path& file : written_) record.write_beside(file);
  guarded_.clear();
}

void Job::progress(std::string_view stage, std::int64_t done, std::int64_t total) {
  if (observer_) observer_->progress(stage, done, total);
}

void Job::message(LogLevel level, std::string_view text) {
  if (level == LogLevel::Warning)
    warn(std::string(text));
  else if (observer_)
    observer_->message(level, text);
}

bool Job::cancelled() { return observer_ && observer_->cancelled(); }

}  // namespace dfe
