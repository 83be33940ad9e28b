// SPDX-License-Identifier: Apache-2.0
// The run record: a JSON file beside every result that says how it was made.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <future>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace dfe::io {

/// Name of the record that belongs to `result`: `picks.star` -> `picks.star.run.json`.
std::filesystem::path run_record_path(const std::filesystem::path& result);

/// XXH128 of the bytes of a file, or of the whole file that a volume is in, as 32 hex digits;
/// `xxh128sum FILE` prints the same. Of a folder (a Zarr store): of name, size and bytes of every
/// file in it, in the order of names.
std::string file_hash(const std::filesystem::path& path);

/// Collects facts while a command runs, then writes them.
class RunRecord {
 public:
  /// `command` is the subcommand ("pick").
  explicit RunRecord(std::string command);

  void option(std::string name, std::string value);
  void device(std::string text);                  ///< "cpu (avx512, 2 threads)"
  void input(const std::filesystem::path& path);  ///< notes path, size and hash
  /// The same, with the hash worked out beside what follows; json() waits for it and throws its
  /// error.
  void input_beside(const std::filesystem::path& path);
  void output(const std::filesystem::path& path);  ///< notes path and size; call after it exists
  void fact(std::string name, std::string value);  ///< anything else worth keeping, as text
  void fact(std::string name, double value);
  void warning(std::string text);

  /// Ends the stage before and starts `name`; stages with the same name add up.
  void stage(std::string name);

  /// Seconds per stage so far, in order of first use.
  std::vector<std::pair<std::string, double>> timings() const;

  /// The record as JSON text: version, command, options, inputs, outputs, device, timings, facts,
  /// warnings, start time, host threads.
  std::string json() const;

  /// Writes json() beside `result` (run_record_path), atomically.
  void write_beside(const std::filesystem::path& result) const;

 private:
  std::string command_, device_;
  std::vector<std::pair<std::string, std::string>> options_;
  struct FileFact {
    std::string path;
    std::shared_future<std::string> hash;
    std::int64_t bytes = 0;
  };
  std::vector<FileFact> inputs_, outputs_;
  struct Fact {
    std::string name, text;
    double number = 0;
    bool is_number = false;
  };
  std::vector<Fact> facts_;
  std::vector<std::string> warnings_;
  struct Stage {
    std::string name;
    double seconds = 0;
  };
  std::vector<Stage> stages_;
  std::string current_;
  std::chrono::steady_clock::time_point started_, current_started_;
  std::string start_time_utc_;
};

}  // namespace dfe::io
