// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "commands/match/prepare_template.hpp"

#include <algorithm>
#include <cmath>
#include <memory>
#include <optional>

#include "commands/common/json_text.hpp"
#include "core/math/interpolation.hpp"
#include "core/text.hpp"
#include "io/orientation_file.hpp"
#include "io/volume.hpp"
#include "match/orientations.hpp"
#include "match/point_group.hpp"
#include "match/template_body.hpp"

namespace dfe {

namespace {

constexpr double kMaskEdge = 2;  // voxels over which a sphere falls to 0
constexpr std::int64_t kMostOrientations = std::int64_t{1} << 24;  // ids are floats in files
constexpr double kVoxelTolerance = 0.01;                           // as for label maps and lists

/// A volume of the template's box, and its voxel size where the file has one.
struct BoxFile {
  Volume<float> values;
  VoxelSize voxel_size;
};

BoxFile read_box(const std::string& file, Job* job) {
  const auto source = io::open_volume(file);
  if (job) job->warn(file, source->info().warnings);
  return {io::read_volume(*source), source->info().geometry.voxel_size};
}

/// Scales a box about its centre, voxel floor(n / 2). `ratio` is new voxels over old ones.
Volume<float> scaled(const Volume<float>& old, double ratio) {
  const auto size = [&](std::int64_t n) {
    return std::max<std::int64_t>(1, std::llround(static_cast<double>(n) / ratio));
  };
  const Extent3 n = old.extent();
  Volume<float> result(Extent3{size(n.z), size(n.y), size(n.x)});
  const Extent3 m = result.extent();
  const auto place = [&](std::int64_t i, std::int64_t to, std::int64_t from) {
    const std::int64_t from_centre = i - to / 2, centre = from / 2;
    return static_cast<double>(from_centre) * ratio + static_cast<double>(centre);
  };
  for (std::int64_t z = 0; z < m.z; ++z)
    for (std::int64_t y = 0; y < m.y; ++y)
      for (std::int64_t x = 0; x < m.x; ++x)
        result(z, y, x) = static_cast<float>(math::at_or_zero(
            old.view(), place(z, m.z, n.z), place(y, m.y, n.y), place(x, m.x, n.x)));
  return result;
}

/// new / old voxel size; 1 where they agree or one is unknown.
double ratio_to(const VoxelSize& tomogram, const BoxFile& box, const std::string& file,
                bool rescale) {
  if (rescale && !box.voxel_size.known())
    throw Error(ErrorKind::Usage, "match", file,
                "its voxel size is unknown, so it cannot be scaled",
                "write it into the file's header");
  if (!tomogram.known() || !box.voxel_size.known()) return 1;
  if (!box.voxel_size.is_cubic())
    throw Error("match", file, "its voxels are not cubic", "resample it");
  const double to = tomogram.mean_angstrom(), from = box.voxel_size.mean_angstrom();
  if (std::abs(to - from) <= kVoxelTolerance * to) return 1;
  if (!rescale)
    throw Error(ErrorKind::Usage, "match", file,
                "its voxels are " + number_text(from) + " Å, those of the tomogram " +
                    number_text(to) + " Å",
                "add --rescale, or resample the file");
  return to / from;
}

Volume<float> sphere_mask(const Length& asked, const Extent3& box, const VoxelSize& voxel_size) {
  const double radius = asked.voxels(voxel_size, "--mask-radius").x;
  const std::int64_t smallest = std::min({box.z, box.y, box.x});
  const std::int64_t half = (smallest - 1) / 2;
  const double most = static_cast<double>(half) - kMaskEdge;
  if (radius > most)
    throw Error(ErrorKind::Usage, "match", "--mask-radius",
                "a sphere of " + number_text(radius) + " voxels and its soft edge of " +
                    number_text(kMaskEdge) + " do not fit into the template's box of " +
                    box.to_string(),
                "give at most " + number_text(most) + ", or pad the template");
  return match::soft_sphere(box, radius, kMaskEdge);
}

Volume<float> read_mask(const std::string& file, const Extent3& file_box, double ratio, Job* job) {
  BoxFile mask = read_box(file, job);
  if (mask.values.extent() != file_box)
    throw Error(ErrorKind::Usage, "match", file,
                "the mask has " + mask.values.extent().to_string() + " voxels, the template " +
                    file_box.to_string(),
                "both must be in the same box");
  if (ratio == 1) return std::move(mask.values);
  return scaled(mask.values, ratio);
}

}  // namespace

MatchAngles read_angles(const std::string& angles, const std::string& symmetry) {
  MatchAngles result;
  if (const std::optional<double> step = parse_as<double>(angles)) {
    result.step_deg = *step;
    result.list = match::healpix_orientations(*step);
  } else {
    result.list = io::read_orientations(angles);
  }
  result.list = match::reduced_by(match::point_group(symmetry), result.list);
  if (static_cast<std::int64_t>(result.list.size()) > kMostOrientations)
    throw Error(ErrorKind::Usage, "match", angles,
                "has " + std::to_string(result.list.size()) + " orientations",
                "give at most " + std::to_string(kMostOrientations));
  return result;
}

match::MatchTemplate prepare_template(const MatchRequest& request, const TemplateOptions& options,
                                      const TiltWeights& tilts, const VolumeGeometry& tomogram,
                                      Job* job) {
  match::MatchTemplate t;
  BoxFile box = read_box(options.file, job);
  const Extent3 file_box = box.values.extent();
  const double ratio = ratio_to(tomogram.voxel_size, box, options.file, request.rescale);
  const double voxel = tomogram.voxel_size.mean_angstrom();
  if (ratio > 1)  // what the coarser grid cannot hold would fold back
    filter_volume(box.values.view(), {2 * voxel, 0}, voxel / ratio);
  if (ratio != 1) box.values = scaled(box.values, ratio);
  t.density = std::move(box.values);
  const Extent3 n = t.density.extent();
  if (request.invert)
    for (float& value : t.density.span()) value = -value;
  if (options.mask_radius)
    t.mask = sphere_mask(*options.mask_radius, n, tomogram.voxel_size);
  else
    t.mask = read_mask(options.mask, file_box, ratio, job);
  t.weights = tilts.of_box(n, voxel);
  const BandPass band{request.low_pass_angstrom, request.high_pass_angstrom};
  if (band.any()) {
    if (t.weights.voxels() == 0) t.weights = Volume<float>(n, 1.0F);
    filter_weights(t.weights.view(), band, voxel);
  }
  try {
    match::check_template(t);
  } catch (const Error& error) {  // without a file's name: it knows volumes alone
    std::string_view fact = error.what();
    fact.remove_prefix(std::string_view("match: ").size());
    throw Error(error.kind(), "match", options.file, fact);
  }
  return t;
}

}  // namespace dfe
