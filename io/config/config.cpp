// SPDX-License-Identifier: Apache-2.0
// Settings by name, see the header. Each section notes the keys that it was asked for. Unknown keys
// and the effective configuration follow from these notes.
#include "io/config/config.hpp"

#include <algorithm>

#include "core/number_text.hpp"
#include "core/text.hpp"
#include "dfengine/error.hpp"
#include "io/config/yaml_tree.hpp"
#include "io/input_file.hpp"
#include "io/random_file.hpp"

namespace dfe::io {

using Kind = YamlNode::Kind;

struct Config::File {
  std::string name;
  std::filesystem::path folder;
  std::vector<std::pair<std::string, std::shared_ptr<YamlNode>>> overrides;  // text and value
};

/// A section of the file (or none, `yaml` null) with what was asked of it.
struct Config::Node {
  struct Question {
    std::string key;
    std::string value;  // YAML; empty where the answer is a section or list of sections
    std::vector<std::shared_ptr<Node>> sections;  // the answer
    bool list = false;
    std::string anywhere = {};  // a file as YAML that does not depend on folders, or empty
  };

  std::string path;  // with a dot at the end, or empty for the whole file
  std::shared_ptr<YamlNode> yaml;
  std::vector<Question> questions;

  const YamlNode* find(std::string_view key) const {
    const YamlNode* child = yaml ? yaml->child(key) : nullptr;
    return child && child->kind != Kind::Null ? child : nullptr;
  }
  Question* asked(std::string_view key) {
    for (Question& q : questions)
      if (q.key == key) return &q;
    return nullptr;
  }
  void note(std::string_view key, std::string value) {
    if (!asked(key)) questions.push_back({std::string(key), std::move(value), {}, false});
  }
};

namespace {

constexpr std::uintmax_t kMaxBytes = 4 << 20;

template <class Values, class Text>
std::string list_yaml(const Values& values, Text text) {
  std::string yaml = "[";
  for (const auto& value : values) yaml += (yaml.size() > 1 ? ", " : "") + text(value);
  return yaml + "]";
}

std::string scalar_yaml(const std::string& text) {
  return parse_as<double>(text) || text == "true" || text == "false" ? '"' + text + '"'
                                                                     : yaml_scalar(text);
}

const std::string& scalar(const YamlNode& node, const std::string& where) {
  if (node.kind != Kind::Scalar)
    throw Error(ErrorKind::Usage, "config", where,
                node.kind == Kind::List ? "is a list" : "is a section", "give one value");
  return node.text;
}

void mark_overridden(YamlNode& node) {
  node.overridden = true;
  node.line = 0;
  for (auto& [key, child] : node.children) mark_overridden(*child);
}

/// Puts "a.b.2.c=value" over the tree. Returns the value.
std::shared_ptr<YamlNode> put_over(YamlNode& root, const std::string& override_text) {
  const std::size_t equals = override_text.find('=');
  const std::string path = override_text.substr(0, equals);
  const std::vector<std::string_view> names = split(path, '.');
  const std::vector<std::string> parts(names.begin(), names.end());
  const auto refuse = [&](const std::string& what) {
    throw Error(ErrorKind::Usage, "config", override_text, what,
                "write key=value, as in optimizer.rate=1e-3");
  };
  if (equals == std::string::npos) refuse("is not a setting");
  if (std::find(parts.begin(), parts.end(), "") != parts.end()) refuse("has an empty name");
  std::shared_ptr<YamlNode> value = parse_yaml(override_text.substr(equals + 1), override_text);
  mark_overridden(*value);
  YamlNode* at = &root;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool last = i + 1 == parts.size();
    std::shared_ptr<YamlNode>* slot = nullptr;
    if (at->kind == Kind::List) {
      const auto index = parse_as<std::size_t>(parts[i]);
      if (!index || *index >= at->children.size())
        refuse("'" + parts[i] + "' is not an entry of the list, which has " +
               std::to_string(at->children.size()) + " (counted from 0)");
      slot = &at->children[*index].second;
    } else {
      if (at->kind == Kind::Scalar) refuse("'" + parts[i - 1] + "' is not a section");
      at->kind = Kind::Map;
      for (auto& [key, child] : at->children)
        if (key == parts[i]) slot = &child;
      if (!slot) {
        at->children.emplace_back(parts[i], std::make_shared<YamlNode>());
        slot = &at->children.back().second;
        (*slot)->overridden = true;
      }
    }
    if (last) *slot = value;
    at = slot->get();
  }
  return value;
}

}  // namespace

Config::Config(std::shared_ptr<File> file, std::shared_ptr<Node> node)
    : file_(std::move(file)), node_(std::move(node)) {}

Config Config::read(const std::filesystem::path& path, const std::vector<std::string>& overrides) {
  check_input_file("config", path);
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(path, error);
  if (!error && bytes > kMaxBytes)
    throw Error("config", path.string(),
                "has " + std::to_string(bytes) + " bytes, but a configuration has at most 4 MB",
                "check the path");
  Config config = parse(RandomFile(path).text(), path.string(), overrides);
  config.file_->folder = path.parent_path();
  return config;
}

Config Config::parse(const std::string& text, const std::string& name,
                     const std::vector<std::string>& overrides) {
  auto root = std::make_shared<Node>();
  root->yaml = parse_yaml(text, name);
  if (root->yaml->kind != Kind::Map && root->yaml->kind != Kind::Null)
    throw Error(ErrorKind::Usage, "config", name, "contains no settings",
                "write 'name: value' lines");
  auto file = std::make_shared<File>(File{name, {}, {}});
  for (const std::string& line : overrides)
    file->overrides.emplace_back(line, put_over(*root->yaml, line));
  return {std::move(file), root};
}

std::string Config::where(std::string_view key) const {
  const YamlNode* child = node_->find(key);
  const std::string path = node_->path + std::string(key);
  if (child && child->overridden) return path + " (given in addition to " + file_->name + ")";
  return file_->name + ": " + path + (child ? " (line " + std::to_string(child->line) + ")" : "");
}

bool Config::has(std::string_view key) const { return node_->find(key) != nullptr; }

std::string Config::text(std::string_view key, std::string_view fallback) const {
  const YamlNode* child = node_->find(key);
  std::string value = child ? scalar(*child, where(key)) : std::string(fallback);
  node_->note(key, scalar_yaml(value));
  return value;
}

std::string Config::required_text(std::string_view key) const {
  std::string value = text(key, "");
  if (value.empty()) throw Error(ErrorKind::Usage, "config", where(key), "is missing", "set it");
  return value;
}

std::int64_t Config::integer(std::string_view key, std::int64_t fallback) const {
  std::int64_t value = fallback;
  if (const YamlNode* child = node_->find(key)) {
    const std::string& given = scalar(*child, where(key));
    const auto parsed = parse_whole(given);
    if (!parsed)
      throw Error(ErrorKind::Usage, "config", where(key), "is '" + given + "', not a whole number",
                  "give a whole number");
    value = *parsed;
  }
  node_->note(key, std::to_string(value));
  return value;
}

double Config::number(std::string_view key, double fallback) const {
  double value = fallback;
  if (const YamlNode* child = node_->find(key)) {
    const std::string& given = scalar(*child, where(key));
    const auto parsed = parse_as<double>(given);
    if (!parsed)
      throw Error(ErrorKind::Usage, "config", where(key), "is '" + given + "', not a number",
                  "give a number");
    value = *parsed;
  }
  node_->note(key, shortest_text(value));
  return value;
}

bool Config::flag(std::string_view key, bool fallback) const {
  bool value = fallback;
  if (const YamlNode* child = node_->find(key)) {
    const std::string& given = scalar(*child, where(key));
    if (given == "true" || given == "yes" || given == "on")
      value = true;
    else if (given == "false" || given == "no" || given == "off")
      value = false;
    else
      throw Error(ErrorKind::Usage, "config", where(key), "is '" + given + "'",
                  "give true or false");
  }
  node_->note(key, value ? "true" : "false");
  return value;
}

std::vector<std::string> Config::texts(std::string_view key,
                                       const std::vector<std::string>& fallback) const {
  std::vector<std::string> values = fallback;
  if (const YamlNode* child = node_->find(key)) {
    values.clear();
    if (child->kind == Kind::List) {
      for (const auto& [unused, entry] : child->children)
        values.push_back(scalar(*entry, where(key)));
    } else {
      values.push_back(scalar(*child, where(key)));
    }
  }
  node_->note(key, list_yaml(values, scalar_yaml));
  return values;
}

std::vector<double> Config::numbers(std::string_view key,
                                    const std::vector<double>& fallback) const {
  std::vector<double> values = fallback;
  if (const YamlNode* child = node_->find(key)) {
    values.clear();
    const auto add = [&](const YamlNode& entry) {
      const std::string& given = scalar(entry, where(key));
      const auto parsed = parse_as<double>(given);
      if (!parsed)
        throw Error(ErrorKind::Usage, "config", where(key),
                    "contains '" + given + "', not a number", "give numbers");
      values.push_back(*parsed);
    };
    if (child->kind == Kind::List)
      for (const auto& [unused, entry] : child->children) add(*entry);
    else
      add(*child);
  }
  node_->note(key, list_yaml(values, shortest_text));
  return values;
}

std::string Config::choice(std::string_view key, std::string_view fallback,
                           const std::vector<std::string>& choices) const {
  std::string value = text(key, fallback);
  if (std::find(choices.begin(), choices.end(), value) != choices.end()) return value;
  throw Error(ErrorKind::Usage, "config", where(key), "is '" + value + "'",
              "choose one of: " + join(choices));
}

std::filesystem::path Config::path(std::string_view key, const std::filesystem::path& root) const {
  std::filesystem::path given = text(key, "");
  if (given.empty()) return given;
  if (!root.empty()) return root / given;
  YamlNode& value = *node_->yaml->child(key);
  if (given.is_relative() && !value.overridden) given = file_->folder / given;
  const std::string anywhere = std::filesystem::absolute(given).lexically_normal().string();
  node_->asked(key)->anywhere = scalar_yaml(anywhere);
  if (value.overridden && given.is_relative()) value.anywhere = anywhere;
  return given;
}

Config Config::section(std::string_view key) const {
  if (Node::Question* before = node_->asked(key)) return {file_, before->sections.front()};
  auto inner = std::make_shared<Node>();
  inner->path = node_->path + std::string(key) + ".";
  if (const YamlNode* child = node_->find(key)) {
    if (child->kind != Kind::Map)
      throw Error(ErrorKind::Usage, "config", where(key), "is not a section",
                  "put 'name: value' lines under it");
    for (auto& [name, node] : node_->yaml->children)
      if (name == key) inner->yaml = node;
  }
  node_->questions.push_back({std::string(key), {}, {inner}, false});
  return {file_, inner};
}

std::vector<Config> Config::sections(std::string_view key) const {
  std::vector<Config> configs;
  if (const Node::Question* before = node_->asked(key)) {
    for (const auto& inner : before->sections) configs.push_back({file_, inner});
    return configs;
  }
  std::vector<std::shared_ptr<Node>> inners;
  if (const YamlNode* child = node_->find(key)) {
    if (child->kind != Kind::List)
      throw Error(ErrorKind::Usage, "config", where(key), "is not a list",
                  "put one '- name: value' entry under it for each");
    for (const auto& [unused, entry] : child->children) {
      auto inner = std::make_shared<Node>();
      inner->path = node_->path + std::string(key) + "." + std::to_string(configs.size()) + ".";
      if (entry->kind != Kind::Map)
        throw Error(ErrorKind::Usage, "config", where(key),
                    "entry " + std::to_string(configs.size()) + " contains no settings",
                    "write '- name: value'");
      inner->yaml = entry;
      inners.push_back(inner);
      configs.push_back({file_, inner});
    }
  }
  node_->questions.push_back({std::string(key), {}, inners, true});
  return configs;
}

std::vector<std::string> Config::keys() const {
  std::vector<std::string> names;
  if (node_->yaml)
    for (const auto& [name, child] : node_->yaml->children)
      if (child->kind != Kind::Null) names.push_back(name);
  return names;
}

void Config::refuse_unknown() const {
  if (!node_->yaml) return;
  for (const auto& [key, child] : node_->yaml->children) {
    const Node::Question* question = node_->asked(key);
    if (!question) {
      std::vector<std::string> known;
      for (const Node::Question& q : node_->questions) known.push_back(q.key);
      const std::string nearest = nearest_name(key, known);
      throw Error(ErrorKind::Usage, "config", where(key), "is not a known setting",
                  nearest.empty() ? "remove it" : "did you mean '" + node_->path + nearest + "'?");
    }
    for (const auto& inner : question->sections) Config(file_, inner).refuse_unknown();
  }
}

void Config::refuse_keys_of(const std::string& subcommand,
                            const std::vector<std::string>& keys) const {
  for (const std::string& key : keys)
    if (has(key))
      throw Error(ErrorKind::Usage, "config", where(key),
                  "is a setting of `dfengine " + subcommand + "`",
                  "run `dfengine " + subcommand + "` with this file, or remove the setting");
}

template <class ValueOf>
std::string Config::yaml_of(const ValueOf& value_of) const {
  std::string yaml;
  const auto write = [&](const auto& self, const Node& node, const std::string& indent) -> void {
    for (const Node::Question& q : node.questions) {
      if (q.sections.empty()) {
        yaml += indent + yaml_scalar(q.key) + ": " + (q.list ? "[]" : value_of(node, q)) + "\n";
        continue;
      }
      if (!q.list && q.sections.front()->questions.empty()) continue;
      yaml += indent + yaml_scalar(q.key) + ":\n";
      for (const auto& inner : q.sections) {
        const std::size_t begin = yaml.size();
        self(self, *inner, indent + (q.list ? "    " : "  "));
        if (q.list && yaml.size() > begin) yaml[begin + indent.size() + 2] = '-';
      }
    }
  };
  write(write, *node_, "");
  return yaml;
}

std::string Config::effective() const {
  return yaml_of([](const Node&, const Node::Question& q) { return q.value; });
}

std::vector<std::string> Config::overrides_anywhere() const {
  std::vector<std::string> texts;
  for (const auto& [text, value] : file_->overrides)
    texts.push_back(value->names_files() ? text.substr(0, text.find('=') + 1) + flow_yaml(*value)
                                         : text);
  return texts;
}

std::string Config::effective_anywhere(const std::map<std::string, std::string>& answers) const {
  return yaml_of([&](const Node& node, const Node::Question& q) {
    const auto answer = answers.find(q.key);
    if (&node == node_.get() && answer != answers.end()) return scalar_yaml(answer->second);
    return q.anywhere.empty() ? q.value : q.anywhere;
  });
}

}  // namespace dfe::io
