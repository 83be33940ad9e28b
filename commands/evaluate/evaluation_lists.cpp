// SPDX-License-Identifier: Apache-2.0
// Both sides of an evaluation on the same tomograms, see the header.
#include "commands/evaluate/evaluation_lists.hpp"

#include <algorithm>
#include <set>

#include "commands/common/list_axes.hpp"
#include "commands/common/list_frame.hpp"
#include "commands/common/read_options.hpp"
#include "core/file_names.hpp"
#include "core/particle_lists.hpp"
#include "core/text.hpp"
#include "core/tomogram_names.hpp"
#include "io/particle_list.hpp"
#include "io/volume.hpp"

namespace dfe {

namespace {

ParticleList read_list(const std::string& path, const io::ListOptions& options, Job& job) {
  job.record.input(path);
  ParticleList list = io::read_list(path, options);
  job.warn(path, list.warnings);
  list.warnings.clear();
  return list;
}

/// Lets the tomogram tell the axis order, where one is given.
void look_at_tomogram(io::ListOptions& options, const EvaluateRequest& request) {
  const std::string& like = request.frame.like;
  if (!like.empty())
    find_axes_in(options, io::open_volume(like, read_options(request.common)),
                 any_of_tomogram(request.frame.tomogram, base_name(like)));
}

/// All particles in one tomogram of this name.
void name_all(ParticleList& list, const std::string& name) {
  ListTomogram tomogram = list.tomograms.empty() ? list.unnamed : list.tomograms.front();
  tomogram.name = name;
  tomogram.numbered = false;
  list.tomograms = {tomogram};
  for (Particle& particle : list.particles) particle.tomogram = 0;
}

bool is_unnamed(const ParticleList& list) {
  return std::none_of(list.particles.begin(), list.particles.end(), [&](const Particle& particle) {
    return particle.tomogram && !list.tomogram_of(particle).numbered;
  });
}

std::set<std::string> tomograms_with_particles(const ParticleList& list) {
  std::set<std::string> names;
  for (const Particle& particle : list.particles) names.insert(list.tomogram_of(particle).name);
  return names;
}

/// What true lists must agree with: the tomograms of the predictions, and those that the user
/// described.
std::vector<ListTomogram> tomograms_of(const std::vector<ParticleList>& predicted,
                                       const std::vector<ListTomogram>& described,
                                       const std::string& wanted) {
  std::vector<ListTomogram> known;
  std::set<std::string> names;
  const auto add = [&](ListTomogram tomogram) {
    if (names.insert(tomogram.name).second) known.push_back(std::move(tomogram));
  };
  for (const ParticleList& list : predicted) {
    for (const ListTomogram& tomogram : list.tomograms) add(tomogram);
  }
  if (known.size() == 1 && !wanted.empty()) known.front().name = wanted;
  names.clear();
  for (const ListTomogram& tomogram : known) names.insert(tomogram_id(tomogram.name));
  for (const ListTomogram& tomogram : described)
    if (names.insert(tomogram_id(tomogram.name)).second) known.push_back(tomogram);
  return known;
}

/// Gives tomograms of the predictions the names that they have in the truth.
void use_names_of_truth(std::vector<ParticleList>& predicted,
                        const std::vector<ParticleList>& truth) {
  std::vector<std::string> names;
  for (const ParticleList& list : truth)
    for (const ListTomogram& tomogram : list.tomograms)
      if (std::find(names.begin(), names.end(), tomogram.name) == names.end())
        names.push_back(tomogram.name);
  for (ParticleList& list : predicted)
    for (ListTomogram& tomogram : list.tomograms)
      if (const auto found = find_tomogram(names, tomogram.name, "evaluate"))
        tomogram.name = names[*found];
}

/// Where every list of predictions is of one tomogram, only these tomograms are judged.
void leave_out_others(const std::vector<ParticleList>& predicted, std::vector<ParticleList>& truth,
                      Job& job) {
  std::set<std::string> judged;
  for (const ParticleList& list : predicted) {
    if (list.tomograms.size() != 1) return;
    judged.insert(list.tomograms.front().name);
  }
  std::set<std::string> others;
  for (ParticleList& list : truth) {
    const std::set<std::string> present = tomograms_with_particles(list);
    if (present.size() <= 1 && truth.size() == 1) return;
    for (const std::string& name : present)
      if (judged.count(name) == 0) others.insert(name);
    std::erase_if(list.particles, [&](const Particle& particle) {
      return judged.count(list.tomogram_of(particle).name) == 0;
    });
    list.extra_columns.clear();  // their rows no longer match
  }
  if (others.empty()) return;
  std::vector<std::string> names(others.begin(), others.end());
  if (names.size() > 8) {
    names.resize(8);
    names.emplace_back("...");
  }
  job.warn("the truth has particles of " + std::to_string(others.size()) +
           (others.size() == 1 ? " more tomogram (" : " more tomograms (") + join(names) +
           ") without a list of predictions; they are left out");
}

}  // namespace

VoxelSize any_voxel_size(const ParticleList& list) {
  for (const ListTomogram& tomogram : list.tomograms)
    if (tomogram.voxel_size.known()) return tomogram.voxel_size;
  return list.unnamed.voxel_size;
}

EvaluationLists read_evaluation_lists(const EvaluateRequest& request, Job& job) {
  EvaluationLists lists;
  const std::string& wanted = request.frame.tomogram;
  io::ListOptions options = list_frame(request.frame, request.common);
  options.tomogram_name.clear();  // a list that names no tomogram may be of any
  options.xml_axes = io::parse_xml_axes(request.axes, "--axes");
  look_at_tomogram(options, request);
  for (const std::string& path : request.predicted)
    lists.predicted.push_back(read_list(path, options, job));
  lists.in_pairs = request.predicted.size() == request.truth.size() && request.truth.size() > 1;
  const bool several = request.predicted.size() > 1;
  for (std::size_t i = 0; i < lists.predicted.size(); ++i)
    if (several && (lists.in_pairs || is_unnamed(lists.predicted[i])))
      name_all(lists.predicted[i],
               tomogram_id(lists.in_pairs ? request.truth[i] : request.predicted[i]));

  const std::vector<ListTomogram> described = options.tomograms;
  options.xml_axes = io::parse_xml_axes(request.truth_axes, "--truth-axes");
  options.binning = request.truth_binning;
  options.settings.axes = "--truth-axes";
  look_at_tomogram(options, request);
  options.settings.binning = "--truth-binning";
  options.settings.known_binning = "--input-binning";
  if (!lists.in_pairs) options.tomograms = tomograms_of(lists.predicted, described, wanted);
  for (std::size_t i = 0; i < request.truth.size(); ++i) {
    if (lists.in_pairs) {
      options.tomograms = lists.predicted[i].tomograms;
      options.tomograms.front().name.clear();
    }
    ParticleList truth = read_list(request.truth[i], options, job);
    const ListTomogram& unnamed = lists.predicted.front().unnamed;
    if (!lists.in_pairs && unnamed.voxel_size.known() && truth.tomograms.size() <= 1) {
      io::ListOptions agreeing = options;  // with the only tomogram, which has no name
      agreeing.tomograms = {unnamed};
      truth = io::read_list(request.truth[i], agreeing);
    }
    if (!wanted.empty() && truth.tomograms.size() > 1)
      truth = particles_of(truth, {"evaluate", "--tomogram", wanted, ""});
    if (lists.in_pairs) name_all(truth, tomogram_id(request.truth[i]));
    lists.truth.push_back(std::move(truth));
  }
  if (lists.in_pairs) return lists;
  if (lists.truth.front().tomograms.size() > 1 && !several && is_unnamed(lists.predicted.front()) &&
      lists.predicted.front().tomograms.size() <= 1)  // several numbers are tomograms of the truth
    name_all(lists.predicted.front(),
             wanted.empty() ? tomogram_id(request.predicted.front()) : wanted);
  use_names_of_truth(lists.predicted, lists.truth);
  leave_out_others(lists.predicted, lists.truth, job);
  return lists;
}

}  // namespace dfe
