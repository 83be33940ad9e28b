// SPDX-License-Identifier: Apache-2.0
// Mistyped command lines, see the header. CLI11 reports what is missing before what it did not
// know; here the unknown word comes first, because it usually is the missing one, misspelt.
#include "mistakes.hpp"

#include <algorithm>
#include <functional>
#include <string_view>

#include "dfengine/text.hpp"
#include "help.hpp"

namespace dfe::cli {

namespace {

const char* const kArea = "command line";

Error usage_error(const std::string& area, const std::string& object, const std::string& fact,
                  const std::string& remedy) {
  return {ErrorKind::Usage, area, object, fact, remedy};
}

std::vector<const CLI::App*> subcommands(const CLI::App& root) {
  return root.get_subcommands(std::function<bool(const CLI::App*)>());
}

/// Which help lists the options of `app`, or the subcommands if it is the root.
std::string see_help(const CLI::App& app) {
  const CLI::App* const parent = app.get_parent();
  return "'" + (parent != nullptr ? parent->get_name() + " " : "") + app.get_name() +
         " --help' lists " + (parent != nullptr ? "the options" : "the subcommands");
}

/// "weights" of "--weights=model.h5", "-weights" and "--weights".
std::string bare_name(const std::string& word) {
  const std::size_t begin = std::min(word.find_first_not_of('-'), word.size());
  return word.substr(begin, word.find('=') - begin);
}

bool is_option_like(const std::string& word) {
  return word.size() > 1 && word.front() == '-' && word != "--";
}

/// What CLI11 found no place for, without the mark "--".
std::vector<std::string> leftover(const CLI::App& app) {
  std::vector<std::string> words = app.remaining();
  words.erase(std::remove(words.begin(), words.end(), "--"), words.end());
  return words;
}

/// The option of `app` with that name, without dashes; null where there is none.
const CLI::Option* find_option(const CLI::App& app, const std::string& name) {
  const auto named = app.get_options([&](const CLI::Option* option) {
    return name.size() > 1 ? option->check_lname(name) : option->check_sname(name);
  });
  return named.empty() ? nullptr : named.front();
}

/// The only known name that begins with `name`, else the nearest one; empty if none is similar.
std::string meant(const std::string& name, const std::vector<std::string>& known) {
  std::string longer;
  int begun = 0;
  for (const std::string& candidate : known)
    if (candidate.starts_with(name)) {
      longer = candidate;
      ++begun;
    }
  if (begun == 1) return longer;
  return name.size() > 1 ? nearest_name(name, known) : "";
}

Error unknown_option(const CLI::App& root, const CLI::App& app, const std::string& word) {
  std::vector<std::string> known;
  for (const CLI::Option* option : app.get_options())
    for (const std::string& name : option->get_lnames()) known.push_back(name);
  const std::string name = bare_name(word), typed = word.substr(0, word.find('='));
  const std::string nearest = meant(name, known);
  if (!nearest.empty())
    return usage_error(app.get_name(), typed, "unknown option", "did you mean --" + nearest + "?");
  for (const CLI::App* other : subcommands(root))
    if (typed.starts_with("--") && find_option(*other, name) != nullptr)
      return usage_error(app.get_name(), typed, "not an option of this subcommand",
                         "leave it out; " + see_help(app));
  return usage_error(app.get_name(), typed, "unknown option", see_help(app));
}

/// A word that is no subcommand, where one is expected.
Error unknown_subcommand(const CLI::App& root, const std::string& word) {
  if (is_option_like(word))
    return usage_error(kArea, word.substr(0, word.find('=')), "is before the subcommand",
                       "write options after it, as in 'dfengine pick --help'");
  std::vector<std::string> known;
  for (const CLI::App* sub : subcommands(root)) known.push_back(sub->get_name());
  const std::string nearest = meant(word, known);
  return usage_error(kArea, word, "unknown subcommand",
                     nearest.empty() ? see_help(root) : "did you mean " + nearest + "?");
}

Error missing(const CLI::App& app, const CLI::Option& option) {
  const std::string command = app.get_parent()->get_name() + " " + app.get_name();
  return usage_error(
      app.get_name(), option.get_name(), "is missing",
      "add " + shortest_text(option) + ", as in the example of '" + command + " --help'");
}

/// The first required option that was not given; null where all were.
const CLI::Option* first_missing(const CLI::App& app) {
  const auto options = app.get_options(
      [](const CLI::Option* option) { return option->get_required() && option->count() == 0; });
  return options.empty() ? nullptr : options.front();
}

/// The option that CLI11's message begins with, "--radius: At Most 1 required ...".
const CLI::Option* option_of(const CLI::App& app, std::string_view message) {
  const std::string name = bare_name(std::string(message.substr(0, message.find(':'))));
  return find_option(app, name);
}

}  // namespace

void check_words(const CLI::App& root, const std::vector<std::string>& words) {
  const CLI::App* app = nullptr;
  for (const CLI::App* sub : subcommands(root))
    if (!words.empty() && sub->get_name() == words.front()) app = sub;
  if (app == nullptr) return;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (!is_option_like(word)) continue;
    const std::string name = bare_name(word);
    const CLI::Option* const option = find_option(*app, name);
    if (option == nullptr) continue;
    if (!word.starts_with("--") && name.size() > 1) throw unknown_option(root, *app, word);
    const bool takes_next =
        option->get_items_expected_max() > 0 && word.find('=') == std::string::npos;
    if (takes_next && i + 1 < words.size() && is_option_like(words[i + 1]) &&
        find_option(*app, bare_name(words[i + 1])) != nullptr)
      throw usage_error(app->get_name(), word, "has no value", "write " + shortest_text(*option));
  }
}

Error explain(const CLI::App& root, const CLI::ParseError& error) {
  const std::vector<std::string> before = leftover(root);
  const std::vector<CLI::App*> parsed = root.get_subcommands();
  if (!before.empty()) return unknown_subcommand(root, before.front());
  if (parsed.empty()) return usage_error(kArea, "", "no subcommand", see_help(root));
  const CLI::App& app = *parsed.front();
  const std::vector<std::string> unknown = leftover(app);
  for (const std::string& word : unknown)
    if (is_option_like(word)) return unknown_option(root, app, word);
  if (const CLI::Option* option = option_of(app, error.what())) {
    if (error.get_name() == "ArgumentMismatch" && option->count() > 1)
      return usage_error(app.get_name(), option->get_name(), "is given more than once",
                         "give it once");
    if (error.get_name() == "ArgumentMismatch")
      return usage_error(app.get_name(), option->get_name(), "has no value",
                         "write " + shortest_text(*option));
  }
  if (!unknown.empty())
    return usage_error(app.get_name(), unknown.front(), "is one argument too many", see_help(app));
  if (error.get_name() == "RequiredError")
    if (const CLI::Option* option = first_missing(app)) return missing(app, *option);
  return usage_error(app.get_name(), "", error.what(), see_help(app));
}

}  // namespace dfe::cli
