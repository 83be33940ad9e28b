// SPDX-License-Identifier: Apache-2.0
// Opening what the configuration names, see the header: one Opener for all entries, so that
// warnings, the record and the voxel size gather in one place.
#include "commands/train/train_data.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "commands/common/json_text.hpp"
#include "commands/common/list_frame.hpp"
#include "commands/common/outputs.hpp"
#include "commands/target/shape_files.hpp"
#include "core/file_names.hpp"
#include "core/particle_lists.hpp"
#include "dfengine/target.hpp"
#include "io/particle_list.hpp"
#include "io/volume.hpp"

namespace dfe {

namespace {

namespace fs = std::filesystem;

constexpr double kMostVoxelDifference =
    0.05;  // between tomograms of one run, before a word is said

/// One entry of the configuration, opened.
struct Annotated {
  std::string name;
  std::shared_ptr<const VolumeSource> tomogram, target;
  ParticleList list;
  bool has_list = false;
};

class Opener {
 public:
  Opener(const TrainSettings& settings, const fs::path& folder, const CommonRequest& common,
         int threads, Job& job, TrainingData& data)
      : settings_(settings),
        folder_(folder),
        common_(common),
        threads_(threads),
        job_(job),
        data_(data) {}

  Annotated open(const TrainingFiles& files, const std::string& part, std::size_t entry) {
    Annotated a;
    a.name = files.name.empty() ? base_name(files.tomogram) : files.name;
    a.tomogram = open_volume(files.tomogram);
    job_.warn(files.tomogram, a.tomogram->info().warnings);
    note_voxel_size(files.tomogram.string(), a.tomogram->info().geometry.voxel_size);
    if (!files.list.empty()) {
      a.list = read_list(files, "data." + part + "." + std::to_string(entry), *a.tomogram);
      a.has_list = true;
    }
    a.target = files.target.empty() ? paint(a, part + "_" + std::to_string(entry))
                                    : open_volume(files.target);
    if (a.target->extent() != a.tomogram->extent())
      throw Error("train", files.target.string(),
                  "has " + a.target->extent().to_string() + " voxels, but its tomogram has " +
                      a.tomogram->extent().to_string(),
                  "give a target of the same size");
    return a;
  }

 private:
  std::shared_ptr<const VolumeSource> open_volume(const fs::path& path) {
    job_.record.input(path);
    io::VolumeReadOptions read;
    read.voxel_size_angstrom = common_.voxel_size_angstrom ? common_.voxel_size_angstrom
                                                           : settings_.data.voxel_size_angstrom;
    return io::open_volume(path, read);
  }

  void note_voxel_size(const std::string& file, const VoxelSize& size) {
    if (!size.known()) return;
    const double angstrom = size.mean_angstrom();
    if (data_.voxel_size_angstrom == 0) data_.voxel_size_angstrom = angstrom;
    if (std::abs(angstrom / data_.voxel_size_angstrom - 1) > kMostVoxelDifference)
      job_.warn(file + ": voxel size of " + number_text(angstrom) +
                " Å, but the first tomogram has " + number_text(data_.voxel_size_angstrom) +
                " Å; a network learns only one voxel size");
  }

  ParticleList read_list(const TrainingFiles& files, const std::string& entry,
                         const VolumeSource& tomogram) {
    job_.record.input(files.list);
    CommonRequest common = common_;
    if (!common.voxel_size_angstrom)
      common.voxel_size_angstrom = settings_.data.voxel_size_angstrom;
    io::ListOptions options = list_frame(tomogram.info(), files.name, common);
    options.settings = {.axes = "data.axes",
                        .binning = "data.input_binning",
                        .tomogram = entry + ".name",
                        .tomograms = entry + ".tomogram",
                        .voxel_size = "data.voxel_size"};
    options.xml_axes = io::parse_xml_axes(settings_.data.axes, "data.axes");
    options.binning = settings_.data.input_binning;
    const ParticleList all = io::read_list(files.list, options);
    job_.warn(files.list, all.warnings);
    ParticleList list =
        particles_of(all, {"train", entry + ".name", files.name, base_name(files.tomogram)});
    name_classes(files.list.string(), list);
    return list;
  }

  /// A list with class names of its own is brought to the labels of the run by name.
  void name_classes(const std::string& file, ParticleList& list) {
    const std::vector<std::string>& names = settings_.class_names;
    for (Particle& particle : list.particles) {
      const std::string name = class_name(list.class_names, particle.class_label);
      const auto found = std::find(names.begin(), names.end(), name);
      if (found != names.end()) particle.class_label = static_cast<int>(found - names.begin());
      const bool named = found == names.end() && name != std::to_string(particle.class_label);
      if (named || particle.class_label < 1 ||
          particle.class_label >= static_cast<int>(names.size()))
        throw Error("train", file, "has objects of class '" + name + "'",
                    "add it to classes, which has " + std::to_string(names.size()) +
                        " with the background, or remove these objects from the list");
    }
    list.class_names = names;
  }

  std::shared_ptr<const VolumeSource> paint(const Annotated& a, const std::string& name) {
    if (settings_.data.spheres.empty() && settings_.data.masks.empty())
      throw Error(ErrorKind::Usage, "train", a.name,
                  "has no target, and there are no shapes to paint one",
                  "give a target, data.spheres or data.masks");
    const VolumeGeometry& geometry = a.tomogram->info().geometry;
    TargetOptions options;
    options.threads = threads_;
    std::set<int> labels;
    for (const Particle& particle : a.list.particles) labels.insert(particle.class_label);
    if (!settings_.data.spheres.empty())
      targets::add_spheres(options.shapes, settings_.data.spheres, geometry.voxel_size,
                           settings_.class_names, "data.spheres");
    if (!settings_.data.masks.empty()) add_masks(options, labels, geometry.voxel_size);
    LabelMap map{Volume<std::uint8_t>(geometry.extent, 0), geometry, settings_.class_names};
    paint_objects(a.list, options, map.labels.view(), &job_);
    make_folder("train", folder_ / "targets");
    const fs::path file = folder_ / "targets" / (name + "_" + a.name + ".mrc");
    io::write_labels(file, map);
    return io::open_volume(file);
  }

  void add_masks(TargetOptions& options, const std::set<int>& labels, const VoxelSize& voxel_size) {
    std::vector<std::string> warnings;
    for (const fs::path& file :
         targets::add_masks(options.shapes, settings_.data.masks, labels, settings_.class_names,
                            options.rules, voxel_size, warnings))
      job_.record.input(file);
    for (const std::string& warning : warnings) job_.warn(warning);
  }

  const TrainSettings& settings_;
  const fs::path& folder_;
  const CommonRequest& common_;
  int threads_;
  Job& job_;
  TrainingData& data_;
};

/// Whether two volumes are of one size and have the same voxels in their middle plane: copies under
/// other names are found too.
bool same_voxels(const VolumeSource& a, const VolumeSource& b) {
  if (a.extent() != b.extent()) return false;
  const Extent3 n = a.extent();
  const Box3 plane{{n.z / 2, 0, 0}, {1, n.y, n.x}};
  std::vector<float> of_a(static_cast<std::size_t>(plane.extent.voxels())), of_b(of_a.size());
  a.read_box(plane, of_a.data());
  b.read_box(plane, of_b.data());
  return of_a == of_b;
}

}  // namespace

TrainingData open_training_data(const TrainSettings& settings, const std::filesystem::path& folder,
                                const CommonRequest& common, int threads, Job& job) {
  TrainingData data;
  Opener opener(settings, folder, common, threads, job, data);
  for (std::size_t i = 0; i < settings.data.train.size(); ++i) {
    Annotated a = opener.open(settings.data.train[i], "train", i);
    data.train.push_back({std::move(a.tomogram), std::move(a.target), std::move(a.list.particles)});
  }
  for (std::size_t i = 0; i < settings.data.valid.size(); ++i) {
    const TrainingFiles& files = settings.data.valid[i];
    Annotated a = opener.open(files, "valid", i);
    for (std::size_t k = 0; k < data.train.size(); ++k)
      if (same_voxels(*a.tomogram, *data.train[k].tomogram))
        throw Error(ErrorKind::Usage, "train", files.tomogram.string(),
                    "is used for validation and, as '" + settings.data.train[k].tomogram.string() +
                        "', for training",
                    "remove it from one of them: scores on training data are meaningless");
    std::optional<std::vector<Particle>> objects;
    if (a.has_list)
      objects = std::move(a.list.particles);
    else if (settings.validation.cluster.radius.value > 0)
      job.warn(files.tomogram.string() +
               ": validation tomogram without a list, so its objects are not scored");
    data.valid.push_back({a.name, std::move(a.tomogram), std::move(a.target), std::move(objects)});
  }
  return data;
}

}  // namespace dfe
