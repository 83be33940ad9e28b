// SPDX-License-Identifier: Apache-2.0
// Opening what the configuration names, see the header: one Opener for all entries, so that
// warnings, the record and the voxel size gather in one place.
#include "commands/train/train_data.hpp"

#include <cmath>
#include <set>

#include "commands/common/json_text.hpp"
#include "commands/common/list_axes.hpp"
#include "commands/common/list_frame.hpp"
#include "commands/common/outputs.hpp"
#include "commands/common/particle_files.hpp"
#include "commands/common/result_folders.hpp"
#include "commands/target/shape_files.hpp"
#include "commands/train/named_labels.hpp"
#include "core/file_names.hpp"
#include "core/particle_lists.hpp"
#include "core/text.hpp"
#include "dfengine/target.hpp"
#include "io/particle_list.hpp"
#include "io/volume.hpp"

namespace dfe {

namespace {

namespace fs = std::filesystem;

constexpr double kMostVoxelDifference = 0.05;  // between tomograms of one run
constexpr double kWorthAWord = 0.01;

/// One entry of the configuration, opened.
struct Annotated {
  TrainingFiles files;
  std::string name, entry;  ///< of the tomogram; "train_0"
  std::shared_ptr<const VolumeSource> tomogram, target;
  ParticleList list;
  bool has_list = false;
};

class Opener {
 public:
  Opener(const TrainSettings& settings, const fs::path& folder, int threads, Job& job,
         TrainingData& data)
      : settings_(settings), folder_(folder), threads_(threads), job_(job), data_(data) {}

  /// Everything but the painting of targets, so that what is wrong with the last entry is said
  /// before hours of it.
  Annotated open(const TrainingFiles& files, const std::string& part, std::size_t entry) {
    Annotated a;
    a.files = files;
    a.name = files.name.empty() ? base_name(files.tomogram) : files.name;
    a.entry = part + "_" + std::to_string(entry);
    a.tomogram = open_volume(files.tomogram);
    job_.warn(files.tomogram, a.tomogram->info().warnings);
    note_voxel_size(files.tomogram.string(), a.tomogram->info().geometry.voxel_size);
    if (!files.list.empty()) {
      a.list = read_list(files, "data." + part + "." + std::to_string(entry), a.tomogram);
      a.has_list = true;
    }
    if (files.target.empty())
      shapes_of(a);
    else
      open_target(a);
    return a;
  }

  void paint_target(Annotated& a) {
    if (a.target) return;
    const VolumeGeometry& geometry = a.tomogram->info().geometry;
    Volume<std::uint8_t> labels(geometry.extent, 0);
    paint_objects(a.list, shapes_of(a), labels.view(), &job_);
    const fs::path file = painted_target(folder_, a.entry, a.files);
    make_folder("train", file.parent_path());
    io::write_labels(file, {std::move(labels), geometry, settings_.class_names});
    a.target = io::open_volume(file);
  }

  void say_labels() const {
    if (labels_without_names_)
      dfe::say_labels(settings_.class_names, "the setting 'classes'", job_);
  }

 private:
  std::shared_ptr<const VolumeSource> open_volume(const fs::path& path) {
    check_input("train", path.string());
    job_.record.input(path);
    io::VolumeReadOptions read;
    read.voxel_size_angstrom = settings_.data.voxel_size_angstrom;
    read.signed_bytes = settings_.data.signed_bytes;
    return io::open_volume(path, read);
  }

  void open_target(Annotated& a) {
    const std::string file = a.files.target.string();
    a.target = open_volume(file);
    if (a.target->extent() != a.tomogram->extent())
      throw Error("train", file,
                  "has " + a.target->extent().to_string() + " voxels, but its tomogram has " +
                      a.tomogram->extent().to_string(),
                  "give a target of the same size");
    const VoxelSize &own = a.target->info().geometry.voxel_size,
                    &needed = a.tomogram->info().geometry.voxel_size;
    if (own.known() && needed.known() && !same_voxel_size(own, needed))
      throw Error("train", file,
                  "has a voxel size of " + voxel_size_text(own) + ", but its tomogram has " +
                      voxel_size_text(needed),
                  "give the target of this tomogram, or set data.voxel_size if a header is wrong");
    a.target = match_target(std::move(a.target), file, settings_.class_names, job_);
    compare_labels(*a.target, file, a.list, job_);
  }

  /// A network learns one voxel size, along all axes.
  void note_voxel_size(const std::string& file, const VoxelSize& size) {
    const double angstrom = size.mean_angstrom();
    if (!size.known()) {
      unknown_size_ = file;
    } else {
      if (size.is_anisotropic())
        throw Error("train", file,
                    "has voxels of " + voxel_size_text(size) + ", but a network learns cubic ones",
                    "resample it, or set data.voxel_size if the header is wrong");
      if (data_.voxel_size_angstrom == 0) {
        data_.voxel_size_angstrom = angstrom;
        known_size_ = file;
      }
      compare_voxel_size(file, angstrom);
    }
    if (!unknown_size_.empty() && !known_size_.empty())
      job_.warn(unknown_size_ + ": no voxel size; it is taken to be that of '" + known_size_ +
                "', " + number_text(data_.voxel_size_angstrom) + " Å");
  }

  void compare_voxel_size(const std::string& file, double angstrom) {
    const double difference = std::abs(angstrom / data_.voxel_size_angstrom - 1);
    if (difference <= kWorthAWord) return;
    const std::string fact = "voxel size of " + number_text(angstrom) + " Å, but '" + known_size_ +
                             "' has " + number_text(data_.voxel_size_angstrom) + " Å";
    if (difference > kMostVoxelDifference)
      throw Error("train", file, fact,
                  "resample the tomograms to one voxel size, or set data.voxel_size if the headers "
                  "are wrong");
    job_.warn(file + ": " + fact + "; a network learns only one voxel size");
  }

  ParticleList read_list(const TrainingFiles& files, const std::string& entry,
                         const std::shared_ptr<const VolumeSource>& tomogram) {
    check_input("train", files.list.string());
    job_.record.input(files.list);
    const TomogramChoice choice{"train", entry + ".name", files.name, base_name(files.tomogram)};
    CommonRequest common;
    common.voxel_size_angstrom = settings_.data.voxel_size_angstrom;
    io::ListOptions options = list_frame(tomogram->info(), files.name, common);
    options.settings = {.axes = "data.axes",
                        .binning = "data.input_binning",
                        .tomogram = entry + ".name",
                        .tomograms = entry + ".tomogram",
                        .voxel_size = "data.voxel_size"};
    options.xml_axes = io::parse_xml_axes(settings_.data.axes, "data.axes");
    options.binning = settings_.data.input_binning;
    find_axes_in(options, tomogram,
                 [&](const ParticleList& list) { return particles_of(list, choice); });
    const ParticleList all = io::read_list(files.list, options);
    job_.warn(files.list, all.warnings);
    ParticleList list = particles_of(all, choice);
    labels_without_names_ = labels_without_names_ || !has_class_names(list);
    match_list(list, files.list.string(), settings_.class_names, job_);
    return list;
  }

  /// What an entry without a target is painted with.
  TargetOptions shapes_of(const Annotated& a) {
    if (settings_.data.spheres.empty() && settings_.data.masks.empty())
      throw Error(ErrorKind::Usage, "train", a.name,
                  "has no target, and there are no shapes to paint one",
                  "give a target, data.spheres or data.masks");
    const VoxelSize& voxel_size = a.tomogram->info().geometry.voxel_size;
    TargetOptions options;
    options.threads = threads_;
    options.voxel_size = voxel_size;
    std::set<int> labels;
    for (const Particle& particle : a.list.particles) labels.insert(particle.class_label);
    if (!settings_.data.spheres.empty())
      targets::add_spheres(options.shapes, settings_.data.spheres, voxel_size,
                           settings_.class_names, "data.spheres");
    if (!settings_.data.masks.empty()) add_masks(options, labels, voxel_size);
    for (const int label : labels)
      if (options.shapes.count(label) == 0)
        throw Error(ErrorKind::Usage, "train", a.files.list.string(),
                    "class " + class_name(settings_.class_names, label) + " has no shape",
                    "give it a radius in data.spheres (0 leaves it out) or a mask in data.masks");
    return options;
  }

  void add_masks(TargetOptions& options, const std::set<int>& labels, const VoxelSize& voxel_size) {
    const VoxelSize compared = settings_.data.voxel_size_angstrom ? VoxelSize{} : voxel_size;
    std::vector<std::string> warnings;
    for (const fs::path& file :
         targets::add_masks(options.shapes, settings_.data.masks, labels, settings_.class_names,
                            options.rules, compared, warnings))
      job_.record.input(file);
    for (const std::string& warning : warnings) job_.warn(warning);
  }

  const TrainSettings& settings_;
  const fs::path& folder_;
  int threads_;
  Job& job_;
  TrainingData& data_;
  bool labels_without_names_ = false;
  std::string known_size_, unknown_size_;  // tomograms whose voxel size is, and is not, known
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

fs::path painted_target(const fs::path& folder, const std::string& entry,
                        const TrainingFiles& files) {
  const std::string name = files.name.empty() ? base_name(files.tomogram) : files.name;
  return folder / "targets" / (entry + "_" + name + ".mrc");
}

TrainingData open_training_data(const TrainSettings& settings, const fs::path& folder, int threads,
                                Job& job) {
  TrainingData data;
  Opener opener(settings, folder, threads, job, data);
  std::vector<Annotated> train, valid;
  for (std::size_t i = 0; i < settings.data.train.size(); ++i)
    train.push_back(opener.open(settings.data.train[i], "train", i));
  for (std::size_t i = 0; i < settings.data.valid.size(); ++i)
    valid.push_back(opener.open(settings.data.valid[i], "valid", i));
  for (const Annotated& v : valid)
    for (const Annotated& t : train)
      if (same_voxels(*v.tomogram, *t.tomogram))
        throw Error(
            ErrorKind::Usage, "train", v.files.tomogram.string(),
            "is used for validation and, as '" + t.files.tomogram.string() + "', for training",
            "remove it from one of them: scores on training data are meaningless");
  opener.say_labels();

  for (Annotated& a : train) {
    opener.paint_target(a);
    data.train.push_back({std::move(a.tomogram), std::move(a.target), std::move(a.list.particles)});
  }
  for (Annotated& a : valid) {
    opener.paint_target(a);
    std::optional<std::vector<Particle>> objects;
    if (a.has_list)
      objects = std::move(a.list.particles);
    else if (settings.validation.cluster.radius.value > 0)
      job.warn(a.files.tomogram.string() +
               ": validation tomogram without a list, so its objects are not scored");
    data.valid.push_back({a.name, std::move(a.tomogram), std::move(a.target), std::move(objects)});
  }
  return data;
}

}  // namespace dfe
