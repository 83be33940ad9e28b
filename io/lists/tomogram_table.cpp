// SPDX-License-Identifier: Apache-2.0
// Tables of tomograms. RELION's tomograms.star has a row per tomogram: size in pixels of the
// unbinned tilt series, their edge in Å, and the binning of the reconstructed tomogram. Warp has a
// file per tilt series (warp.hpp).
#include "io/lists/tomogram_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "io/lists/optimisation_set.hpp"
#include "io/lists/place.hpp"
#include "io/lists/star_table.hpp"
#include "io/lists/text.hpp"
#include "io/lists/warp.hpp"
#include "io/particle_list.hpp"

namespace dfe::io {

namespace {

using lists::binned;
using lists::Table;

/// A row of the table: 0 is not a size, and where a column is there, its number must be one.
class Row {
 public:
  Row(const Table& table, std::size_t row) : table_(table), row_(row) {}

  double positive(const char* column) const {
    const int at = table_.find(column);
    if (at < 0) return 0;
    const double value = table_.number(row_, at);
    if (!(value >= 1e-6 && value <= 1e9))
      table_.fail(row_, fmt::format("{} is {:.6g}", column, value),
                  "the file is damaged; expected a number above 0");
    return value;
  }

  double pixels(const char* column) const {
    const double value = positive(column);
    if (value != std::floor(value))
      table_.fail(row_, fmt::format("{} is {:.8g}", column, value),
                  "the file is damaged; expected a whole number of unbinned pixels");
    return value;
  }

 private:
  const Table& table_;
  std::size_t row_;
};

ListTomogram row_of(const Table& table, std::size_t row, const std::string& file) {
  const Row cells(table, row);
  ListTomogram t;
  t.name = table.cell(row, table.find("_rlnTomoName"));
  t.told_by = file;
  t.size_voxels = {cells.pixels("_rlnTomoSizeZ"), cells.pixels("_rlnTomoSizeY"),
                   cells.pixels("_rlnTomoSizeX")};
  t.size_from = FactSource::Tomogram;
  t.voxel_size = VoxelSize::cubic(cells.positive("_rlnTomoTiltSeriesPixelSize"));
  if (t.voxel_size.known()) t.voxel_size_from = FactSource::Tomogram;
  t.binning = 1;
  const double b = cells.positive("_rlnTomoTomogramBinning");
  if (b <= 0) return t;  // as RELION writes it before the reconstruction
  t = binned(std::move(t), b);
  t.binning_from = FactSource::Tomogram;
  return t;
}

/// A tomogram may be there twice, in tables that were joined, but not with two sizes.
void check_repeated(const Table& table, const std::vector<ListTomogram>& tomograms) {
  std::map<std::string, std::size_t> first;
  for (std::size_t row = 0; row < tomograms.size(); ++row) {
    const ListTomogram& t = tomograms[row];
    const auto [found, fresh] = first.try_emplace(t.name, row);
    const ListTomogram& other = tomograms[found->second];
    if (fresh || (t.size_voxels == other.size_voxels && t.voxel_size == other.voxel_size &&
                  t.binning == other.binning))
      continue;
    table.fail(row,
               fmt::format("the tomogram {} has other sizes than in line {}", lists::shown(t.name),
                           table.lines[found->second]),
               "keep one of the rows");
  }
}

}  // namespace

namespace lists {

std::vector<ListTomogram> parse_tomograms(std::string_view text, const std::string& file) {
  const std::vector<StarBlock> blocks = parse_star_blocks(text, file);
  for (const StarBlock& block : blocks) {
    const Table& table = block.table;
    if (table.find("_rlnTomoName") < 0 || table.find("_rlnTomoSizeX") < 0) continue;
    for (const char* column : {"_rlnTomoSizeY", "_rlnTomoSizeZ"})
      if (table.find(column) < 0)
        throw Error("star", file, fmt::format("column {} is missing", column),
                    "expected _rlnTomoSizeX, Y and Z together");
    std::vector<ListTomogram> tomograms;
    for (std::size_t row = 0; row < table.rows(); ++row)
      tomograms.push_back(row_of(table, row, file));
    check_repeated(table, tomograms);
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
  if (text.find('\0') != std::string::npos)
    throw Error("list", file, "is a volume or another binary file, not a table of tomograms",
                "give a tomogram with --like");
  if (std::vector<ListTomogram> warp = lists::warp_tomogram(text, path); !warp.empty()) return warp;
  const auto set = lists::parse_optimisation_set(text, file);
  if (!set) return lists::parse_tomograms(text, file);
  const std::filesystem::path table = lists::find_named(set->tomograms, path, "tomograms");
  return lists::parse_tomograms(lists::load_text(table), table.string());
}

}  // namespace dfe::io
