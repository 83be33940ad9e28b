// SPDX-License-Identifier: Apache-2.0
#include "commands/simulate/simulate_write.hpp"

#include <algorithm>

#include "io/atomic_file.hpp"
#include "io/particle_list.hpp"
#include "io/volume.hpp"

namespace dfe {

namespace {

namespace fs = std::filesystem;

/// The objects with a label as XML, STAR and CSV, the decoys as CSV. Object numbers are those of
/// the instances.
ParticleList write_lists(const fs::path& prefix, const SimulateSettings& settings,
                         const Scene& scene, io::RunRecord& record) {
  ParticleList list, decoys;
  for (ParticleList* l : {&list, &decoys}) {
    l->tomograms = {prefix.filename().string()};
    l->voxel_size = VoxelSize::cubic(settings.scene.voxel_size_angstrom);
    l->tomogram_extent = settings.scene.extent;
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
  for (const char* ending : {"_objl.xml", "_objl.star", "_objl.csv"}) {
    io::write_particle_list(prefix.string() + ending, list);
    record.output(prefix.string() + ending);
  }
  if (!decoys.particles.empty()) {
    io::write_particle_list(prefix.string() + "_decoys.csv", decoys);
    record.output(prefix.string() + "_decoys.csv");
  }
  return list;
}

void write_tilts(const fs::path& prefix, const ImagedScene& imaged) {
  std::string angles, table = "tilt_deg,dose_before,defocus_angstrom\n";
  for (std::size_t i = 0; i < imaged.tilts_deg.size(); ++i) {
    angles += number_text(imaged.tilts_deg[i]) + "\n";
    table += number_text(imaged.tilts_deg[i]) + "," + number_text(imaged.doses[i]) + "," +
             number_text(imaged.defocus_angstrom[i]) + "\n";
  }
  io::write_text_file(prefix.string() + ".tlt", angles);
  io::write_text_file(prefix.string() + "_tilts.csv", table);
}

}  // namespace

WrittenTomogram write_tomogram(const fs::path& prefix, const SimulateSettings& settings,
                               const Scene& scene, const ImagedScene& imaged,
                               io::RunRecord& record) {
  record.stage("write");
  VolumeGeometry geometry;
  geometry.extent = settings.scene.extent;
  geometry.voxel_size = VoxelSize::cubic(settings.scene.voxel_size_angstrom);
  const auto file = [&](const char* ending) { return fs::path(prefix.string() + ending); };
  const auto write = [&](const char* ending, VolumeView<const float> volume,
                         const VolumeGeometry& g) {
    io::write_volume(file(ending), volume, g);
    record.output(file(ending));
  };
  const auto write_labels = [&](const char* ending, const Volume<std::uint8_t>& labels,
                                std::vector<std::string> names) {
    io::write_label_map(file(ending), LabelMap{labels.clone(), geometry, std::move(names)});
    record.output(file(ending));
  };
  const std::int64_t voxels = settings.scene.extent.voxels();
  write(".mrc", imaged.tomogram.view(), geometry);
  write_labels("_target.mrc", scene.labels, settings.class_names());
  if (settings.wants("density")) write("_density.mrc", scene.density.view(), geometry);
  if (settings.wants("clean")) write("_clean.mrc", imaged.clean.view(), geometry);
  if (settings.wants("instances")) {
    Volume<float> numbers(settings.scene.extent);
    std::transform(scene.instances.data(), scene.instances.data() + voxels, numbers.data(),
                   [](std::int32_t v) { return static_cast<float>(v); });
    write("_instances.mrc", numbers.view(), geometry);
  }
  if (settings.wants("occupancy")) {
    Volume<std::uint8_t> occupied(settings.scene.extent);
    for (std::int64_t i = 0; i < voxels; ++i)
      occupied.data()[i] = scene.instances.data()[i] > 0 || scene.membranes.data()[i] > 0 ? 1 : 0;
    write_labels("_occupancy.mrc", occupied, {"background", "occupied"});
  }
  if (settings.wants("membranes") && !settings.scene.membranes.empty())
    write_labels("_membranes.mrc", scene.membranes, {});
  if (settings.wants("projections")) {
    VolumeGeometry g = geometry;
    g.extent = imaged.projections.extent();
    write("_projections.mrc", imaged.projections.view(), g);
  }
  const ParticleList list = write_lists(prefix, settings, scene, record);
  write_tilts(prefix, imaged);
  record.fact("objects", static_cast<double>(list.particles.size()));
  record.fact("packing", scene.packing);
  record.fact("snr_projections", imaged.snr.projections);
  record.fact("snr_mean_by_sigma", imaged.snr.mean_by_sigma);
  record.fact("snr_in_masks", imaged.snr.in_masks);
  record.fact("settings", settings.effective);
  record.write_beside(file(".mrc"));
  WrittenTomogram written;
  written.text = file(".mrc").string() + ": " + std::to_string(list.particles.size()) +
                 " objects and " + std::to_string(scene.objects.size() - list.particles.size()) +
                 " decoys fill " + number_text(100 * scene.packing) + " %";
  if (imaged.snr.projections > 0)
    written.text += "; SNR " + number_text(imaged.snr.projections) +
                    " in the images (variances), " + number_text(imaged.snr.mean_by_sigma) +
                    " (mean by sigma), " + number_text(imaged.snr.in_masks) +
                    " in the objects of the tomogram";
  written.text += "\n";
  written.json = {{"tomogram", file(".mrc").string()},
                  {"target", file("_target.mrc").string()},
                  {"list", file("_objl.xml").string()},
                  {"objects", list.particles.size()},
                  {"decoys", scene.objects.size() - list.particles.size()},
                  {"packing", scene.packing},
                  {"snr",
                   {{"projections", imaged.snr.projections},
                    {"mean_by_sigma", imaged.snr.mean_by_sigma},
                    {"in_masks", imaged.snr.in_masks}}}};
  Json classes = Json::object();
  for (std::size_t c = 0; c < scene.placed.size(); ++c)
    classes[settings.scene.classes[c].name] = {{"asked", scene.asked[c]},
                                               {"placed", scene.placed[c]}};
  written.json["classes"] = std::move(classes);
  return written;
}

}  // namespace dfe
