// SPDX-License-Identifier: Apache-2.0
// Both sides of an evaluation on the same tomograms, see the header.
#include "commands/evaluate/evaluation_lists.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
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

/// "A, B, ..."
std::string shortened(std::vector<std::string> names) {
  if (names.size() > 8) {
    names.resize(8);
    names.emplace_back("...");
  }
  return join(names);
}

/// A list that names no tomogram, or only numbers one, is of any: the number is forgotten, and
/// given back.
std::string forget_number(ParticleList& list) {
  const std::set<std::string> present = tomograms_with_particles(list);
  if (!is_unnamed(list) || present.size() > 1) return {};
  for (Particle& particle : list.particles) {
    if (!particle.tomogram) continue;
    list.unnamed = list.tomogram_of(particle);
    particle.tomogram.reset();
  }
  list.unnamed.name.clear();
  list.unnamed.numbered = false;
  list.tomograms.clear();
  return present.empty() ? std::string() : *present.begin();
}

/// The tomogram of the true lists that a list without a name is of: the wanted one, else that of
/// its number, else that which the file is called after.
std::string tomogram_for(const std::string& file, const std::string& number,
                         const ParticleList& truth, const std::string& wanted) {
  if (!wanted.empty()) return wanted;
  std::vector<std::string> names;
  bool numbered = true;
  const std::set<std::string> present = tomograms_with_particles(truth);
  for (const ListTomogram& tomogram : truth.tomograms) {
    if (present.count(tomogram.name) == 0) continue;
    names.push_back(tomogram.name);
    numbered = numbered && tomogram.numbered;
  }
  if (numbered && std::find(names.begin(), names.end(), number) != names.end()) return number;
  if (const auto found = find_tomogram(names, tomogram_id(file), "evaluate")) return names[*found];
  throw Error(ErrorKind::Usage, "evaluate", file,
              "names no tomogram, and the truth has " + std::to_string(names.size()),
              "say with --tomogram which one is meant: " + shortened(names));
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
  const std::string names = shortened({others.begin(), others.end()});
  if (std::all_of(truth.begin(), truth.end(),
                  [](const ParticleList& list) { return list.particles.empty(); }))
    throw Error(ErrorKind::Usage, "evaluate", "--truth",
                "has no particles of the predictions' tomograms (" +
                    shortened({judged.begin(), judged.end()}) + "), only of " + names,
                "use the same names in both lists, or say with --tomogram which one is meant");
  job.warn("the truth has particles of " + std::to_string(others.size()) +
           (others.size() == 1 ? " more tomogram (" : " more tomograms (") + names +
           ") without a list of predictions; they are left out");
}

/// A pair is one tomogram, and no other pair has it: it would count twice.
void check_pairs(const std::vector<std::string>& files, const std::vector<ParticleList>& lists) {
  std::map<std::string, std::string> file_of;  // by the tomogram that a list names
  std::map<std::pair<std::filesystem::path, std::string>, std::string> called;  // in a folder
  const auto refuse = [](const std::string& file, const std::string& other, const std::string& id) {
    throw Error(ErrorKind::Usage, "evaluate", file,
                "is of the tomogram '" + id + "', and so is '" + other + "'",
                "give one list for each tomogram, or join parts of a list with 'dfengine convert'");
  };
  for (std::size_t i = 0; i < lists.size(); ++i) {
    const std::filesystem::path path = files[i];
    const std::set<std::string> present = tomograms_with_particles(lists[i]);
    if (present.size() > 1)
      throw Error(ErrorKind::Usage, "evaluate", files[i],
                  "has particles of " + std::to_string(present.size()) + " tomograms (" +
                      shortened({present.begin(), present.end()}) + "), but is one of a pair",
                  "give a list for each tomogram, or one true list for all");
    const std::string id = tomogram_id(is_unnamed(lists[i]) ? files[i] : *present.begin());
    if (!is_unnamed(lists[i])) {
      if (const auto [other, fresh] = file_of.emplace(id, files[i]); !fresh)
        refuse(files[i], other->second, id);
    } else if (const auto [other, fresh] =
                   called.emplace(std::pair(path.parent_path(), id), files[i]);
               !fresh) {
      refuse(files[i], other->second, id);
    }
  }
}

/// Of several lists of predictions, a list in a pair is of the tomogram that the true list's file
/// is called after, and one without names of that which its own file is called after.
void name_by_files(const EvaluateRequest& request, EvaluationLists& lists) {
  std::map<std::string, std::string> file_of;
  for (std::size_t i = 0; i < lists.predicted.size(); ++i) {
    if (!lists.in_pairs && !is_unnamed(lists.predicted[i])) continue;
    const std::string& file = request.predicted[i];
    const std::string id = tomogram_id(lists.in_pairs ? request.truth[i] : file);
    const auto [other, fresh] = file_of.emplace(id, file);
    if (!fresh && !lists.in_pairs)
      throw Error(
          ErrorKind::Usage, "evaluate", file,
          "and '" + other->second + "' name no tomogram, and both are called after '" + id + "'",
          "call the files after their tomograms, or give a true list for each");
    name_all(lists.predicted[i], id);
  }
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
  if (!wanted.empty()) options.settings.tomogram.clear();  // said already
  options.tomogram_name.clear();  // a list that names no tomogram may be of any
  options.format = io::parse_list_format(request.format);
  options.xml_axes = io::parse_xml_axes(request.axes, "--axes");
  look_at_tomogram(options, request);
  for (const std::string& path : request.predicted)
    lists.predicted.push_back(read_list(path, options, job));
  lists.in_pairs = request.predicted.size() == request.truth.size() && request.truth.size() > 1;
  const bool several = request.predicted.size() > 1;
  if (lists.in_pairs) check_pairs(request.predicted, lists.predicted);
  const std::string number = several ? std::string() : forget_number(lists.predicted.front());
  if (several) name_by_files(request, lists);

  const std::vector<ListTomogram> described = options.tomograms;
  options.format = io::parse_list_format(request.truth_format);
  options.settings.format = "--truth-from";
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
    lists.truth.push_back(std::move(truth));
  }
  if (lists.in_pairs) {
    check_pairs(request.truth, lists.truth);
    for (std::size_t i = 0; i < request.truth.size(); ++i)
      name_all(lists.truth[i], tomogram_id(request.truth[i]));
    return lists;
  }
  ParticleList &first = lists.predicted.front(), &true_list = lists.truth.front();
  if (!several && first.tomograms.empty() && tomograms_with_particles(true_list).size() > 1) {
    name_all(first, tomogram_for(request.predicted.front(), number, true_list, wanted));
    options.tomograms = first.tomograms;  // now that the name is known, the voxel sizes must agree
    true_list = io::read_list(request.truth.front(), options);
  }
  use_names_of_truth(lists.predicted, lists.truth);
  leave_out_others(lists.predicted, lists.truth, job);
  return lists;
}

}  // namespace dfe
