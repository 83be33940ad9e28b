// SPDX-License-Identifier: Apache-2.0
// Reads CSV and TSV lists of many programs: the delimiter is detected, columns are recognised by
// several names, and unknown columns are kept.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/class_names.hpp"
#include "core/voxel_size.hpp"
#include "io/lists/class_labels.hpp"
#include "io/lists/copick.hpp"
#include "io/lists/csv.hpp"
#include "io/lists/csv_columns.hpp"
#include "io/lists/csv_sizes.hpp"
#include "io/lists/csv_split.hpp"
#include "io/lists/euler.hpp"
#include "io/lists/formats.hpp"
#include "io/lists/motl.hpp"
#include "io/lists/place.hpp"
#include "io/lists/table.hpp"
#include "io/lists/text.hpp"

namespace dfe::io::lists {

namespace {

constexpr double kSameVoxel = 1e-3;  // more than rounding, for the rows of one tomogram

class Reader {
 public:
  Reader(const Table& table, const ListOptions& options) : table_(table), options_(options) {
    columns_.fill(-1);
    std::vector<bool> taken(table.columns.size());
    for (std::size_t c = 0; c < table.columns.size(); ++c) taken[c] = assign(static_cast<int>(c));
    for (std::size_t c = 0; c < table.columns.size(); ++c)
      if (!taken[c]) extra_.push_back(static_cast<int>(c));
    // The lists of the CZII challenge (id, experiment, particle_type, x, y, z) and of copick
    // (run_name, x, y, z, transform_00, ...) count Å without saying so.
    const auto written = [&](std::string_view name) {
      return std::any_of(table.columns.begin(), table.columns.end(),
                         [&](const std::string& column) { return to_lower(column) == name; });
    };
    const bool czii = written("experiment") && written("particle_type");
    const bool copick = written("run_name");
    if ((!czii && !copick) || has(CsvRole::XAngstrom)) return;
    for (const auto& [voxels, angstrom] :
         {std::pair(CsvRole::X, CsvRole::XAngstrom), std::pair(CsvRole::Y, CsvRole::YAngstrom),
          std::pair(CsvRole::Z, CsvRole::ZAngstrom)})
      std::swap(column(voxels), column(angstrom));
    list_.warnings.emplace_back(
        czii ? "columns experiment and particle_type mark a CZII list; x, y, z are read as Å"
             : "column run_name marks a list of copick; x, y, z are read as Å");
    if (copick) find_matrix();
  }

  ParticleList run() {
    use_voxels_ = has(CsvRole::X) && has(CsvRole::Y) && has(CsvRole::Z);
    const bool angstrom =
        has(CsvRole::XAngstrom) && has(CsvRole::YAngstrom) && has(CsvRole::ZAngstrom);
    if (!use_voxels_ && !angstrom)
      throw Error(table_.format, table_.file,
                  fmt::format("no position columns among {}",
                              shown(fmt::format("{}", fmt::join(table_.columns, ", ")))),
                  "expected x, y, z in voxels or x_angstrom, y_angstrom, z_angstrom "
                  "(docs/particle_lists.md has all names)");
    find_classes();
    TomogramNames names(list_.tomograms);
    for (std::size_t row = 0; row < table_.rows(); ++row) {
      Particle particle;
      particle.position_voxels = position(row);
      particle.class_label = labels_[row];
      particle.orientation = orientation(row);
      if (const auto name = text(row, CsvRole::Tomogram)) particle.tomogram = names.index_of(*name);
      if (text(row, CsvRole::ObjectId))
        particle.object_id = table_.integer(row, column(CsvRole::ObjectId));
      if (text(row, CsvRole::ClusterSize))
        particle.cluster_size = table_.integer(row, column(CsvRole::ClusterSize));
      if (text(row, CsvRole::Score)) particle.score = table_.number(row, column(CsvRole::Score));
      list_.particles.push_back(particle);
      note_voxel_size(row);
    }
    take_column_sizes(table_,
                      {{{column(CsvRole::X), column(CsvRole::XAngstrom), column(CsvRole::ShiftX)},
                        {column(CsvRole::Y), column(CsvRole::YAngstrom), column(CsvRole::ShiftY)},
                        {column(CsvRole::Z), column(CsvRole::ZAngstrom), column(CsvRole::ShiftZ)}}},
                      options_, list_);
    if (matrix_[0] >= 0) drop_unit_orientations(list_);
    keep_extra_columns();
    mark_numbers();
    return place(std::move(list_), use_voxels_ ? PositionUnit::Voxels : PositionUnit::Angstrom,
                 table_.file, options_);
  }

 private:
  int& column(CsvRole role) { return columns_[static_cast<std::size_t>(role)]; }
  bool has(CsvRole role) { return column(role) >= 0; }

  /// The cell of a role where there is one that is not empty.
  std::optional<std::string_view> text(std::size_t row, CsvRole role) {
    if (!has(role)) return std::nullopt;
    const std::string_view cell = trim(table_.cell(row, column(role)));
    if (cell.empty()) return std::nullopt;
    return cell;
  }

  bool all_integers(int c) const {
    for (std::size_t row = 0; row < table_.rows(); ++row)
      if (const auto cell = trim(table_.cell(row, c)); !cell.empty() && !parse_number(cell))
        return false;
    return true;
  }

  /// Gives a column its role; false where it has none or another column has it already.
  bool assign(int c) {
    std::string name = to_lower(trim(table_.columns[static_cast<std::size_t>(c)]));
    if (!name.empty() && name[0] == '_') name.erase(0, 1);
    if (name.empty()) return false;
    for (const CsvNames& known : kCsvNames) {
      if (std::find(known.names.begin(), known.names.end(), name) == known.names.end()) continue;
      CsvRole role = known.role;
      if (role == CsvRole::ObjectId && !all_integers(c)) return false;  // names, UUIDs
      if (role == CsvRole::ClassLabel && name != csv_name(role) && !all_integers(c))
        role = CsvRole::ClassName;  // "label" of names
      if (has(role)) return false;
      column(role) = c;
      return true;
    }
    return false;
  }

  /// The row's voxel size, from one column or from three; unknown where it is empty.
  VoxelSize voxel_size_of(std::size_t row) {
    const auto size = [&](CsvRole role) {
      const double value = table_.number(row, column(role));
      if (value <= 0)
        table_.fail(row, fmt::format("voxel size {}", value), "expected a number above 0");
      return value;
    };
    const VoxelSize one =
        text(row, CsvRole::VoxelSize) ? VoxelSize::cubic(size(CsvRole::VoxelSize)) : VoxelSize{};
    const int edges = text(row, CsvRole::VoxelSizeX).has_value() +
                      text(row, CsvRole::VoxelSizeY).has_value() +
                      text(row, CsvRole::VoxelSizeZ).has_value();
    if (edges == 0) return one;
    if (edges < 3)
      table_.fail(row, "the voxel size is not given along every axis",
                  "fill the columns voxel_size_x_angstrom, voxel_size_y_angstrom and "
                  "voxel_size_z_angstrom, or use voxel_size_angstrom");
    const VoxelSize three{size(CsvRole::VoxelSizeZ), size(CsvRole::VoxelSizeY),
                          size(CsvRole::VoxelSizeX)};
    if (one.known() && !options_.voxel_size && !same_voxel_size(one, three))
      table_.fail(row,
                  fmt::format("a voxel size of {} in one column, but of {} in those of the axes",
                              voxel_size_text(one), voxel_size_text(three)),
                  "remove the wrong columns, or give --voxel-size");
    return three;
  }

  /// The row's voxel size is that of its tomogram.
  void note_voxel_size(std::size_t row) {
    const VoxelSize own = voxel_size_of(row);
    if (!own.known()) return;
    VoxelSize& voxel = list_.tomogram_of(list_.particles.back()).voxel_size;
    if (!voxel.known()) voxel = own;
    if (!same_voxel_size(own, voxel, kSameVoxel))
      table_.fail(row,
                  fmt::format("a voxel size of {}, but earlier rows of the same tomogram have {}",
                              voxel_size_text(own), voxel_size_text(voxel)),
                  "write each tomogram's positions in voxels of one size");
  }

  /// "tomo_idx" counts tomograms; other columns name them, even by numbers.
  void mark_numbers() {
    if (!has(CsvRole::Tomogram)) return;
    const auto at = static_cast<std::size_t>(column(CsvRole::Tomogram));
    if (to_lower(trim(table_.columns[at])) != "tomo_idx") return;
    for (ListTomogram& tomogram : list_.tomograms) tomogram.numbered = true;
  }

  /// The labels of the rows by the names of their classes.
  std::vector<int> number_names() {
    std::vector<std::string> names;
    for (std::size_t row = 0; row < table_.rows(); ++row) {
      const auto name = text(row, CsvRole::ClassName);
      if (!name) table_.fail(row, "no class", "expected a name or label in every row");
      names.emplace_back(*name);
    }
    std::vector<int> labels = labels_of_names(names);
    for (std::size_t row = 0; row < labels.size(); ++row)
      if (labels[row] > kMaxClassLabel)
        table_.fail(row, "more than 65535 class names", "no particle list has that many");
    return labels;
  }

  /// Labels from label columns, else from names in the order of their first appearance.
  void find_classes() {
    labels_.assign(table_.rows(), 1);
    if (!has(CsvRole::ClassLabel) && !has(CsvRole::ClassName)) {
      if (table_.rows() > 0)
        list_.warnings.push_back("the list has no class column; all particles are read as class 1");
      return;
    }
    list_.labels_from_names = !has(CsvRole::ClassLabel);
    if (list_.labels_from_names) labels_ = number_names();
    ClassNames names(list_.class_names);
    for (std::size_t row = 0; row < table_.rows(); ++row) {
      const auto name = text(row, CsvRole::ClassName);
      if (has(CsvRole::ClassLabel)) {
        labels_[row] = table_.class_label(row, column(CsvRole::ClassLabel));
        if (labels_[row] == 0)
          table_.fail(row, "class label 0 is the background", "particles have labels from 1");
      }
      if (!name || (!has(CsvRole::ClassLabel) && label_of_name(*name))) continue;
      if (const std::string fact = names.take(labels_[row], *name); !fact.empty())
        table_.fail(row, fact, "give each class a name of its own");
    }
    refuse_unnamed_rows();
    if (!has(CsvRole::ClassLabel) && !list_.class_names.empty()) {
      std::string summary;
      for (std::size_t i = 1; i < std::min<std::size_t>(list_.class_names.size(), 21); ++i)
        if (!list_.class_names[i].empty())
          summary += fmt::format("{}{} {}", summary.empty() ? "" : ", ", i, list_.class_names[i]);
      list_.warnings.push_back(
          "the list names classes without labels; they are numbered as they first appear: " +
          summary + (list_.class_names.size() > 21 ? ", ..." : ""));
    }
  }

  /// A class has its name in every row, or in none.
  void refuse_unnamed_rows() {
    if (!has(CsvRole::ClassName)) return;
    for (std::size_t row = 0; row < table_.rows(); ++row) {
      if (text(row, CsvRole::ClassName)) continue;
      const auto label = static_cast<std::size_t>(labels_[row]);
      if (label < list_.class_names.size() && !list_.class_names[label].empty())
        table_.fail(row,
                    fmt::format("the class name is empty, but other rows call class {} {}", label,
                                shown(list_.class_names[label])),
                    "write the name in every row of the class");
    }
  }

  Point3 position(std::size_t row) {
    const auto value = [&](CsvRole role) { return table_.number(row, column(role)); };
    const auto shift = [&](CsvRole role) { return text(row, role) ? value(role) : 0; };
    if (matrix_[0] >= 0)
      return {value(CsvRole::ZAngstrom) + table_.number(row, matrix_[11]),
              value(CsvRole::YAngstrom) + table_.number(row, matrix_[7]),
              value(CsvRole::XAngstrom) + table_.number(row, matrix_[3])};
    if (use_voxels_)
      return {value(CsvRole::Z) + shift(CsvRole::ShiftZ),
              value(CsvRole::Y) + shift(CsvRole::ShiftY),
              value(CsvRole::X) + shift(CsvRole::ShiftX)};
    return {value(CsvRole::ZAngstrom), value(CsvRole::YAngstrom), value(CsvRole::XAngstrom)};
  }

  /// The first three rows of copick's 4x4 matrix, where all of it is there.
  void find_matrix() {
    std::array<int, 12> found{};
    for (std::size_t i = 0; i < found.size(); ++i)
      found[i] = table_.find(fmt::format("transform_{}{}", i / 4, i % 4));
    if (std::any_of(found.begin(), found.end(), [](int c) { return c < 0; })) return;
    matrix_ = found;
    std::erase_if(extra_, [&](int c) {
      return table_.columns[static_cast<std::size_t>(c)].starts_with("transform_");
    });
  }

  Rotation matrix_rotation(std::size_t row) const {
    Rotation r{};
    for (std::size_t i = 0; i < 9; ++i) r[i] = table_.number(row, matrix_[i / 3 * 4 + i % 3]);
    if (!is_rotation(r))
      table_.fail(row, "transform_00 to transform_22 are no rotation",
                  "matrices that scale or mirror are not particles' orientations");
    return r;
  }

  std::optional<Rotation> orientation(std::size_t row) {
    if (matrix_[0] >= 0) return matrix_rotation(row);
    const auto triple = [&](CsvRole a, CsvRole b,
                            CsvRole c) -> std::optional<std::array<double, 3>> {
      if (!has(a) || !has(b) || !has(c)) return std::nullopt;
      const int present =
          text(row, a).has_value() + text(row, b).has_value() + text(row, c).has_value();
      if (present == 0) return std::nullopt;
      if (present < 3)
        table_.fail(row, "some of the three angles are missing", "expected all three or none");
      return std::array<double, 3>{table_.number(row, column(a)), table_.number(row, column(b)),
                                   table_.number(row, column(c))};
    };
    if (const auto a = triple(CsvRole::Rot, CsvRole::Tilt, CsvRole::Psi))
      return from_zyz({(*a)[0], (*a)[1], (*a)[2]});
    if (const auto a = triple(CsvRole::Phi, CsvRole::Psi, CsvRole::The))
      return from_zxz({(*a)[0], (*a)[1], (*a)[2]});
    return std::nullopt;
  }

  void keep_extra_columns() {
    std::string names;
    for (const int c : extra_) {
      const std::string& name = table_.columns[static_cast<std::size_t>(c)];
      ExtraColumn column{name, {}};
      for (std::size_t row = 0; row < table_.rows(); ++row)
        column.values.emplace_back(table_.cell(row, c));
      list_.extra_columns.push_back(std::move(column));
      if (names.size() < 200) names += (names.empty() ? "" : ", ") + shown(name);
    }
    if (!names.empty()) list_.warnings.push_back("unknown columns are not used: " + names);
  }

  const Table& table_;
  const ListOptions& options_;
  std::array<int, kCsvRoles> columns_;
  std::vector<int> extra_;
  std::array<int, 12> matrix_{-1};  // rows of copick's matrix; the first is below 0 if it has none
  std::vector<int> labels_;
  bool use_voxels_ = false;
  ParticleList list_;
};

}  // namespace

ParticleList parse_csv(std::string_view text, const std::string& name, const ListOptions& options) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  Table table;
  table.format = "csv";
  table.file = name;
  const char delimiter = options.format == ListFormat::Tsv ? '\t' : sniff_delimiter(text, name);
  const bool headerless = split_rows(text, delimiter, table);
  if (is_cryocat(table)) return parse_motl_table(table, options);
  skip_leading_axes(table);
  refuse_part_of_angles(table);
  ParticleList list = Reader(table, options).run();
  if (headerless)
    list.warnings.insert(
        list.warnings.begin(),
        fmt::format("the list has no header; its {} columns are read as {}", table.columns.size(),
                    table.columns.size() == 3 ? "x, y, z in voxels" : "class, x, y, z in voxels"));
  return list;
}

}  // namespace dfe::io::lists
