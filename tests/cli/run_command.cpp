// SPDX-License-Identifier: Apache-2.0
// Running programs, see the header. Output goes to files rather than pipes: no program can block on a full one.
#include "run_command.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>
#include <stdexcept>

#include "tests/temp_folder.hpp"

namespace dfe::test {

namespace fs = std::filesystem;

std::string read_text(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

CommandResult run_command(const fs::path& folder, const std::vector<std::string>& arguments) {
  const TempFolder said;
  const std::string out = (said / "out").string(), err = (said / "err").string();
  std::vector<char*> argv;
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);

  const pid_t child = fork();
  if (child < 0) throw std::runtime_error("fork failed");
  if (child == 0) {  // only calls that are safe between fork and exec
    const int null = open("/dev/null", O_RDONLY);
    const int to_out = open(out.c_str(), O_WRONLY | O_CREAT, 0600), to_err = open(err.c_str(), O_WRONLY | O_CREAT, 0600);
    if (null < 0 || to_out < 0 || to_err < 0 || dup2(null, 0) < 0 || dup2(to_out, 1) < 0 || dup2(to_err, 2) < 0 ||
        chdir(folder.c_str()) != 0)
      _exit(126);
    execvp(argv[0], argv.data());
    _exit(127);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  CommandResult result;
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  result.out = read_text(out);
  result.err = read_text(err);
  return result;
}

CommandResult dfengine(const fs::path& folder, const std::string& line) {
  std::vector<std::string> arguments = {DFENGINE_BINARY};
  std::istringstream words(line);
  for (std::string word; words >> word;) arguments.push_back(word);
  return run_command(folder, arguments);
}

}  // namespace dfe::test
