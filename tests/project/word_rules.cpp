// SPDX-License-Identifier: Apache-2.0
// Words that only some folders may use, see the header.
#include "word_rules.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <set>

#include "source_text.hpp"

namespace dfe::test {

namespace fs = std::filesystem;

namespace {

struct WordRule {
  std::string says;                             ///< who may
  std::vector<std::string> folders;             ///< that may
  std::map<std::string, std::string> excepted;  ///< files that may, and why
  std::set<std::string> words;                  ///< wherever they stand
  std::set<std::string> calls;                  ///< only as a call of a free function
};

const std::vector<WordRule>& word_rules() {
  static const std::vector<WordRule> rules = {
      {"only io/ and commands/ touch files",
       {"io", "commands", "bench", "tests"},
       {{"core/memory.cpp", "what /proc and the cgroup say of memory"},
        {"kernels/cuda/cudnn/plan_cache.cpp", "the GPU's plans, kept between runs"},
        {"kernels/cuda_loader.cpp", "where the CUDA module lies"}},
       {"fstream", "ifstream", "ofstream", "filebuf", "directory_iterator",
        "recursive_directory_iterator"},
       {"fopen",
        "freopen",
        "fdopen",
        "open",
        "openat",
        "open64",
        "creat",
        "opendir",
        "mkstemp",
        "mkdtemp",
        "mkdir",
        "rmdir",
        "unlink",
        "stat",
        "lstat",
        "fstat",
        "access",
        "truncate",
        "ftruncate",
        "rename",
        "exists",
        "is_directory",
        "is_regular_file",
        "is_empty",
        "file_size",
        "create_directory",
        "create_directories",
        "create_symlink",
        "remove_all",
        "copy_file",
        "resize_file",
        "canonical",
        "weakly_canonical",
        "absolute",
        "current_path",
        "temp_directory_path",
        "last_write_time",
        "permissions",
        "status",
        "space"}},
      {"only tools/ prints and ends the program",
       {"tools", "bench", "tests"},
       {},
       {"cout", "cerr", "clog"},
       {"printf", "fprintf", "puts", "fputs", "putchar", "exit", "_exit", "_Exit", "quick_exit",
        "abort", "terminate"}},
  };
  return rules;
}

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) || c == '_'; }

/// Whether the word at [begin, end) is called as a free function: not a member's name, not a
/// declaration with a type before it.
bool is_free_call(const std::string& code, std::size_t begin, std::size_t end) {
  const std::size_t after = code.find_first_not_of(" \n", end);
  if (after == std::string::npos || code[after] != '(') return false;
  const std::size_t before = begin == 0 ? begin : code.find_last_not_of(" \n", begin - 1);
  if (begin == 0 || before == std::string::npos) return true;
  if (code[before] == '.' || code[before] == '>') return false;  // p->open(), vector<int> open()
  if (!is_word(code[before]) && code[before] != '*' && code[before] != '&') return true;
  return code.compare(before < 5 ? 0 : before - 5, 6, "return") == 0;
}

/// Places of the rule's words in a file, each with its word.
std::vector<std::pair<std::size_t, std::string>> found_words(const WordRule& rule,
                                                             const std::string& code) {
  std::vector<std::pair<std::size_t, std::string>> found;
  for (std::size_t at = 0; at < code.size();) {
    if (!is_word(code[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < code.size() && is_word(code[end])) ++end;
    const std::string word = code.substr(at, end - at);
    if (rule.words.count(word) > 0 || (rule.calls.count(word) > 0 && is_free_call(code, at, end)))
      found.emplace_back(at, word);
    at = end;
  }
  return found;
}

bool is_free(const WordRule& rule, const std::string& file) {
  return std::any_of(rule.folders.begin(), rule.folders.end(),
                     [&](const std::string& folder) { return is_below(file, folder); });
}

}  // namespace

std::vector<std::string> word_violations(const fs::path& root) {
  std::vector<std::string> violations;
  for (const fs::path& file : project_files(root)) {
    if (!is_source(file)) continue;
    const std::string name = file.generic_string(), code = code_only(text_of(root / file));
    for (const WordRule& rule : word_rules()) {
      if (is_free(rule, name)) continue;
      const auto found = found_words(rule, code);
      if (rule.excepted.count(name) > 0) {
        if (found.empty())
          violations.push_back(name + ": is excepted and need not be: " + rule.says);
        continue;
      }
      for (const auto& [place, word] : found)
        violations.push_back(name + ":" + std::to_string(line_at(code, place)) + " says '" + word +
                             "': " + rule.says);
    }
  }
  return violations;
}

}  // namespace dfe::test
