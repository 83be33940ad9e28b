// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "commands/match/match_outputs.hpp"

#include "commands/common/particle_files.hpp"
#include "io/atomic_file.hpp"

namespace dfe {

namespace {

/// What is said of one template.
Json template_json(const TemplateScores& scores, const std::filesystem::path& histogram) {
  Json json{{"name", scores.name}};
  if (scores.threshold) json["threshold"] = *scores.threshold;
  if (scores.noise)
    json["noise"] = {{"standard_deviation", scores.noise->deviation},
                     {"orientations", scores.noise->orientations}};
  json["histogram"] = histogram.string();
  return json;
}

void record_facts(const TemplateScores& scores, io::RunRecord& record) {
  const auto fact = [&](const std::string& name, double value) {
    record.fact(name + " of " + scores.name, value);
  };
  if (scores.threshold) fact("threshold", *scores.threshold);
  if (scores.noise) fact("noise_standard_deviation", scores.noise->deviation);
}

}  // namespace

std::vector<OutputKind> match_outputs(
    const MatchRequest& request, const std::vector<std::string>& templates, bool several,
    const std::function<std::string(const std::string&)>& name_of) {
  namespace fs = std::filesystem;
  std::error_code ignored;
  const fs::path output = request.output;
  const bool folder = several || !output.has_filename() || fs::is_directory(output, ignored);
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
  for (const std::string& name : templates)
    for (const std::string& ending : suffixes) {
      std::string suffix = templates.size() > 1 ? "_" + name : "";
      suffix += ending;
      kinds.push_back({"--output", value(suffix), suffix});
    }
  for (OutputKind& kind : kinds) kind.name_of = name_of;
  return kinds;
}

Written write_extraction(const MatchRequest& request, const OutputJob& output,
                         const Extraction& extraction, Job& job) {
  const MatchOutputs files(output, request.extract_only);
  io::ListOptions options;
  options.format = io::parse_list_format(request.list_format);
  options.binning = request.output_binning;
  write_list(files.list(), extraction.list, options, job);
  Written written{list_text(extraction.list, files.list()),
                  {{"input", output.input}, {"output", files.list().string()}},
                  {}};
  written.json.update(list_json(extraction.list));
  Json templates = Json::array();
  for (std::size_t t = 0; t < extraction.templates.size(); ++t) {
    const TemplateScores& scores = extraction.templates[t];
    io::write_text_file(files.histogram(t), scores.histogram);
    job.wrote(files.histogram(t));
    record_facts(scores, job.record);
    if (scores.threshold)
      written.text +=
          "  threshold of " + scores.name + ": " + number_text(*scores.threshold) + "\n";
    templates.push_back(template_json(scores, files.histogram(t)));
  }
  written.json["templates"] = std::move(templates);
  return written;
}

}  // namespace dfe
