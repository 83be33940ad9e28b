// SPDX-License-Identifier: Apache-2.0
// Tables of tomograms. RELION's tomograms.star has a row per tomogram: size in pixels of the
// unbinned tilt series, their edge in Å, and the binning of the reconstructed tomogram. Warp has a
// file per tilt series (warp.hpp).
#include "io/lists/tomogram_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "io/lists/optimisation_set.hpp"
#include "io/lists/star_table.hpp"
#include "io/lists/text.hpp"
#include "io/lists/warp.hpp"
#include "io/particle_list.hpp"

namespace dfe::io {

namespace {

using lists::Table;

ListTomogram row_of(const Table& table, std::size_t row, const std::string& file) {
  const auto positive = [&](const char* column) {
    const int at = table.find(column);
    const double value = at < 0 ? 0 : table.number(row, at);
    if (value < 0 || (value > 0 && value < 1e-6) || value > 1e9)
      table.fail(row, fmt::format("{} is {:.6g}", column, value), "the file is damaged");
    return value;
  };
  ListTomogram t;
  t.name = table.cell(row, table.find("_rlnTomoName"));
  t.told_by = file;
  const double binning = positive("_rlnTomoTomogramBinning");
  const double b = binning > 0 ? binning : 1;
  const double pixel = positive("_rlnTomoTiltSeriesPixelSize");
  t.voxel_size = VoxelSize::cubic(pixel * b);
  t.size_voxels = {positive("_rlnTomoSizeZ") / b, positive("_rlnTomoSizeY") / b,
                   positive("_rlnTomoSizeX") / b};
  t.binning = binning;
  if (pixel > 0) t.voxel_size_from = FactSource::Tomogram;
  if (t.size_voxels != Point3{}) t.size_from = FactSource::Tomogram;
  if (binning > 0) t.binning_from = FactSource::Tomogram;
  return t;
}

}  // namespace

namespace lists {

std::vector<ListTomogram> parse_tomograms(std::string_view text, const std::string& file) {
  const std::vector<StarBlock> blocks = parse_star_blocks(text, file);
  for (const StarBlock& block : blocks) {
    const Table& table = block.table;
    if (table.find("_rlnTomoName") < 0 || table.find("_rlnTomoSizeX") < 0) continue;
    std::vector<ListTomogram> tomograms;
    for (std::size_t row = 0; row < table.rows(); ++row)
      tomograms.push_back(row_of(table, row, file));
    return tomograms;
  }
  const bool list = std::any_of(blocks.begin(), blocks.end(), [](const StarBlock& block) {
    return block.table.find("_rlnCoordinateX") >= 0 ||
           block.table.find("_rlnCenteredCoordinateXAngst") >= 0;
  });
  throw Error(
      "list", file,
      list ? "is a particle list, not a table of tomograms" : "is no table of tomograms",
      "give RELION's tomograms.star, with the columns rlnTomoName, rlnTomoSizeX, Y and Z, or "
      "Warp's .tomostar, .xml or .settings file");
}

}  // namespace lists

std::vector<ListTomogram> read_tomograms(const std::filesystem::path& path) {
  const std::string text = lists::load_text(path), file = path.string();
  if (std::vector<ListTomogram> warp = lists::warp_tomogram(text, path); !warp.empty()) return warp;
  const auto set = lists::parse_optimisation_set(text, file);
  if (!set) return lists::parse_tomograms(text, file);
  const std::filesystem::path table = lists::find_named(set->tomograms, path, "tomograms");
  return lists::parse_tomograms(lists::load_text(table), table.string());
}

}  // namespace dfe::io
