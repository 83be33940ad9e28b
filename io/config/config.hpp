// SPDX-License-Identifier: Apache-2.0
// Configuration files in YAML. A command asks for each setting by its name with a default; what it
// never asked for is an unknown key and is refused, so a misspelt setting never goes unnoticed. The
// answers together are the effective configuration, which goes into the run record.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace dfe::io {

/// A mapping of settings: the whole file, or one section of it. Copies are handles on the same
/// file.
class Config {
 public:
  /// Reads a file and puts `overrides` over it: "optimizer.rate=1e-3", "data.2.list=a.star"
  /// (entries of lists count from 0), values in YAML. Throws `Error` for a file that cannot be
  /// read, is no YAML mapping, is larger than 4 MB, has a key twice or refers to other nodes
  /// (aliases), and for overrides that are no key=value.
  static Config read(const std::filesystem::path& path,
                     const std::vector<std::string>& overrides = {});

  /// The same from text; `name` stands for the file in errors.
  static Config parse(const std::string& text, const std::string& name,
                      const std::vector<std::string>& overrides = {});

  bool has(std::string_view key) const;  ///< given, and not null

  /// A setting, or `fallback` where it is absent. Throws a usage `Error` naming the setting and its
  /// line where the value is of another type.
  std::string text(std::string_view key, std::string_view fallback) const;
  std::int64_t integer(std::string_view key, std::int64_t fallback) const;
  double number(std::string_view key, double fallback) const;
  bool flag(std::string_view key, bool fallback) const;
  std::vector<std::string> texts(std::string_view key,
                                 const std::vector<std::string>& fallback = {}) const;
  std::vector<double> numbers(std::string_view key, const std::vector<double>& fallback = {}) const;

  /// A text out of a list. Throws a usage `Error` with the choices.
  std::string choice(std::string_view key, std::string_view fallback,
                     const std::vector<std::string>& choices) const;

  /// Settings without a default. Throw a usage `Error` where they are absent.
  std::string required_text(std::string_view key) const;

  /// A file or folder: relative ones are relative to `root` where it is given, else to the folder
  /// of the configuration file; those of overrides, without a root, to the working folder.
  std::filesystem::path path(std::string_view key,
                             const std::filesystem::path& root = {}) const;  ///< empty where absent

  /// A section; an empty one where it is absent.
  Config section(std::string_view key) const;
  /// A list of sections.
  std::vector<Config> sections(std::string_view key) const;
  /// Keys of this section in the order of the file, for sections whose keys are names (of classes,
  /// say).
  std::vector<std::string> keys() const;

  /// "train.yaml: optimizer.rate (line 12)": what an error about a setting names.
  std::string where(std::string_view key) const;

  /// Call it on the whole file when everything was asked for. Throws a usage `Error` for the first
  /// key that nobody asked for, with the nearest one that was.
  void refuse_unknown() const;

  /// Throws a usage `Error` if the file has one of `keys`, which are those of another subcommand.
  void refuse_keys_of(const std::string& subcommand, const std::vector<std::string>& keys) const;

  /// All settings that were asked for, with the values that count, as YAML in the order of asking.
  std::string effective() const;

  /// The same for a file in any folder: files are named by absolute paths, except those that are
  /// relative to a `root`. `answers` replace those to texts at the top level, which options may
  /// have replaced, too.
  std::string effective_anywhere(const std::map<std::string, std::string>& answers = {}) const;

  /// The overrides for any working folder: relative files that were asked for are absolute. Call it
  /// when everything was asked for.
  std::vector<std::string> overrides_anywhere() const;

 private:
  struct File;
  struct Node;
  template <class ValueOf>
  std::string yaml_of(const ValueOf& value_of) const;
  Config(std::shared_ptr<File> file, std::shared_ptr<Node> node);
  std::shared_ptr<File> file_;
  std::shared_ptr<Node> node_;
};

}  // namespace dfe::io
