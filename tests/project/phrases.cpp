// SPDX-License-Identifier: Apache-2.0
// Phrases that readers stumble over, see the header.
#include "phrases.hpp"

#include <regex>

#include "source_text.hpp"

namespace dfe::test {

namespace fs = std::filesystem;

namespace {

struct Phrase {
  std::string words;    ///< regular expression; a blank is any white space
  std::string instead;  ///< what to say
  std::string but;      ///< after one of these words the phrase is right
};

const std::vector<Phrase>& phrases() {
  static const std::vector<Phrase> all = {
      {"cards?", "GPU", "dfe"},  // the namespace dfe::card
      {"deviations?", "standard deviation", "standard squared"},
      {"most memory", "memory limit", ""},
      {"what computes", "compute device", ""},
      {"(come|comes|came) along", "bundled", ""},
      {"(go|goes|going|went|gone) on", "continue or resume", ""},
      {"(by|with) commas", "comma-separated", ""},
      {"worth a look", "check ...", ""},
      {"very bits", "bit for bit", ""},
      {"(is|are) not meant", "is unspecified", ""},
      {"neither it nor", "give A or B", ""},
      {"(is|are) not there", "is missing, or does not exist", ""},
      {"for want of", "for lack of", ""},
      {"left alone", "skipped, or left unchanged", ""},
      {"(its|the|an|file's|name's|known|what) endings?", "file extension", ""},
  };
  return all;
}

/// What people read in a source: comments and contents of literals, the rest blank.
std::string readable_part(const std::string& text) {
  const std::string code = code_only(text);
  std::string readable = text;
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] != '\n' && (code[i] == text[i] || text[i] == '/')) readable[i] = ' ';
  return readable;
}

/// A document without its inline code, which holds names of options and settings.
std::string without_inline_code(const std::string& text) {
  static const std::regex code("`[^`\n]+`");
  std::string prose;
  std::sregex_iterator it(text.begin(), text.end(), code), end;
  std::size_t at = 0;
  for (; it != end; ++it) {
    const auto begin = static_cast<std::size_t>(it->position());
    prose += text.substr(at, begin - at) + std::string(static_cast<std::size_t>(it->length()), ' ');
    at = begin + static_cast<std::size_t>(it->length());
  }
  return prose + text.substr(at);
}

bool is_for_readers(const fs::path& file) {
  return !is_below(file.generic_string(), "tests") &&
         (is_source(file) || file.extension() == ".md");
}

/// The word before a place, in lower case.
std::string word_before(const std::string& text, std::size_t place) {
  static const std::regex last("([a-z]+)[^a-z]*$", std::regex::icase);
  const std::size_t from = place < 40 ? 0 : place - 40;
  const std::string before = text.substr(from, place - from);
  std::smatch match;
  return std::regex_search(before, match, last) ? match[1].str() : "";
}

void look_for(const Phrase& phrase, const std::string& file, const std::string& text,
              std::vector<std::string>& violations) {
  std::string pattern;
  for (const char c : phrase.words) pattern += c == ' ' ? std::string("\\s+") : std::string(1, c);
  const std::regex words("\\b" + pattern + "\\b", std::regex::icase);
  for (std::sregex_iterator it(text.begin(), text.end(), words), end; it != end; ++it) {
    const auto place = static_cast<std::size_t>(it->position());
    const std::string before = word_before(text, place);
    if (!before.empty() && phrase.but.find(before) != std::string::npos) continue;
    violations.push_back(file + ":" + std::to_string(line_at(text, place)) + " says '" + it->str() +
                         "': say " + phrase.instead);
  }
}

}  // namespace

std::vector<std::string> phrase_violations(const fs::path& root) {
  std::vector<std::string> violations;
  for (const fs::path& file : project_files(root)) {
    if (!is_for_readers(file)) continue;
    const std::string text = text_of(root / file);
    const std::string readable = is_source(file) ? readable_part(text) : without_inline_code(text);
    for (const Phrase& phrase : phrases())
      look_for(phrase, file.generic_string(), readable, violations);
  }
  return violations;
}

}  // namespace dfe::test
