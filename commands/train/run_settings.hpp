// SPDX-License-Identifier: Apache-2.0
// Which settings a run has. A resumed run has those that it started with: the file's and, from its
// checkpoint, all that were ever given on the command line. What differs now is refused, except
// settings that are named on the command line and may change within a run.
#pragma once

#include <string>
#include <vector>

#include "dfengine/commands.hpp"
#include "engine/training/settings.hpp"
#include "io/config/config.hpp"

namespace dfe {

struct RunSettings {
  std::vector<std::string> overrides;  ///< "key=value", in the order in which they were given;
                                       ///< files of the working folder by absolute paths
  io::Config config;                   ///< the file with them
  TrainSettings settings;
  std::vector<std::string> changes;  ///< of a resumed run: "training.epochs is 200, was 100"

  /// The effective configuration for a file in any folder, with the output folder that is used.
  std::string config_anywhere() const;
};

/// Throws a usage `Error` for settings that make no sense, and for a run to be resumed whose
/// settings differ; `Error` where there is nothing to resume.
RunSettings read_run_settings(const TrainRequest& request);

/// The command line that resumes the run, quoted for a shell: to be given in the same folder.
std::string resume_line(const TrainRequest& request, const std::vector<std::string>& overrides);

/// "training.epochs is 200, was 100" for each setting in which effective configurations differ.
/// Settings that `before` does not know, from an older version, do not count.
struct SettingChange {
  std::string key, text;
};
std::vector<SettingChange> setting_changes(const std::string& before, const std::string& now);

}  // namespace dfe
