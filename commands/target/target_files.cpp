// SPDX-License-Identifier: Apache-2.0
// `target`: a particle list and what its classes look like in, a label map out.
#include <set>

#include "commands/common/job.hpp"
#include "commands/common/json_text.hpp"
#include "commands/common/list_axes.hpp"
#include "commands/common/list_frame.hpp"
#include "commands/common/outputs.hpp"
#include "commands/common/particle_files.hpp"
#include "commands/common/read_options.hpp"
#include "commands/common/result_folders.hpp"
#include "commands/common/same_grid.hpp"
#include "commands/target/shape_files.hpp"
#include "core/class_names.hpp"
#include "core/file_names.hpp"
#include "core/label_counts.hpp"
#include "core/particle_lists.hpp"
#include "core/receptive_radius.hpp"
#include "core/text.hpp"
#include "core/usable_threads.hpp"
#include "dfengine/commands.hpp"
#include "dfengine/target.hpp"
#include "io/particle_list.hpp"
#include "io/volume.hpp"

namespace dfe {

namespace {

namespace fs = std::filesystem;

TargetRules parse_rules(const std::string& compatible) {
  if (compatible.empty()) return TargetRules::Exact;
  if (compatible == "deepfinder") return TargetRules::DeepFinder;
  throw Error(ErrorKind::Usage, "target", "--compatible", "unknown program '" + compatible + "'",
              "choose deepfinder, or leave it out");
}

ParticleList read_list(const TargetRequest& request,
                       const std::shared_ptr<const VolumeSource>& like, Job& job) {
  const TomogramChoice choice{"target", "--tomogram", request.tomogram, base_name(request.like)};
  io::ListOptions options = list_frame(like->info(), request.tomogram, request.common);
  options.format = io::parse_list_format(request.list_format);
  options.xml_axes = io::parse_xml_axes(request.xml_axes, "--from-axes");
  options.settings = {.axes = "--from-axes", .tomograms = "--like"};
  if (!request.tomogram.empty()) options.settings.tomogram.clear();  // said already
  options.binning = request.input_binning;
  find_axes_in(options, like, [&](const ParticleList& all) { return particles_of(all, choice); });
  const ParticleList list = io::read_list(request.list, options);
  job.warn(request.list, list.warnings);
  ParticleList part = particles_of(list, choice);
  if (request.class_names.empty()) return part;
  if (has_class_names(part)) {
    check_named_classes(part, request.class_names, "target", "--classes");
    std::vector<std::string> names = request.class_names;
    renumber_classes(part, names);
  } else {
    say_labels(request.class_names, "--classes", job);
  }
  part.class_names = request.class_names;
  return part;
}

/// Shapes of all classes of the list, and complaints about what no network could learn from.
std::map<int, TargetShape> read_shapes(const TargetRequest& request, const ParticleList& list,
                                       TargetRules rules, const VoxelSize& voxel_size, Job& job) {
  std::set<int> labels;
  for (const Particle& particle : list.particles) labels.insert(particle.class_label);
  std::map<int, TargetShape> shapes;
  if (!request.spheres.empty())
    targets::add_spheres(shapes, request.spheres, voxel_size, list.class_names, "--spheres");
  if (!request.masks.empty()) {
    std::vector<std::string> found;
    const VoxelSize compared = request.common.voxel_size_angstrom ? VoxelSize{} : voxel_size;
    for (const fs::path& file : targets::add_masks(shapes, request.masks, labels, list.class_names,
                                                   rules, compared, found))
      job.record.input(file);
    for (const std::string& warning : found) job.warn(warning);
  }
  for (const auto& [label, shape] : shapes) {
    const std::string name = class_name(list.class_names, label);
    if (labels.count(label) == 0)
      job.warn("class " + name + ": a shape is given, but the list has no particles of this class");
    if (const double reach = targets::reach(shape); reach > kReceptiveRadius)
      job.warn("class " + name + ": reaches " + number_text(reach) +
               " voxels from its centre, but the network sees only " +
               number_text(kReceptiveRadius) + ": bin the tomogram");
  }
  return shapes;
}

void record_options(io::RunRecord& record, const TargetRequest& request) {
  record.option("spheres", request.spheres);
  record.option("masks", request.masks);
  record.option("compatible", request.compatible);
  record.option("tomogram", request.tomogram);
  record.option("from", request.list_format);
  record.option("from-axes", request.xml_axes);
  if (request.input_binning) record.option("input-binning", number_text(*request.input_binning));
  record.option("merge", join(request.merges, ","));
  record.option("classes", join(request.class_names, ","));
  record_read_options(record, request.common);
  record.input(request.list);
  record.input(request.like);
}

std::vector<targets::Merge> parse_merges(const std::vector<std::string>& texts) {
  std::vector<targets::Merge> merges;
  merges.reserve(texts.size());
  for (const std::string& text : texts) merges.push_back(targets::parse_merge(text));
  return merges;
}

OutputJob plan_output(const TargetRequest& request, const std::vector<targets::Merge>& merges) {
  std::vector<std::string> others{request.like};
  for (const targets::Merge& merge : merges) others.push_back(merge.file);
  std::error_code error;
  if (!request.masks.empty())
    for (const fs::directory_entry& mask : fs::directory_iterator(request.masks, error))
      if (mask.is_regular_file(error) || io::is_volume_folder(mask.path()))
        others.push_back(mask.path());
  return plan_outputs("target", {request.list},
                      {{"--output", request.output, "_target.mrc", io::check_volume_file_name}},
                      request.common, others)
      .front();
}

std::shared_ptr<const VolumeSource> open_like(const TargetRequest& request, Job& job) {
  std::shared_ptr<const VolumeSource> like =
      io::open_volume(request.like, read_options(request.common));
  job.warn(request.like, like->info().warnings);
  return like;
}

void merge_all(const std::vector<targets::Merge>& merges, bool over,
               const io::VolumeReadOptions& read, targets::MergedClasses& classes, LabelMap& map,
               Job& job) {
  for (const targets::Merge& merge : merges) {
    if (merge.over != over) continue;
    job.record.input(merge.file);
    const VolumeGeometry geometry = io::open_header(merge.file, read)->info().geometry;
    check_same_voxels("target", merge.file, geometry.voxel_size, "the tomogram",
                      map.geometry.voxel_size);
    if (geometry.extent != map.labels.extent())
      throw Error("target", merge.file,
                  "has " + geometry.extent.to_string() + " voxels, but the tomogram has " +
                      map.labels.extent().to_string() + " (z, y, x)",
                  "give a label map on the tomogram's grid");
    LabelMap volume = io::read_labels(merge.file, read);
    job.warn(merge.file, classes.match(volume, merge));
    if (targets::merge_labels(volume, merge, map.labels.view()) == 0)
      job.warn(merge.file + ": all voxels are 0, so there are no labels to merge");
  }
}

/// "3 outside the volume, 5 clipped by its faces", or nothing.
std::string oddities(const TargetCount& count) {
  std::vector<std::string> parts;
  const auto add = [&](std::int64_t n, const char* what) {
    if (n > 0) parts.push_back(std::to_string(n) + what);
  };
  add(count.outside, " outside the volume");
  add(count.clipped, " clipped at its edges");
  add(count.empty, " without any voxel");
  add(count.left_out, " left out");
  return join(parts);
}

using Counts = std::map<int, TargetCount>;

/// Paints the objects between what is merged under and over them.
Counts paint(const ParticleList& list, const TargetOptions& options,
             const std::vector<targets::Merge>& merges, const io::VolumeReadOptions& read,
             targets::MergedClasses classes, LabelMap& map, Job& job) {
  merge_all(merges, false, read, classes, map, job);
  Counts counts = paint_objects(list, options, map.labels.view(), &job);
  merge_all(merges, true, read, classes, map, job);
  map.class_names = classes.target_names();
  for (const auto& [label, count] : counts)
    if (count.outside + count.empty > 0)
      job.warn("class " + class_name(list.class_names, label) +
               ": not every object was painted; of " + std::to_string(count.objects) +
               " objects, " + oddities({0, 0, count.outside, 0, count.empty}));
  return counts;
}

Json json_counts(const TargetCount& count, std::int64_t voxels) {
  return {{"objects", count.objects}, {"voxels", voxels},     {"outside", count.outside},
          {"clipped", count.clipped}, {"empty", count.empty}, {"left_out", count.left_out}};
}

/// Adds `classes` and `label_counts` to the JSON and returns a line per class for a person.
std::string report_classes(const LabelMap& map, const Counts& counts, Json& json) {
  const LabelCounts voxels = count_labels(map.labels.span());
  std::string text;
  Json classes = Json::object(), label_voxels = Json::object();
  for (int label = 0; label < 256; ++label) {
    const std::string name = class_name(map.class_names, label);
    const std::int64_t n = voxels[static_cast<std::size_t>(label)];
    const auto found = counts.find(label);
    if (label == 0 || n > 0) label_voxels[name] = n;
    if (label == 0 || (n == 0 && found == counts.end())) continue;
    const TargetCount count = found == counts.end() ? TargetCount{} : found->second;
    classes[name] = json_counts(count, n);
    const std::string odd = oddities(count);
    text += "  class " + name + ": " +
            (count.objects > 0 ? std::to_string(count.objects) + " objects, " : "merged, ") +
            std::to_string(n) + " voxels" + (odd.empty() ? "" : " (" + odd + ")") + "\n";
  }
  json["classes"] = std::move(classes);
  json["label_counts"] = std::move(label_voxels);
  return text;
}

}  // namespace

CommandReport run_target(const TargetRequest& asked, Observer* observer) {
  TargetRequest request = asked;
  limit_threads(request.compute, nullptr);
  const TargetRules rules = parse_rules(request.compatible);
  check_class_names(request.class_names, "target", "--classes");
  if (request.spheres.empty() && request.masks.empty())
    throw Error(ErrorKind::Usage, "target", "", "the shapes of the classes are missing",
                "give --spheres or --masks");
  const std::vector<targets::Merge> merges = parse_merges(request.merges);
  const OutputJob planned = plan_output(request, merges);
  const fs::path& output = planned.outputs.front();
  Json json = {{"input", request.list}, {"like", request.like}, {"output", output.string()}};
  if (planned.skip) {
    json["skipped"] = true;
    return {output.string() + " exists: skipped\n", json_text(json)};
  }

  ResultFolders folders("target");
  Job job("target", observer);
  record_options(job.record, request);
  job.threads(asked.compute.threads);
  job.record.stage("read");
  const std::shared_ptr<const VolumeSource> tomogram = open_like(request, job);
  const VolumeGeometry& like = tomogram->info().geometry;
  const ParticleList list = read_list(request, tomogram, job);
  if (list.particles.empty())
    job.warn(request.list + ": no particles; the target has only background and merged labels");
  TargetOptions options;
  options.rules = rules;
  options.voxel_size = like.voxel_size;
  options.threads = request.compute.threads;
  options.shapes = read_shapes(request, list, rules, like.voxel_size, job);

  job.record.stage("paint");
  LabelMap map{Volume<std::uint8_t>(like.extent, 0), like, {}};
  const Counts counts = paint(list, options, merges, read_options(request.common),
                              {list, !request.class_names.empty()}, map, job);

  job.record.stage("write");
  folders.make_for({output});
  io::write_labels(output, map);
  job.wrote(output);
  job.record.fact("objects", static_cast<double>(list.particles.size()));
  job.finish();

  json["objects"] = list.particles.size();
  json["extent"] = json_extent(like.extent);
  json["voxel_size_angstrom"] = json_voxel_size(like.voxel_size);
  const std::string classes = report_classes(map, counts, json);
  json["warnings"] = job.warnings();
  json["seconds"] = stage_seconds(job.record);
  return {std::to_string(list.particles.size()) + " objects painted into " + output.string() +
              "\n" + classes,
          json_text(json)};
}

}  // namespace dfe
