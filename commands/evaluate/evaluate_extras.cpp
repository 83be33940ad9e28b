// SPDX-License-Identifier: Apache-2.0
// What `evaluate` measures beside scores: distances from a membrane, local maxima of score maps.
#include <algorithm>
#include <cmath>

#include "commands/common/read_options.hpp"
#include "commands/common/same_grid.hpp"
#include "commands/evaluate/evaluate_parts.hpp"
#include "core/class_names.hpp"
#include "core/voxel_size.hpp"
#include "io/score_file.hpp"
#include "io/volume.hpp"

namespace dfe {

namespace {

class Maps final : public ScoreLookup {
 public:
  explicit Maps(const std::string& path) : reader(path), path_(path) {}
  void plane(int class_label, std::int64_t z, float* out) const override {
    const Extent3 extent = reader.extent();
    reader.read_box(class_label, {{z, 0, 0}, {1, extent.y, extent.x}}, out);
    const std::int64_t voxels = extent.y * extent.x;
    if (!std::all_of(out, out + voxels, [](float score) { return std::isfinite(score); }))
      throw Error("evaluate", path_,
                  "a score of class " + std::to_string(class_label) + " in section " +
                      std::to_string(z) + " is not a number",
                  "compute the score maps again, or leave --scores out");
  }
  io::ScoreReader reader;

 private:
  std::string path_;
};

double shortest_edge(const VoxelSize& voxel) {
  return std::min({voxel.z_angstrom, voxel.y_angstrom, voxel.x_angstrom});
}

}  // namespace

void check_grid_of_lists(const std::string& file, const Extent3& extent,
                         const VoxelSize& voxel_size, const EvaluationPair& pair,
                         const Point3& size) {
  check_same_voxels("evaluate", file, voxel_size, "the tomogram of the lists", pair.voxel_size);
  if (size != Point3{} &&
      extent != Extent3{std::llround(size.z), std::llround(size.y), std::llround(size.x)})
    throw Error("evaluate", file,
                "has " + extent.to_string() + " voxels, but the tomogram of the lists has " +
                    lengths_text(size),
                "give a volume on the tomogram's grid");
}

MembraneDistances measure_membrane(const EvaluateRequest& request, const EvaluationPair& pair,
                                   const Point3& size) {
  const LabelMap map = io::read_labels(request.membrane, read_options(request.common));
  check_grid_of_lists(request.membrane, map.labels.extent(), map.geometry.voxel_size, pair, size);
  std::vector<Particle> all = pair.predicted;
  all.insert(all.end(), pair.truth.begin(), pair.truth.end());
  const VoxelSize& voxel =
      map.geometry.voxel_size.known() ? map.geometry.voxel_size : pair.voxel_size;
  MembraneDistances result;
  result.cubic = !voxel.is_anisotropic();
  result.voxel_angstrom = voxel.is_cubic() ? voxel.mean_angstrom() : shortest_edge(voxel);
  Point3 edges{1, 1, 1};
  if (!result.cubic)
    edges = {voxel.z_angstrom / result.voxel_angstrom, voxel.y_angstrom / result.voxel_angstrom,
             voxel.x_angstrom / result.voxel_angstrom};
  const std::vector<double> distances = distances_to_label(
      map.labels.view(), request.membrane_label, all, request.compute.threads, edges);
  const auto middle = distances.begin() + static_cast<std::ptrdiff_t>(pair.predicted.size());
  result.predicted = histogram_of({distances.begin(), middle}, 1);
  result.truth = histogram_of({middle, distances.end()}, 1);
  for (const double distance : distances) result.outside += std::isnan(distance);
  return result;
}

void check_score_maps(const std::string& score_maps, const EvaluationPair& pair,
                      const Point3& size) {
  const io::ScoreReader reader(score_maps);
  check_grid_of_lists(score_maps, reader.extent(), reader.voxel_size(), pair, size);
}

std::map<int, Histogram> count_maxima(const std::string& score_maps,
                                      std::vector<std::string>& class_names) {
  const Maps maps(score_maps);
  const FileClasses classes =
      all_classes(score_maps, maps.reader.class_names(), maps.reader.classes());
  if (any_class_named(class_names)) add_classes(class_names, classes);
  const LabelMatch match =
      match_labels(classes, {class_names, "the lists", "use the same names"}, "evaluate");
  std::map<int, Histogram> maxima;
  for (const int label : classes.labels)
    maxima[match.label[static_cast<std::size_t>(label)]] =
        local_maxima(maps, maps.reader.extent(), label, 50);
  return maxima;
}

}  // namespace dfe
