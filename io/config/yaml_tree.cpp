// SPDX-License-Identifier: Apache-2.0
// Builds the tree from yaml-cpp's events, see the header: its own tree neither keeps lines of keys
// nor sees a key twice.
#include "io/config/yaml_tree.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <sstream>

#include "dfengine/error.hpp"

namespace dfe::io {

namespace {

/// The first line that is indented with a tab; 0: none.
int tab_line(const std::string& text) {
  int line = 1;
  bool indentation = true;
  for (const char c : text) {
    if (c == '\t' && indentation) return line;
    if (c == '\n') ++line;
    indentation = c == '\n' || (indentation && c == ' ');
  }
  return 0;
}

std::string at_line(const std::string& name, int line) {
  return name + ": line " + std::to_string(line);
}

class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(const std::string& name) : name_(name) {}

  std::shared_ptr<YamlNode> root = std::make_shared<YamlNode>();

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t) override {
    put(mark, YamlNode::Kind::Null, {});
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw Error(ErrorKind::Usage, "config", at_line(name_, mark.line + 1),
                "is a YAML alias of another part", "write the value out");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t,
                const std::string& value) override {
    const bool plain = tag == "?" || tag.empty();  // not quoted
    const bool null = plain && (value.empty() || value == "~" || value == "null");
    put(mark, null ? YamlNode::Kind::Null : YamlNode::Kind::Scalar, value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                       YAML::EmitterStyle::value) override {
    open_.push_back({put(mark, YamlNode::Kind::List, {}), {}, false});
  }
  void OnSequenceEnd() override { open_.pop_back(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t,
                  YAML::EmitterStyle::value) override {
    open_.push_back({put(mark, YamlNode::Kind::Map, {}), {}, false});
  }
  void OnMapEnd() override { open_.pop_back(); }

 private:
  struct Open {
    YamlNode* node;
    std::string key;
    bool has_key;
  };

  /// The next node in document order: a key, a value, an entry, or the root.
  YamlNode* put(const YAML::Mark& mark, YamlNode::Kind kind, const std::string& text) {
    if (open_.empty()) return fill(*root, mark, kind, text);
    Open& parent = open_.back();
    if (parent.node->kind == YamlNode::Kind::Map && !parent.has_key) {
      if (kind != YamlNode::Kind::Scalar)
        throw Error(ErrorKind::Usage, "config", at_line(name_, mark.line + 1),
                    "a key is not a plain name", "write 'name: value'");
      if (parent.node->child(text))
        throw Error(ErrorKind::Usage, "config", at_line(name_, mark.line + 1),
                    "the key '" + text + "' appears twice", "keep one of them");
      parent.key = text;
      parent.has_key = true;
      return nullptr;
    }
    parent.has_key = false;
    parent.node->children.emplace_back(parent.key, std::make_shared<YamlNode>());
    parent.key.clear();
    return fill(*parent.node->children.back().second, mark, kind, text);
  }

  static YamlNode* fill(YamlNode& node, const YAML::Mark& mark, YamlNode::Kind kind,
                        const std::string& text) {
    node.kind = kind;
    node.line = mark.line + 1;
    node.text = text;
    return &node;
  }

  const std::string& name_;
  std::vector<Open> open_;
};

}  // namespace

YamlNode* YamlNode::child(std::string_view key) const {
  for (const auto& [name, node] : children)
    if (name == key) return node.get();
  return nullptr;
}

bool YamlNode::names_files() const {
  return !anywhere.empty() || std::any_of(children.begin(), children.end(), [](const auto& child) {
    return child.second->names_files();
  });
}

std::shared_ptr<YamlNode> parse_yaml(const std::string& text, const std::string& name) {
  TreeBuilder builder(name);
  try {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    parser.HandleNextDocument(builder);
    TreeBuilder rest(name);
    if (parser.HandleNextDocument(rest) && rest.root->kind != YamlNode::Kind::Null)
      throw Error(ErrorKind::Usage, "config", name, "contains more than one YAML document",
                  "keep one, without '---' lines");
  } catch (const YAML::Exception& error) {
    if (const int line = tab_line(text); line > 0)
      throw Error(ErrorKind::Usage, "config", at_line(name, line),
                  "is indented with a tab, which YAML does not allow", "indent with spaces");
    throw Error(ErrorKind::Usage, "config",
                error.mark.is_null() ? name : at_line(name, error.mark.line + 1),
                "is not valid YAML: " + error.msg, "correct this line");
  }
  return builder.root;
}

std::string flow_yaml(const YamlNode& node) {
  using Kind = YamlNode::Kind;
  if (node.kind == Kind::Null) return "null";
  if (node.kind == Kind::Scalar)
    return yaml_scalar(node.anywhere.empty() ? node.text : node.anywhere);
  const bool map = node.kind == Kind::Map;
  std::string yaml;
  for (const auto& [key, child] : node.children)
    yaml += (yaml.empty() ? "" : ", ") + (map ? yaml_scalar(key) + ": " : "") + flow_yaml(*child);
  return map ? '{' + yaml + '}' : '[' + yaml + ']';
}

std::string yaml_scalar(const std::string& text) {
  YAML::Emitter emitter;  // in a list of one line, where more needs quotes than elsewhere
  emitter << YAML::Flow << YAML::BeginSeq << text << YAML::EndSeq;
  const std::string list = emitter.c_str();
  return list.substr(1, list.size() - 2);
}

}  // namespace dfe::io
