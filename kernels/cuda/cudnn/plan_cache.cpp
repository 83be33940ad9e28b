// SPDX-License-Identifier: Apache-2.0
#include "kernels/cuda/cudnn/plan_cache.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace dfe::card {
namespace {

constexpr const char* kHead =
    "# dfengine: fastest kernels as measured. key <tab> kernel <tab> milliseconds. May be deleted "
    "at any time.";
constexpr std::size_t kMostBytes = 4 << 20;

}  // namespace

PlanCache::PlanCache(std::string path) : path_(std::move(path)), lines_(read(path_)) {}

std::string PlanCache::default_path() {
  const auto variable = [](const char* name) {
    return std::string(std::getenv(name) ? std::getenv(name) : "");
  };
  const std::string chosen = variable("DFENGINE_PLAN_CACHE");
  if (!chosen.empty()) return chosen == "off" ? "" : chosen;
  if (!variable("XDG_CACHE_HOME").empty())
    return variable("XDG_CACHE_HOME") + "/dfengine/cuda_plans.txt";
  return variable("HOME").empty() ? "" : variable("HOME") + "/.cache/dfengine/cuda_plans.txt";
}

std::map<std::string, std::string> PlanCache::read(const std::string& path) {
  std::map<std::string, std::string> lines;
  std::error_code error;
  if (path.empty() || !std::filesystem::is_regular_file(path, error) ||
      std::filesystem::file_size(path, error) > kMostBytes)
    return lines;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    const std::size_t first = line.find('\t'), second = line.find('\t', first + 1);
    if (line.starts_with('#') || first == std::string::npos || second == std::string::npos ||
        first == 0)
      continue;
    lines[line.substr(0, first)] = line.substr(first + 1);
  }
  return lines;
}

std::optional<std::string> PlanCache::find(const std::string& key) const {
  const auto at = lines_.find(key);
  if (at == lines_.end()) return std::nullopt;
  return at->second.substr(0, at->second.find('\t'));
}

void PlanCache::store(const std::string& key, const std::string& choice, double milliseconds) {
  char time[32];
  std::snprintf(time, sizeof time, "%.4f", milliseconds);
  lines_[key] = choice + "\t" + time;
  if (path_.empty()) return;
  for (const auto& [other, line] : read(path_)) lines_.try_emplace(other, line);
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path_).parent_path(), error);
  const std::string temporary = path_ + "." + std::to_string(getpid());
  {
    std::ofstream out(temporary);
    out << kHead << "\n";
    for (const auto& [other, line] : lines_) out << other << "\t" << line << "\n";
    if (!out.flush()) {
      std::filesystem::remove(temporary, error);
      return;
    }
  }
  std::filesystem::rename(temporary, path_, error);
  if (error) std::filesystem::remove(temporary, error);
}

}  // namespace dfe::card
