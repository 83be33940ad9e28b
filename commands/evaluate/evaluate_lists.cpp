// SPDX-License-Identifier: Apache-2.0
// What `evaluate` compares: lists in any format, with one numbering of the classes.
#include <algorithm>
#include <map>
#include <set>

#include "commands/evaluate/evaluate_parts.hpp"
#include "commands/evaluate/evaluation_lists.hpp"
#include "core/class_names.hpp"
#include "core/file_names.hpp"
#include "core/particle_lists.hpp"
#include "core/text.hpp"
#include "core/tomogram_names.hpp"
#include "core/unnamed_classes.hpp"

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

void shift_by(ParticleList& list, const Point3& shift) {
  for (Particle& particle : list.particles) {
    Point3& p = particle.position_voxels;
    p = {p.z + shift.z, p.y + shift.y, p.x + shift.x};
  }
}

/// Of lists that are one side of the evaluation.
std::set<int> without_name(const std::vector<ParticleList>& side) {
  std::vector<const ParticleList*> lists;
  lists.reserve(side.size());
  for (const ParticleList& list : side) lists.push_back(&list);
  return classes_without_name(lists);
}

void check_unnamed(const EvaluateRequest& request, const EvaluationLists& lists) {
  std::vector<FileClasses> classes;
  for (std::size_t i = 0; i < lists.predicted.size(); ++i)
    classes.push_back(list_classes(request.predicted.at(i), lists.predicted[i]));
  for (std::size_t i = 0; i < lists.truth.size(); ++i)
    classes.push_back(list_classes(request.truth.at(i), lists.truth[i]));
  check_unnamed_classes(classes, "evaluate");
}

/// Where the class names of the lists do not suffice, says how labels are taken.
void number_classes(std::vector<ParticleList>& predicted, std::vector<ParticleList>& truth,
                    EvaluationInput& input, bool names_given, Job& job) {
  const bool in_truth = std::any_of(truth.begin(), truth.end(), has_class_names);
  const bool in_predicted = std::any_of(predicted.begin(), predicted.end(), has_class_names);
  std::set<int> labels = without_name(truth);
  labels.merge(without_name(predicted));
  for (auto* lists : {&truth, &predicted})
    for (ParticleList& list : *lists) renumber_classes(list, input.class_names, labels);
  if (in_truth != in_predicted && !names_given) warn_of_names(in_truth, input.class_names, job);
}

/// Lists may share a tomogram, but not its particles: a class of it is in one of them.
void refuse_shared(const std::vector<ParticleList>& lists, const std::vector<std::string>& files,
                   const std::vector<std::string>& class_names) {
  std::map<std::pair<std::string, int>, std::size_t> owner;
  for (std::size_t i = 0; i < lists.size(); ++i)
    for (const Particle& particle : lists[i].particles) {
      const std::string tomogram = tomogram_id(lists[i].tomogram_of(particle).name);
      const auto [found, fresh] = owner.emplace(std::pair(tomogram, particle.class_label), i);
      if (found->second != i)
        throw Error(ErrorKind::Usage, "evaluate", files[i],
                    "and '" + files[found->second] + "' both have particles of class " +
                        class_name(class_names, particle.class_label) + " in the tomogram '" +
                        tomogram + "'",
                    "give each tomogram once, or join parts of a list with 'dfengine convert'");
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
    pair.voxel_size = any_voxel_size(truth[i]);
    if (!pair.voxel_size.known()) pair.voxel_size = any_voxel_size(predicted[i]);
    pair.predicted = std::move(predicted[i].particles);
    pair.truth = std::move(truth[i].particles);
  }
  return pairs;
}

ParticleList join_all(const std::vector<ParticleList>& lists) {
  ParticleList all = lists.front();
  for (std::size_t i = 1; i < lists.size(); ++i) append_list(all, lists[i], "evaluate");
  return all;
}

}  // namespace

void warn_of_names(bool in_truth, const std::vector<std::string>& names, Job& job) {
  job.warn(std::string(in_truth ? "only the truth names its classes; labels of the predictions"
                                : "only the predictions name their classes; labels of the truth") +
           " are read as " + numbered_names(names) + "; use --classes if that is wrong");
}

EvaluationInput read_evaluation(const EvaluateRequest& request, Job& job) {
  check_class_names(request.class_names, "evaluate", "--classes");
  EvaluationLists lists = read_evaluation_lists(request, job);
  if (!request.class_names.empty())
    for (const auto* side : {&lists.predicted, &lists.truth})
      for (const ParticleList& list : *side)
        check_named_classes(list, request.class_names, "evaluate", "--classes");
  check_unnamed(request, lists);
  EvaluationInput input;
  input.class_names = request.class_names;
  number_classes(lists.predicted, lists.truth, input, !request.class_names.empty(), job);
  if (!lists.in_pairs) refuse_shared(lists.predicted, request.predicted, input.class_names);
  for (ParticleList& list : lists.predicted) shift_by(list, request.shift);
  input.predicted = join_all(lists.predicted);
  input.truth = join_all(lists.truth);
  if (lists.in_pairs) {
    input.pairs = pairs_of_lists(request, std::move(lists.predicted), std::move(lists.truth));
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
