// SPDX-License-Identifier: Apache-2.0
// One tomogram's volumes, lists and tables, its run record last, and what is said about it.
#include "commands/simulate/simulate_write.hpp"

#include <algorithm>

#include "io/atomic_file.hpp"
#include "io/particle_list.hpp"
#include "io/volume.hpp"

namespace dfe {

namespace {

namespace fs = std::filesystem;

/// Writes files with a common beginning and notes them in the record.
class Files {
 public:
  Files(const fs::path& prefix, const SimulateSettings& settings, io::RunRecord& record)
      : prefix_(prefix.string()), record_(record) {
    geometry_.extent = settings.scene.extent;
    geometry_.voxel_size = VoxelSize::cubic(settings.scene.voxel_size_angstrom);
  }

  fs::path path(const char* ending) const { return prefix_ + ending; }

  void volume(const char* ending, const Volume<float>& volume) {
    VolumeGeometry geometry = geometry_;
    geometry.extent = volume.extent();
    io::write_volume(path(ending), volume.view(), geometry);
    record_.output(path(ending));
  }

  void labels(const char* ending, const Volume<std::uint8_t>& labels,
              std::vector<std::string> names) {
    io::write_labels(path(ending), LabelMap{labels.clone(), geometry_, std::move(names)});
    record_.output(path(ending));
  }

  void list(const char* ending, const ParticleList& list, const io::ListOptions& options = {}) {
    io::write_list(path(ending), list, options);
    record_.output(path(ending));
  }

 private:
  std::string prefix_;
  io::RunRecord& record_;
  VolumeGeometry geometry_;
};

void write_volumes(Files& files, const SimulateSettings& settings, const Scene& scene,
                   const ImagedScene& imaged) {
  const Extent3 extent = settings.scene.extent;
  files.volume(".mrc", imaged.tomogram);
  files.labels("_target.mrc", scene.labels, settings.class_names());
  if (settings.wants("density")) files.volume("_density.mrc", scene.density);
  if (settings.wants("clean")) files.volume("_clean.mrc", imaged.clean);
  if (settings.wants("instances")) {
    Volume<float> numbers(extent);
    std::transform(scene.instances.span().begin(), scene.instances.span().end(), numbers.data(),
                   [](std::int32_t v) { return static_cast<float>(v); });
    files.volume("_instances.mrc", numbers);
  }
  if (settings.wants("occupancy")) {
    Volume<std::uint8_t> occupied(extent);
    for (std::int64_t i = 0; i < extent.voxels(); ++i)
      occupied.data()[i] = scene.instances.data()[i] > 0 || scene.membranes.data()[i] > 0 ? 1 : 0;
    files.labels("_occupancy.mrc", occupied, {"background", "occupied"});
  }
  if (settings.wants("membranes") && !settings.scene.membranes.empty())
    files.labels("_membranes.mrc", scene.membranes, {});
  if (settings.wants("projections")) files.volume("_projections.mrc", imaged.projections);
}

/// The objects with a label as XML, STAR and CSV, the decoys as CSV. Object numbers are those of
/// the instances. Returns the objects with a label.
ParticleList write_lists(Files& files, const SimulateSettings& settings, const Scene& scene) {
  ParticleList list, decoys;
  for (ParticleList* l : {&list, &decoys}) {
    l->tomograms = {ListTomogram::of(files.path("").filename().string(), settings.scene.extent,
                                     VoxelSize::cubic(settings.scene.voxel_size_angstrom))};
  }
  list.class_names = settings.class_names();
  decoys.class_names = {"background"};
  for (const SceneClass& c : settings.scene.classes)
    if (c.label == 0) decoys.class_names.push_back(c.name);
  for (std::size_t i = 0; i < scene.objects.size(); ++i) {
    Particle p = scene.objects[i];
    const SceneClass& c = settings.scene.classes[static_cast<std::size_t>(p.class_label - 1)];
    p.tomogram = 0;
    p.object_id = static_cast<std::int64_t>(i) + 1;
    p.class_label = c.label > 0 ? c.label
                                : static_cast<int>(std::find(decoys.class_names.begin(),
                                                             decoys.class_names.end(), c.name) -
                                                   decoys.class_names.begin());
    (c.label > 0 ? list : decoys).particles.push_back(std::move(p));
  }
  for (const char* ending : {"_objl.xml", "_objl.csv"}) files.list(ending, list);
  io::ListOptions unbinned;
  unbinned.binning = settings.output_binning;
  files.list("_objl.star", list, unbinned);
  if (!decoys.particles.empty()) files.list("_decoys.csv", decoys);
  return list;
}

void write_tilts(const Files& files, const ImagedScene& imaged) {
  std::string angles, table = "tilt_deg,dose_before,defocus_angstrom\n";
  for (std::size_t i = 0; i < imaged.tilts_deg.size(); ++i) {
    angles += number_text(imaged.tilts_deg[i]) + "\n";
    table += number_text(imaged.tilts_deg[i]) + "," + number_text(imaged.doses[i]) + "," +
             number_text(imaged.defocus_angstrom[i]) + "\n";
  }
  io::write_text_file(files.path(".tlt"), angles);
  io::write_text_file(files.path("_tilts.csv"), table);
}

/// A line for a person.
std::string text_of(const fs::path& tomogram, std::size_t objects, const Scene& scene,
                    const SignalToNoise& snr) {
  std::string text = tomogram.string() + ": " + std::to_string(objects) + " objects and " +
                     std::to_string(scene.objects.size() - objects) + " decoys fill " +
                     number_text(100 * scene.packing) + " % of the volume";
  if (snr.projections > 0)
    text += "; SNR " + number_text(snr.projections) + " in the images (ratio of variances), " +
            number_text(snr.mean_by_sigma) + " (mean by sigma), " + number_text(snr.in_masks) +
            " in the objects of the tomogram";
  return text + "\n";
}

Json json_of(const Files& files, std::size_t objects, const SimulateSettings& settings,
             const Scene& scene, const SignalToNoise& snr) {
  Json json = {{"tomogram", files.path(".mrc").string()},
               {"target", files.path("_target.mrc").string()},
               {"list", files.path("_objl.xml").string()},
               {"objects", objects},
               {"decoys", scene.objects.size() - objects},
               {"packing", scene.packing},
               {"snr",
                {{"projections", snr.projections},
                 {"mean_by_sigma", snr.mean_by_sigma},
                 {"in_masks", snr.in_masks}}}};
  Json classes = Json::object();
  for (std::size_t c = 0; c < scene.placed.size(); ++c)
    classes[settings.scene.classes[c].name] = {{"asked", scene.asked[c]},
                                               {"placed", scene.placed[c]}};
  json["classes"] = std::move(classes);
  return json;
}

}  // namespace

WrittenTomogram write_tomogram(const fs::path& prefix, const SimulateSettings& settings,
                               const Scene& scene, const ImagedScene& imaged,
                               io::RunRecord& record) {
  record.stage("write");
  Files files(prefix, settings, record);
  write_volumes(files, settings, scene, imaged);
  const std::size_t objects = write_lists(files, settings, scene).particles.size();
  write_tilts(files, imaged);
  record.fact("objects", static_cast<double>(objects));
  record.fact("packing", scene.packing);
  record.fact("snr_projections", imaged.snr.projections);
  record.fact("snr_mean_by_sigma", imaged.snr.mean_by_sigma);
  record.fact("snr_in_masks", imaged.snr.in_masks);
  record.fact("settings", settings.effective);
  record.write_beside(files.path(".mrc"));
  return {text_of(files.path(".mrc"), objects, scene, imaged.snr),
          json_of(files, objects, settings, scene, imaged.snr)};
}

}  // namespace dfe
