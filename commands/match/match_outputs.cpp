// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "commands/match/match_outputs.hpp"

#include <cmath>

#include "commands/common/particle_files.hpp"
#include "core/text.hpp"
#include "io/atomic_file.hpp"

namespace dfe {

namespace {

/// What is said of one template.
Json template_json(const Extraction& extraction, std::size_t t) {
  const TemplateScores& scores = extraction.templates[t];
  Json json{{"name", scores.name}};
  if (scores.threshold) json["threshold"] = *scores.threshold;
  if (scores.noise)
    json["noise"] = {{"standard_deviation", scores.noise->deviation},
                     {"orientations", scores.noise->orientations}};
  if (!extraction.decoys) return json;
  for (const auto& [kind, places] : extraction.rates[t].decoy_places) json["decoys"][kind] = places;
  json["false_discovery_rate"] = extraction.rates[t].false_discovery_rate;
  return json;
}

void record_facts(const Extraction& extraction, std::size_t t, io::RunRecord& record) {
  const TemplateScores& scores = extraction.templates[t];
  const auto fact = [&](const std::string& name, double value) {
    record.fact(name + " of " + scores.name, value);
  };
  if (scores.threshold) fact("threshold", *scores.threshold);
  if (scores.noise) fact("noise_standard_deviation", scores.noise->deviation);
  if (!extraction.decoys) return;
  for (const auto& [kind, places] : extraction.rates[t].decoy_places)
    fact(kind + " decoys", static_cast<double>(places));
  fact("false_discovery_rate", extraction.rates[t].false_discovery_rate);
}

std::string template_text(const Extraction& extraction, std::size_t t) {
  const TemplateScores& scores = extraction.templates[t];
  std::string text;
  if (scores.threshold)
    text += "  threshold of " + scores.name + ": " + number_text(*scores.threshold) + "\n";
  if (!extraction.decoys) return text;
  std::vector<std::string> counts;
  for (const auto& [kind, places] : extraction.rates[t].decoy_places)
    counts.push_back(kind + " " + std::to_string(places));
  return text + "  decoys of " + scores.name + ": " + join(counts) + "; at most " +
         number_text(std::round(1000 * extraction.rates[t].false_discovery_rate) / 10) +
         " % of its particles are expected to be false\n";
}

/// A sphere that wins this share of the places is as good as the template.
constexpr double kSphereShare = 1.0 / 3;

void warn_of_spheres(const std::string& input, const Extraction& extraction, Job& job) {
  for (std::size_t t = 0; t < extraction.rates.size(); ++t) {
    const std::int64_t spheres = extraction.rates[t].places_of("sphere"),
                       places = extraction.rates[t].template_places + spheres;
    if (spheres == 0 || static_cast<double>(spheres) < kSphereShare * static_cast<double>(places))
      continue;
    job.warn(input + ": a sphere scores higher than '" + extraction.templates[t].name + "' at " +
             std::to_string(spheres) + " of " + std::to_string(places) +
             " places: the size of particles is found, not their structure");
  }
}

/// Lists have q-values in a column of their own; STAR files begin the names of columns with _.
void add_q_values(ParticleList& list, const std::vector<double>& q_values, io::ListFormat format) {
  using F = io::ListFormat;
  const bool star = format == F::Star || format == F::Relion3 || format == F::Relion4 ||
                    format == F::Relion5 || format == F::Warp;
  ExtraColumn column{star ? "_dfengineQValue" : "q_value", {}};
  for (const double q : q_values) column.values.push_back(number_text(q));
  list.extra_columns.push_back(std::move(column));
}

}  // namespace

std::vector<OutputKind> match_outputs(
    const MatchRequest& request, const std::vector<std::string>& middles,
    const std::vector<std::string>& masks, bool several,
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
  for (const std::string& middle : middles)
    for (const std::string& ending : suffixes)
      kinds.push_back({"--output", value(middle + ending), middle + ending});
  for (const std::string& middle : masks)
    kinds.push_back({"--output", value(middle + "_mask.mrc"), middle + "_mask.mrc"});
  for (OutputKind& kind : kinds) kind.name_of = name_of;
  return kinds;
}

Written write_extraction(const MatchRequest& request, const OutputJob& output,
                         Extraction& extraction, Job& job) {
  const MatchOutputs files(output, request.extract_only);
  io::ListOptions options;
  options.format = io::parse_list_format(request.list_format);
  options.binning = request.output_binning;
  if (extraction.decoys)
    add_q_values(extraction.list, extraction.q_values, io::written_format(files.list(), options));
  write_list(files.list(), extraction.list, options, job);
  Json histograms = Json::array();
  for (std::size_t i = 0; i < extraction.histograms.size(); ++i) {
    io::write_text_file(files.histogram(i), extraction.histograms[i]);
    job.wrote(files.histogram(i));
    histograms.push_back(files.histogram(i).string());
  }
  warn_of_spheres(output.input, extraction, job);
  Written written{list_text(extraction.list, files.list()),
                  {{"input", output.input}, {"output", files.list().string()}},
                  {}};
  written.json.update(list_json(extraction.list));
  Json templates = Json::array();
  for (std::size_t t = 0; t < extraction.templates.size(); ++t) {
    record_facts(extraction, t, job.record);
    written.text += template_text(extraction, t);
    templates.push_back(template_json(extraction, t));
  }
  written.json["templates"] = std::move(templates);
  written.json["histograms"] = std::move(histograms);
  return written;
}

}  // namespace dfe
