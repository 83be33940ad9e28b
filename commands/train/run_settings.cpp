// SPDX-License-Identifier: Apache-2.0
// Settings of new and resumed runs, see the header.
#include "commands/train/run_settings.hpp"

#include <algorithm>
#include <cctype>
#include <map>

#include "commands/train/checkpoint_file.hpp"
#include "commands/train/read_settings.hpp"
#include "core/number_text.hpp"
#include "core/text.hpp"
#include "io/config/yaml_tree.hpp"

namespace dfe {

namespace {

/// Settings that may change within a run, and sections of them: where files are, when a run ends
/// and writes, how fast it learns and what it sees. With others the scores of its epochs could not
/// be compared, or its state would mean something else.
constexpr const char* kMayChange[] = {"output",
                                      "data.root",
                                      "data.folder",
                                      "augmentation",
                                      "training.epochs",
                                      "training.most_bad_batches",
                                      "training.checkpoint_minutes",
                                      "optimizer.rate",
                                      "optimizer.schedule",
                                      "optimizer.final_share",
                                      "optimizer.plateau_factor",
                                      "optimizer.plateau_patience",
                                      "optimizer.plateau_min_rate",
                                      "optimizer.weight_decay",
                                      "optimizer.clip_norm",
                                      "validation.every"};

bool is_within(const std::string& key, const std::string& section) {
  return key == section || key.starts_with(section + ".");
}

bool may_change(const std::string& key) {
  return std::any_of(std::begin(kMayChange), std::end(kMayChange),
                     [&](const char* section) { return is_within(key, section); });
}

bool is_named(const std::string& key, const std::vector<std::string>& overrides) {
  return std::any_of(overrides.begin(), overrides.end(), [&](const std::string& text) {
    return is_within(key, text.substr(0, text.find('=')));
  });
}

/// Options that are settings too, as settings.
std::vector<std::string> given_overrides(const TrainRequest& request) {
  std::vector<std::string> all = request.overrides;
  if (request.common.voxel_size_angstrom)
    all.push_back("data.voxel_size=" + shortest_text(*request.common.voxel_size_angstrom));
  if (!request.init.empty()) all.push_back("network.weights=" + io::yaml_scalar(request.init));
  return all;
}

/// Once each: the last word on a setting counts.
void keep_last(std::vector<std::string>& overrides) {
  std::vector<std::string> kept;
  for (std::string& text : overrides) {
    kept.erase(std::remove(kept.begin(), kept.end(), text), kept.end());
    kept.push_back(std::move(text));
  }
  overrides = std::move(kept);
}

RunSettings read(const TrainRequest& request, const std::vector<std::string>& overrides) {
  io::Config config = io::Config::read(request.config, overrides);
  TrainSettings settings = read_train_settings(config, request.output);
  std::vector<std::string> recorded = config.overrides_anywhere();
  keep_last(recorded);
  return {std::move(recorded), std::move(config), std::move(settings), {}};
}

/// Values by their path, "data.train.0.list"; a list of plain values is one value.
void collect(const io::YamlNode& node, const std::string& path,
             std::map<std::string, std::string>& values) {
  using Kind = io::YamlNode::Kind;
  const bool plain = std::all_of(node.children.begin(), node.children.end(), [](const auto& child) {
    return child.second->kind == Kind::Scalar || child.second->kind == Kind::Null;
  });
  if (node.kind == Kind::List && plain) {
    std::vector<std::string> texts;
    for (const auto& [unused, child] : node.children) texts.push_back(child->text);
    values[path] = "[" + join(texts) + "]";
  } else if (node.kind == Kind::Scalar || node.kind == Kind::Null) {
    values[path] = node.text.empty() ? "\"\"" : node.text;
  } else {
    std::size_t number = 0;
    for (const auto& [key, child] : node.children)
      collect(*child,
              (path.empty() ? "" : path + ".") +
                  (node.kind == Kind::List ? std::to_string(number++) : key),
              values);
  }
}

std::map<std::string, std::string> values_of(const std::string& yaml) {
  std::map<std::string, std::string> values;
  collect(*io::parse_yaml(yaml, "settings"), "", values);
  return values;
}

/// Refuses what may not change, and what may but was not named.
void check_changes(const TrainRequest& request, const std::vector<SettingChange>& changes,
                   const std::vector<std::string>& given) {
  constexpr std::size_t kShown = 5;
  std::vector<std::string> refused;
  bool only_unnamed = true;
  for (const SettingChange& change : changes) {
    const bool changeable = may_change(change.key);
    if (changeable && is_named(change.key, given)) continue;
    only_unnamed = only_unnamed && changeable;
    refused.push_back(change.text);
  }
  if (refused.empty()) return;
  const std::size_t more = refused.size() - std::min(refused.size(), kShown);
  refused.resize(refused.size() - more);
  throw Error(ErrorKind::Usage, "train", request.config,
              "--resume with other settings than the run has: " + join(refused, "; ") +
                  (more > 0 ? "; and " + std::to_string(more) + " more" : ""),
              only_unnamed ? "undo that, or give these settings on the command line"
                           : "undo that, or start another run with -o");
}

/// In single quotes unless every character is harmless to a shell.
std::string quoted(const std::string& text) {
  const auto harmless = [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("_-./,:+%@=").find(static_cast<char>(c)) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), harmless)) return text;
  std::string result = "'";
  for (const char c : text)
    if (c == '\'')
      result += "'\\''";
    else
      result += c;
  return result + "'";
}

}  // namespace

std::vector<SettingChange> setting_changes(const std::string& before, const std::string& now) {
  const std::map<std::string, std::string> was = values_of(before), is = values_of(now);
  std::vector<SettingChange> changes;
  for (const auto& [key, value] : is) {
    const auto found = was.find(key);
    if (found == was.end() && !key.starts_with("data.")) continue;
    if (found != was.end() && found->second == value) continue;
    std::string text = key;
    text.append(" is ").append(value).append(", was ");
    text.append(found == was.end() ? "not set" : found->second);
    changes.push_back({key, text});
  }
  for (const auto& [key, value] : was)
    if (is.count(key) == 0)
      changes.push_back({key, std::string(key).append(" is not set, was ").append(value)});
  return changes;
}

std::string RunSettings::config_anywhere() const {
  return config.effective_anywhere(
      {{"output", std::filesystem::absolute(settings.output).lexically_normal().string()}});
}

RunSettings read_run_settings(const TrainRequest& request) {
  const std::vector<std::string> given = given_overrides(request);
  if (!request.resume) return read(request, given);
  std::filesystem::path folder = request.output;
  if (folder.empty()) folder = read(request, given).settings.output;
  const CheckpointStart start = read_checkpoint_start(folder / "checkpoint.h5");
  std::vector<std::string> overrides = start.overrides;
  overrides.insert(overrides.end(), given.begin(), given.end());
  keep_last(overrides);
  RunSettings run = read(request, overrides);
  std::vector<SettingChange> changes = setting_changes(start.config, run.config.effective());
  if (!start.config_anywhere.empty()) {  // one file may be named in two ways
    const auto resolved = setting_changes(start.config_anywhere, run.config_anywhere());
    std::erase_if(changes, [&](const SettingChange& change) {
      return std::none_of(resolved.begin(), resolved.end(),
                          [&](const SettingChange& other) { return other.key == change.key; });
    });
  }
  check_changes(request, changes, given);
  for (const SettingChange& change : changes) run.changes.push_back(change.text);
  return run;
}

std::string resume_line(const TrainRequest& request, const std::vector<std::string>& overrides) {
  std::string line = "dfengine train " + quoted(request.config);
  for (const std::string& text : overrides) line += " " + quoted(text);
  if (!request.output.empty()) line += " -o " + quoted(request.output);
  const ComputeOptions &compute = request.compute, usual;
  if (compute.device != usual.device) line += " --device " + quoted(compute.device);
  if (compute.convolution != usual.convolution)
    line += std::string(" --") + convolution_name(compute.convolution);
  if (compute.instruction_set != usual.instruction_set)
    line += " --instruction-set " + quoted(compute.instruction_set);
  if (compute.threads != usual.threads) line += " --threads " + std::to_string(compute.threads);
  if (const std::int64_t bytes = compute.memory_bytes; bytes != usual.memory_bytes)
    line += " --memory " +
            (bytes % 1024 == 0 ? std::to_string(bytes / 1024) + "K" : std::to_string(bytes));
  return line + " --resume";
}

}  // namespace dfe
