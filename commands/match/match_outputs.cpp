// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "commands/match/match_outputs.hpp"

#include "commands/common/particle_files.hpp"

namespace dfe {

std::vector<OutputKind> match_outputs(const MatchRequest& request) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const fs::path output = request.output;
  const bool folder =
      request.tomograms.size() > 1 || !output.has_filename() || fs::is_directory(output, ignored);
  const bool is_list = !folder && io::is_list_file_name(output);
  const std::string prefix =
      is_list ? fs::path(output).replace_extension().string() : request.output;
  const auto value = [&](const std::string& suffix) { return folder ? prefix : prefix + suffix; };

  OutputKind list =
      list_output("--output", request.output, io::parse_list_format(request.list_format));
  if (!is_list) list.value = value(list.suffix);
  std::vector<OutputKind> kinds{std::move(list)};
  std::vector<std::string> suffixes{"_histogram.svg"};
  if (!request.extract_only)
    suffixes.insert(suffixes.end(), {"_scores.mrc", "_angles.mrc", "_job.json"});
  for (const std::string& suffix : suffixes) kinds.push_back({"--output", value(suffix), suffix});
  return kinds;
}

}  // namespace dfe
