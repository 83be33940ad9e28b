// SPDX-License-Identifier: Apache-2.0
// Help as text, see the header. CLI11's own layout differs from version to version; this one needs
// nothing of it but the options.
#include "help.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "dfengine/text.hpp"

namespace dfe::cli {

namespace {

constexpr std::size_t kColumn = 26;  // where descriptions begin
constexpr std::size_t kWidth = 80;

constexpr std::array kGroups = {group::kFiles,    group::kParticles, group::kMatching,
                                group::kAnalyses, group::kTomograms, group::kLists,
                                group::kCommon,   group::kExpert};
constexpr std::array kSteps = {step::kPrepare, step::kTrain, step::kPick, step::kJudge};

/// Characters of UTF-8 text: Å takes two bytes and one column.
std::size_t columns(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  return count;
}

/// `text` in lines that begin at column `indent`; the first one begins where it stands. "~" is a
/// blank where no line ends.
std::string wrapped(std::string_view text, std::size_t indent) {
  std::string lines;
  std::size_t at = indent;
  for (const std::string_view word : split(text, ' ')) {
    if (at > indent && at + 1 + columns(word) > kWidth) {
      lines += "\n" + std::string(indent, ' ');
      at = indent;
    } else if (at > indent) {
      lines += ' ';
      ++at;
    }
    lines += word;
    at += columns(word);
  }
  std::replace(lines.begin(), lines.end(), '~', ' ');
  return lines;
}

/// A name with its description beside it, below it where the name is long.
std::string entry(const std::string& name, const std::string& description) {
  std::string line = "  " + name;
  if (line.size() + 2 > kColumn) line += "\n" + std::string(kColumn, ' ');
  line.resize(std::max(line.size(), kColumn), ' ');
  return line + wrapped(description, kColumn) + "\n";
}

std::string description_of(const CLI::Option& option) {
  std::string text = option.get_description();
  if (option.get_required()) text += " (required)";
  const std::string given = option.get_default_str();
  if (!given.empty()) text += " [default:~" + given + "]";
  return text;
}

std::string group_text(const CLI::App& app, const std::string& group) {
  const CLI::Option* help = app.get_help_ptr();  // declared first, in no group; shown last
  std::string text;
  for (const bool positional : {true, false})
    for (const CLI::Option* option : app.get_options([&](const CLI::Option* o) {
           return o != help && o->get_group() == group && o->get_positional() == positional;
         }))
      text += entry(option_text(*option), description_of(*option));
  if (help != nullptr && group == group::kCommon)
    text += entry(option_text(*help), description_of(*help));
  return text.empty() ? "" : "\n" + group + ":\n" + text;
}

std::string step_text(const CLI::App& root, const std::string& step) {
  std::string text;
  for (const CLI::App* command :
       root.get_subcommands([&](const CLI::App* sub) { return sub->get_group() == step; }))
    text += entry(command->get_name(), command->get_description());
  return text.empty() ? "" : "\n" + step + ":\n" + text;
}

/// "dfengine pick TOMOGRAM... -o LIST --weights FILE [options]"
std::string usage(const CLI::App& app) {
  if (app.get_parent() == nullptr) return app.get_name() + " SUBCOMMAND [options]";
  std::string text = app.get_parent()->get_name() + " " + app.get_name();
  for (const bool positional : {true, false})
    for (const CLI::Option* option :
         app.get_options([&](const CLI::Option* o) { return o->get_positional() == positional; })) {
      const std::string name = shortest_text(*option);
      if (option->get_required())
        text += " " + name;
      else if (positional)
        text += " [" + name + "]";
    }
  return text + " [options]";
}

std::string help_text(const CLI::App& app) {
  std::string text = wrapped(app.get_description() + ".", 0) + "\n\nUsage: " + usage(app) + "\n";
  for (const char* const step : kSteps) text += step_text(app, step);
  for (const char* const group : kGroups) text += group_text(app, group);
  return text + "\n" + app.get_footer() + "\n";
}

}  // namespace

void use_help(CLI::App& root) {
  root.set_help_flag("-h,--help", "Print this help");
  root.formatter_fn(
      [](const CLI::App* app, const std::string&, CLI::AppFormatMode) { return help_text(*app); });
}

std::string option_text(const CLI::Option& option) {
  if (option.get_positional()) {
    std::string text = option.get_name(true);
    if (option.get_items_expected_max() > 1) text += "...";
    // What follows the last of several has a name of its own.
    return option.get_type_name() == "TEXT" ? text : text + " " + option.get_type_name();
  }
  std::string text;
  for (const std::string& name : option.get_snames()) text += "-" + name + ", ";
  for (const std::string& name : option.get_lnames()) text += "--" + name;
  return option.get_items_expected_max() > 0 ? text + " " + option.get_type_name() : text;
}

std::string shortest_text(const CLI::Option& option) {
  const std::string text = option_text(option);
  const std::size_t comma = text.find(", ");
  if (comma == std::string::npos) return text;
  const std::size_t value = std::min(text.find(' ', comma + 2), text.size());
  return text.substr(0, comma) + text.substr(value);
}

}  // namespace dfe::cli
