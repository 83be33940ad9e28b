// SPDX-License-Identifier: Apache-2.0
// Words that only some folders may use, see the header.
#include "word_rules.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "free_calls.hpp"
#include "source_text.hpp"

namespace dfe::test {

namespace fs = std::filesystem;

namespace {

using Words = std::set<std::string>;

struct WordRule {
  std::string says;                             ///< who may
  std::vector<std::string> folders;             ///< that may
  std::map<std::string, std::string> excepted;  ///< files that may, and why
  Words words;                                  ///< wherever they stand
  Words pieces;                                 ///< of code, that are no words
  Words calls;                                  ///< only as a call of a free function
  /// The same with at most so many arguments: functions of the standard library that have nothing
  /// to do with files take more.
  std::map<std::string, int> short_calls;
  /// All of a namespace but for these, which are values.
  std::map<std::string, Words> spaces;
};

WordRule file_rule() {
  static const Words values = {"path", "filesystem_error", "perms", "file_type", "file_time_type"};
  return {
      .says = "only io/ and commands/ touch files",
      .folders = {"io", "commands", "bench", "tests"},
      .excepted = {{"core/memory.cpp", "what /proc and the cgroup say of memory"},
                   {"kernels/cuda/cudnn/plan_cache.cpp", "the GPU's plans, kept between runs"},
                   {"kernels/cuda_loader.cpp", "where the CUDA module lies"}},
      .words = {"fstream", "ifstream", "ofstream", "filebuf", "wfstream", "wifstream", "wofstream",
                "directory_entry", "directory_iterator", "recursive_directory_iterator"},
      .pieces = {},
      .calls =
          {// C and POSIX
           "fopen", "freopen", "fdopen", "tmpfile", "tmpnam", "tempnam", "popen", "system", "open",
           "openat", "open64", "fopen64", "creat", "opendir", "fdopendir", "scandir", "mkstemp",
           "mkdtemp", "mkostemp", "mkdir", "mkfifo", "mknod", "rmdir", "unlink", "unlinkat", "link",
           "symlink", "readlink", "realpath", "renameat", "stat", "lstat", "fstat", "fstatat",
           "statvfs", "access", "faccessat", "truncate", "ftruncate", "chmod", "chown", "utime",
           "utimes", "utimensat", "chdir", "fchdir", "getcwd", "glob", "ftw", "nftw", "shm_open",
           "dlopen", "fork", "vfork", "posix_spawn", "posix_spawnp", "execl", "execlp", "execv",
           "execve", "execvp",
           // std::filesystem, which a path as an argument finds without its name
           "absolute", "canonical", "weakly_canonical", "relative", "proximate", "copy_file",
           "copy_symlink", "create_directory", "create_directories", "create_symlink",
           "create_directory_symlink", "create_hard_link", "current_path", "equivalent", "exists",
           "file_size", "hard_link_count", "is_block_file", "is_character_file", "is_directory",
           "is_empty", "is_fifo", "is_other", "is_regular_file", "is_socket", "is_symlink",
           "last_write_time", "permissions", "read_symlink", "remove_all", "rename", "resize_file",
           "space", "status", "symlink_status", "temp_directory_path"},
      .short_calls = {{"remove", 2}, {"copy", 2}},
      .spaces = {{"filesystem::", values}, {"fs::", values}},
  };
}

WordRule terminal_rule() {
  return {
      .says = "only tools/ prints and ends the program",
      .folders = {"tools", "bench", "tests"},
      .excepted = {},
      .words = {"cout", "cerr", "clog", "wcout", "wcerr", "wclog", "stdout", "stderr",
                "STDOUT_FILENO", "STDERR_FILENO"},
      .pieces = {},
      .calls = {"printf",  "vprintf",   "fprintf", "vfprintf", "dprintf", "vdprintf",
                "wprintf", "fwprintf",  "puts",    "fputs",    "putc",    "fputc",
                "putchar", "putwchar",  "perror",  "psignal",  "syslog",  "print",
                "println", "vprint",    "exit",    "_exit",    "_Exit",   "quick_exit",
                "abort",   "terminate", "raise",   "kill"},
      .short_calls = {},
      .spaces = {},
  };
}

WordRule cuda_rule() {
  return {
      .says = "CUDA stays under kernels/cuda",
      .folders = {"kernels/cuda", "tests/kernels/cuda"},
      .excepted = {},
      .words = {"__global__", "__shared__", "__constant__"},
      .pieces = {"<<<"},
      .calls = {},
      .short_calls = {},
      .spaces = {},
  };
}

const std::vector<WordRule>& word_rules() {
  static const std::vector<WordRule> rules = {file_rule(), terminal_rule(), cuda_rule()};
  return rules;
}

bool breaks(const WordRule& rule, const Name& name) {
  if (rule.words.count(name.text) > 0) return true;
  for (const auto& [space, values] : rule.spaces)
    if (name.scope.ends_with(space) && values.count(name.text) == 0 &&
        (name.scope.size() == space.size() || name.scope.ends_with(":" + space)))
      return true;
  if (!name.is_called) return false;
  const auto few = rule.short_calls.find(name.text);
  return rule.calls.count(name.text) > 0 ||
         (few != rule.short_calls.end() && name.arguments <= few->second &&
          !name.scope.ends_with("ranges::"));
}

bool is_free(const WordRule& rule, const std::string& file) {
  return std::any_of(rule.folders.begin(), rule.folders.end(),
                     [&](const std::string& folder) { return is_below(file, folder); });
}

/// Places in a file that break the rule, each with what is said there.
std::vector<std::pair<std::size_t, std::string>> found_in(const std::string& code,
                                                          const std::vector<Name>& names,
                                                          const WordRule& rule) {
  std::vector<std::pair<std::size_t, std::string>> found;
  for (const Name& name : names)
    if (breaks(rule, name)) found.emplace_back(name.place, name.text);
  for (const std::string& piece : rule.pieces)
    for (std::size_t at = code.find(piece); at != std::string::npos;
         at = code.find(piece, at + piece.size()))
      found.emplace_back(at, piece);
  return found;
}

}  // namespace

std::vector<std::string> word_violations(const fs::path& root) {
  std::vector<std::string> violations;
  for (const fs::path& file : project_files(root)) {
    if (!is_source(file)) continue;
    const std::string name = file.generic_string(), code = code_only(text_of(root / file));
    const std::vector<Name> names = names_of(code);
    for (const WordRule& rule : word_rules()) {
      if (is_free(rule, name)) continue;
      const auto found = found_in(code, names, rule);
      if (rule.excepted.count(name) > 0) {
        if (found.empty())
          violations.push_back(name + ": is excepted and need not be: " + rule.says);
        continue;
      }
      for (const auto& [place, said] : found)
        violations.push_back(name + ":" + std::to_string(line_at(code, place)) + " says '" + said +
                             "': " + rule.says);
    }
  }
  return violations;
}

}  // namespace dfe::test
