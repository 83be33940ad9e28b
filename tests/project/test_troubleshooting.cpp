// SPDX-License-Identifier: Apache-2.0
// docs/troubleshooting.md against the sources: it quotes every warning, and quotes nothing that the
// program does not say. Warnings are found where their words are put together: a text that is only
// handed on was quoted there.
#include <algorithm>
#include <cctype>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "source_text.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/read_text.hpp"

namespace fs = std::filesystem;
using namespace dfe::test;

namespace {

const fs::path kRoot = DFE_SOURCE_DIR;
const std::vector<std::string> kFolders = {"commands", "io",       "engine", "cluster",
                                           "evaluate", "simulate", "target", "core",
                                           "kernels",  "layers",   "optim"};
constexpr std::size_t kTelling = 12;  // characters that name a message

std::string trimmed(const std::string& text) {
  const std::string around = " :;,.'()";
  const std::size_t first = text.find_first_not_of(around);
  if (first == std::string::npos) return "";
  return text.substr(first, text.find_last_not_of(around) + 1 - first);
}

/// What lies between matches of `separator`, without the blanks and marks around it.
std::vector<std::string> pieces_of(const std::string& text, const std::regex& separator) {
  std::vector<std::string> pieces;
  for (std::sregex_token_iterator it(text.begin(), text.end(), separator, -1), end; it != end; ++it)
    if (const std::string piece = trimmed(*it); !piece.empty()) pieces.push_back(piece);
  return pieces;
}

/// The fixed parts of the texts in a piece of source; {} are the places that fmt fills. `code` is
/// the same without what the texts hold. Texts that stand side by side are one.
std::vector<std::string> fixed_parts(const std::string& text, const std::string& code) {
  static const std::regex filled(R"(\{[^}]*\})");
  std::vector<std::string> texts;
  for (std::size_t end = 0, begin; (begin = code.find('"', end)) != std::string::npos;) {
    const bool joined = !texts.empty() && code.find_first_not_of(" \n", end) == begin;
    end = code.find('"', begin + 1) + 1;
    const std::string words = text.substr(begin + 1, end - begin - 2);
    if (joined)
      texts.back() += words;
    else
      texts.push_back(words);
  }
  std::vector<std::string> parts;
  for (const std::string& words : texts)
    for (const std::string& part : pieces_of(words, filled)) parts.push_back(part);
  return parts;
}

/// Place of the parenthesis that closes the one before `at`.
std::size_t closing(const std::string& code, std::size_t at) {
  for (int depth = 1; at < code.size(); ++at) {
    if (code[at] == '(') ++depth;
    if (code[at] == ')' && --depth == 0) break;
  }
  return at;
}

/// The fixed parts of each warning that a source puts together.
std::vector<std::vector<std::string>> warnings_in(const std::string& text) {
  static const std::regex site(
      R"(\bwarn\(|warnings_?\.(push_back|emplace_back|insert)\(|\bmessage\()");
  const std::string code = code_only(text);
  std::vector<std::vector<std::string>> warnings;
  for (std::sregex_iterator it(code.begin(), code.end(), site), end; it != end; ++it) {
    const auto begin = static_cast<std::size_t>(it->position() + it->length());
    const std::size_t length = closing(code, begin) - begin;
    const std::string within = code.substr(begin, length);
    if (it->str().starts_with("message") && within.find("LogLevel::Warning") == std::string::npos)
      continue;
    if (const auto parts = fixed_parts(text.substr(begin, length), within); !parts.empty())
      warnings.push_back(parts);
  }
  return warnings;
}

/// Every source of the program, by its path.
std::vector<fs::path> program_sources() {
  std::vector<fs::path> sources;
  for (const fs::path& file : project_files(kRoot))
    for (const std::string& folder : kFolders)
      if (is_source(file) && is_below(file.generic_string(), folder)) sources.push_back(file);
  return sources;
}

const std::string& longest(const std::vector<std::string>& parts) {
  return *std::max_element(
      parts.begin(), parts.end(),
      [](const std::string& a, const std::string& b) { return a.size() < b.size(); });
}

}  // namespace

TEST_CASE("the parts of a warning are found") {
  const auto found = warnings_in(
      "job.warn(file + \": reaches \" + number + \" voxels\");\n"
      "list.warnings.push_back(fmt::format(\"{} of {} particles are \"\n  \"outside (z)\", a, "
      "b));\n"
      "observer->message(LogLevel::Info, \"not a warning\");  // warn(\"nor this\")\n"
      "job.warn(text);\n");
  using Parts = std::vector<std::string>;
  CHECK(found == std::vector<Parts>{{"reaches", "voxels"}, {"of", "particles are outside (z"}});
}

TEST_CASE("every warning of the program is explained") {
  const std::string page = one_line(text_of(kRoot / "docs/troubleshooting.md"));
  std::size_t seen = 0;
  for (const fs::path& file : program_sources())
    for (const std::vector<std::string>& warning : warnings_in(text_of(kRoot / file))) {
      ++seen;
      for (const std::string& part : warning) {
        if (part.size() < kTelling && part != longest(warning)) continue;
        INFO(file.generic_string()
             << " warns: \"" << part << "\", which docs/troubleshooting.md does not quote");
        CHECK(page.find(part) != std::string::npos);
      }
    }
  CHECK(seen > 50);  // else they were not found
}

TEST_CASE("what the page quotes is what the program says") {
  std::set<std::string> texts;
  for (const fs::path& file : program_sources()) {
    const std::string text = text_of(kRoot / file);
    for (const std::string& part : fixed_parts(text, code_only(text))) texts.insert(part);
  }
  const std::string page = one_line(text_of(kRoot / "docs/troubleshooting.md"));
  // At the head of an entry; capitals stand for what the program fills in.
  static const std::regex quote(R"(- `([^`]+)`)"), filled(R"(\b[A-Z]+\b|[;:])");
  std::size_t seen = 0;
  for (std::sregex_iterator it(page.begin(), page.end(), quote), end; it != end; ++it, ++seen) {
    INFO("the page quotes \"" << (*it)[1] << "\"");
    bool said = false;
    for (const std::string& part : pieces_of((*it)[1], filled))
      said = said || (part.size() >= kTelling &&
                      std::any_of(texts.begin(), texts.end(), [&](const std::string& text) {
                        return text.find(part) != std::string::npos;
                      }));
    CHECK(said);
  }
  CHECK(seen > 60);
}
