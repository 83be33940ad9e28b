// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "commands/match/read_tomogram.hpp"

#include <cmath>

#include "commands/common/cubic_voxels.hpp"
#include "commands/match/band_pass.hpp"
#include "core/memory.hpp"
#include "io/volume.hpp"

namespace dfe {

namespace {

void fill_invalid(Volume<float>& tomogram, const Volume<std::uint8_t>& valid) {
  double sum = 0, count = 0;
  for (std::int64_t i = 0; i < tomogram.voxels(); ++i)
    if (valid.data()[i] != 0) {
      sum += static_cast<double>(tomogram.data()[i]);
      ++count;
    }
  const auto mean = static_cast<float>(sum / count);
  for (std::int64_t i = 0; i < tomogram.voxels(); ++i)
    if (valid.data()[i] == 0) tomogram.data()[i] = mean;
}

}  // namespace

void check_voxels(const MatchRequest& request, const std::string& tomogram,
                  const VoxelSize& voxel_size) {
  check_cubic_voxels("match", tomogram, voxel_size, "resample the tomogram");
  const bool filters = request.low_pass_angstrom > 0 || request.high_pass_angstrom > 0;
  if (!voxel_size.known() && (filters || request.rescale))
    throw Error(ErrorKind::Usage, "match", tomogram, "the voxel size is unknown",
                "give --voxel-size");
}

std::int64_t memory_for(const MatchRequest& request, bool several, const Extent3& n,
                        std::int64_t resident) {
  const std::int64_t all =
      request.compute.memory_bytes > 0 ? request.compute.memory_bytes : available_memory_bytes();
  if (all == 0) return 0;
  // Values, scores, ids, masks; and of several templates the best ones' scores, ids and numbers.
  const std::int64_t taken = (several ? 24 : 15) * n.voxels() + resident;
  if (taken >= all)
    throw Error("match", "--memory",
                "the tomogram and its scores alone need " + std::to_string(taken >> 20) + " MiB",
                "allow more memory, or cut the tomogram");
  return all - taken;
}

Volume<float> read_tomogram(const MatchRequest& request, const VolumeSource& source,
                            const Volume<std::uint8_t>& valid) {
  Volume<float> tomogram = io::read_volume(source);
  if (valid.voxels() > 0) fill_invalid(tomogram, valid);
  const BandPass band{request.low_pass_angstrom, request.high_pass_angstrom};
  if (!band.any()) return tomogram;
  for (const float value : tomogram.span())
    if (!std::isfinite(value))
      throw Error("match", source.info().path, "has voxels that are not finite",
                  "replace them, or leave them out by --valid-mask");
  filter_volume(tomogram.view(), band, source.info().geometry.voxel_size.mean_angstrom());
  return tomogram;
}

}  // namespace dfe
