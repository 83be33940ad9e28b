// SPDX-License-Identifier: Apache-2.0
// Which kernel was fastest for a convolution on a GPU, remembered in a text file so that it is
// measured once and stays the same: another kernel may round otherwise.
#pragma once

#include <map>
#include <optional>
#include <string>

namespace dfe::card {

class PlanCache {
 public:
  /// Reads `path`; a file that is missing, unreadable or damaged counts as empty. An
  /// empty path keeps nothing.
  explicit PlanCache(std::string path);

  /// $DFENGINE_PLAN_CACHE (a file, or "off"), else dfengine/cuda_plans.txt below $XDG_CACHE_HOME or
  /// ~/.cache; empty where there is no home.
  static std::string default_path();

  std::optional<std::string> find(const std::string& key) const;

  /// Remembers, and writes the file anew with what others wrote meanwhile. A folder that cannot be
  /// written to is no error.
  void store(const std::string& key, const std::string& choice, double milliseconds);

 private:
  static std::map<std::string, std::string> read(const std::string& path);
  std::string path_;
  std::map<std::string, std::string> lines_;  // key to "choice<tab>milliseconds"
};

}  // namespace dfe::card
