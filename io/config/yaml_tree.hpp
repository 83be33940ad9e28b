// SPDX-License-Identifier: Apache-2.0
// A YAML document as a plain tree with line numbers. Keys are unique, aliases are refused: a tree
// is as large as its text.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace dfe::io {

struct YamlNode {
  enum class Kind { Null, Scalar, List, Map };

  Kind kind = Kind::Null;
  std::string text;         ///< of a scalar
  int line = 0;             ///< from 1; 0: not from the file
  bool overridden = false;  ///< given beside the file
  std::string anywhere;  ///< of a scalar that turned out to be a relative file: its absolute path
  std::vector<std::pair<std::string, std::shared_ptr<YamlNode>>>
      children;  ///< keys are empty in lists

  YamlNode* child(std::string_view key) const;
  bool names_files() const;  ///< it, or a node below it, has an absolute path
};

/// Parses one document. An empty text is a Null node. Throws `Error` about `name`.
std::shared_ptr<YamlNode> parse_yaml(const std::string& text, const std::string& name);

/// A scalar as YAML text, quoted where it would be read as something else.
std::string yaml_scalar(const std::string& text);

/// The node as YAML of one line, files by their absolute paths.
std::string flow_yaml(const YamlNode& node);

}  // namespace dfe::io
