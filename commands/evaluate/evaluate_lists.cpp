// SPDX-License-Identifier: Apache-2.0
// What `evaluate` compares: lists in any format, with one numbering of the classes.
#include <algorithm>
#include <map>
#include <set>

#include "commands/common/particle_files.hpp"
#include "commands/evaluate/evaluate_parts.hpp"
#include "core/file_names.hpp"
#include "core/particle_lists.hpp"
#include "core/text.hpp"
#include "io/particle_list.hpp"

namespace dfe {

namespace {

struct KnownClass {
  const char* name;
  double radius_angstrom, weight;
};

/// Source: the configuration of the CZII challenge.
constexpr KnownClass kCziiClasses[] = {
    {"apo-ferritin", 60, 1}, {"beta-amylase", 65, 0},   {"beta-galactosidase", 90, 2},
    {"ribosome", 150, 1},    {"thyroglobulin", 130, 2}, {"virus-like-particle", 135, 1}};

bool has_names(const ParticleList& list) {
  return std::any_of(
      list.class_names.begin() +
          std::min<std::ptrdiff_t>(1, static_cast<std::ptrdiff_t>(list.class_names.size())),
      list.class_names.end(), [](const std::string& name) { return !name.empty(); });
}

/// Renumbers a list's classes by name; names that `names` does not have are added to it. Labels
/// without name stay as they are.
void renumber(ParticleList& list, std::vector<std::string>& names) {
  std::map<int, int> label_of;
  for (std::size_t label = 1; label < list.class_names.size(); ++label) {
    const std::string& name = list.class_names[label];
    if (name.empty()) continue;
    auto found = std::find(
        names.begin() + std::min<std::ptrdiff_t>(1, static_cast<std::ptrdiff_t>(names.size())),
        names.end(), name);
    if (found == names.end()) {
      if (names.empty()) names.emplace_back("background");
      // The same label where it is free: a name without a counterpart keeps its number.
      if (names.size() <= label) names.resize(label + 1);
      if (names[label].empty()) {
        names[label] = name;
        found = names.begin() + static_cast<std::ptrdiff_t>(label);
      } else {
        found = names.insert(names.end(), name);
      }
    }
    label_of[static_cast<int>(label)] = static_cast<int>(std::distance(names.begin(), found));
  }
  for (Particle& particle : list.particles)
    if (const auto found = label_of.find(particle.class_label); found != label_of.end())
      particle.class_label = found->second;
}

/// Appends `more`; particles without tomogram belong to `name` where there are several lists.
void append(ParticleList& list, const ParticleList& more, const std::string& name, bool name_them) {
  const bool first = list.particles.empty() && list.tomograms.empty();
  if (first) {
    list.voxel_size = more.voxel_size;
    list.tomogram_extent = more.tomogram_extent;
    list.extra_columns = more.extra_columns;
  } else {
    list.extra_columns.clear();  // columns of several lists need not agree
  }
  for (Particle particle : more.particles) {
    std::optional<std::string> tomogram;
    if (name_them)
      tomogram = name;
    else if (particle.tomogram)
      tomogram = more.tomograms.at(static_cast<std::size_t>(*particle.tomogram));
    if (tomogram) {
      auto found = std::find(list.tomograms.begin(), list.tomograms.end(), *tomogram);
      if (found == list.tomograms.end())
        found = list.tomograms.insert(list.tomograms.end(), *tomogram);
      particle.tomogram = static_cast<int>(std::distance(list.tomograms.begin(), found));
    }
    list.particles.push_back(particle);
  }
}

/// The one tomogram that all particles of a list name, or nothing.
std::optional<std::string> only_tomogram(const ParticleList& list) {
  std::set<std::string> names;
  for (const Particle& particle : list.particles) {
    if (!particle.tomogram) return std::nullopt;
    names.insert(list.tomograms.at(static_cast<std::size_t>(*particle.tomogram)));
  }
  if (names.size() != 1) return std::nullopt;
  return *names.begin();
}

/// A list of "name=value" or "value" for all by label.
template <class Value>
std::map<int, Value> by_label(const std::vector<std::pair<std::string, Value>>& given,
                              const std::vector<std::string>& names, const std::set<int>& labels,
                              const char* option) {
  std::map<int, Value> result;
  for (const auto& [name, value] : given) {
    if (name.empty()) {
      for (const int label : labels) result.try_emplace(label, value);
      continue;
    }
    const auto found = std::find(names.begin(), names.end(), name);
    int label = found != names.end() ? static_cast<int>(std::distance(names.begin(), found)) : 0;
    if (label == 0) {
      label = parse_as<int>(name).value_or(0);
      if (label < 1)
        throw Error(ErrorKind::Usage, "evaluate", option, "no class is called '" + name + "'",
                    "use a class name from the lists, or a label");
    }
    result[label] = value;
  }
  return result;
}

std::vector<ParticleList> read_lists(const std::vector<std::string>& paths,
                                     const io::ListOptions& options, Job& job) {
  std::vector<ParticleList> lists;
  for (const std::string& path : paths) {
    job.record.input(path);
    lists.push_back(io::read_list(path, options));
    job.warn(path, lists.back().warnings);
  }
  return lists;
}

/// Says how labels are taken where but one side names its classes.
void warn_of_names(bool in_truth, const std::vector<std::string>& names, Job& job) {
  std::vector<std::string> table;
  for (std::size_t label = 1; label < names.size(); ++label)
    if (!names[label].empty()) table.push_back(std::to_string(label) + " " + names[label]);
  job.warn(std::string(in_truth ? "only the truth names its classes; labels of the predictions"
                                : "only the predictions name their classes; labels of the truth") +
           " are read as " + join(table) + "; use --classes if that is wrong");
}

void shift_by(ParticleList& list, const Point3& shift) {
  for (Particle& particle : list.particles) {
    Point3& p = particle.position_voxels;
    p = {p.z + shift.z, p.y + shift.y, p.x + shift.x};
  }
}

/// Pairs of lists are one tomogram each, in the order given, empty lists included.
std::vector<EvaluationPair> pairs_of_lists(const EvaluateRequest& request,
                                           std::vector<ParticleList> predicted,
                                           std::vector<ParticleList> truth) {
  std::vector<EvaluationPair> pairs;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    EvaluationPair& pair = pairs.emplace_back();
    pair.name = base_name(request.truth[i]);
    pair.predicted = std::move(predicted[i].particles);
    pair.truth = std::move(truth[i].particles);
    pair.voxel_size = truth[i].voxel_size.known() ? truth[i].voxel_size : predicted[i].voxel_size;
  }
  return pairs;
}

}  // namespace

EvaluationInput read_evaluation(const EvaluateRequest& request, Job& job) {
  io::ListOptions options = list_frame(request.tomogram, request.common);
  options.tomogram_name.clear();  // a list that names no tomogram may be of any
  options.relion_binning = request.relion_binning;
  options.xml_axes = io::parse_xml_axes(request.axes, "--axes");
  std::vector<ParticleList> predicted = read_lists(request.predicted, options, job);
  options.xml_axes = io::parse_xml_axes(request.truth_axes, "--truth-axes");
  std::vector<ParticleList> truth = read_lists(request.truth, options, job);

  EvaluationInput input;
  input.class_names = request.class_names;
  const bool names_in_truth = std::any_of(truth.begin(), truth.end(), has_names);
  const bool names_in_predicted = std::any_of(predicted.begin(), predicted.end(), has_names);
  for (auto* lists : {&truth, &predicted})
    for (ParticleList& list : *lists) renumber(list, input.class_names);
  if (names_in_truth != names_in_predicted && request.class_names.empty())
    warn_of_names(names_in_truth, input.class_names, job);

  // One truth list may serve several lists of predictions.
  const bool in_pairs = predicted.size() == truth.size() && predicted.size() > 1;
  const bool single = predicted.size() == 1 && truth.size() == 1;
  for (std::size_t i = 0; i < predicted.size(); ++i) {
    shift_by(predicted[i], request.shift);
    std::string name = base_name(in_pairs ? request.truth[i] : request.predicted[i]);
    if (!in_pairs && !single)
      if (const auto own = only_tomogram(predicted[i])) name = *own;
    append(input.predicted, predicted[i], name, !single);
  }
  for (std::size_t i = 0; i < truth.size(); ++i)
    append(input.truth, truth[i], base_name(request.truth[i]), in_pairs);
  input.predicted.class_names = input.truth.class_names = input.class_names;
  if (in_pairs) {
    input.pairs = pairs_of_lists(request, std::move(predicted), std::move(truth));
    return input;
  }
  std::vector<std::string> warnings;
  input.pairs = pair_tomograms(input.predicted, input.truth, warnings);
  for (const std::string& warning : warnings) job.warn(warning);
  return input;
}

EvaluateOptions resolve_options(const EvaluateRequest& request, const EvaluationInput& input) {
  EvaluateOptions options = request.options;
  std::set<int> labels;
  for (const EvaluationPair& pair : input.pairs)
    for (const auto* list : {&pair.truth, &pair.predicted})
      for (const Particle& particle : *list) labels.insert(particle.class_label);
  options.radius_of_class = by_label(request.radii, input.class_names, labels, "--radius");
  options.weight_of_class = by_label(request.weights, input.class_names, labels, "--weight");
  if (options.rule != MatchRule::Czii) return options;
  for (const int label : labels) {
    std::string name = class_name(input.class_names, label);
    std::replace(name.begin(), name.end(), '_', '-');
    for (const KnownClass& known : kCziiClasses) {
      if (name != known.name) continue;
      options.radius_of_class.try_emplace(label, Length{known.radius_angstrom, true});
      options.weight_of_class.try_emplace(label, known.weight);
    }
  }
  return options;
}

}  // namespace dfe
