// SPDX-License-Identifier: Apache-2.0
// Writes CSV and TSV lists: a column appears where at least one particle has something to say in
// it.
#include <fmt/format.h>

#include <algorithm>

#include "io/lists/csv.hpp"
#include "io/lists/euler.hpp"
#include "io/lists/formats.hpp"
#include "io/lists/kept_columns.hpp"
#include "io/lists/text.hpp"

namespace dfe::io::lists {

namespace {

/// Whatever could be taken for a delimiter stands in quotes, so that a reader that guesses the
/// delimiter guesses right.
std::string quote_where_needed(std::string_view value) {
  const bool plain =
      value.find_first_of("\"\r\n#,;|\t") == std::string_view::npos && trim(value) == value;
  if (plain) return std::string(value);
  std::string text = "\"";
  for (const char c : value) text.append(c == '"' ? 2 : 1, c);
  return text + '"';
}

std::string decimal(double value) { return format_number(value, 6, true); }

/// The class's name, or nothing.
std::string name_from(const std::vector<std::string>& names, int label) {
  const auto index = static_cast<std::size_t>(label);
  return label >= 0 && index < names.size() ? names[index] : std::string();
}

/// Grows column by column.
class Columns {
 public:
  Columns(const ParticleList& list, char delimiter)
      : list_(list), delimiter_(delimiter), rows_(list.particles.size()) {}

  void add_names();
  void add_positions(bool with_angstrom);
  void add_angles();
  void add_results();
  void add_extra_columns();

  std::string text() const {
    std::string out = header_ + '\n';
    for (const std::string& row : rows_) out.append(row).append(1, '\n');
    return out;
  }

 private:
  /// `value_of` gives the cell of row i.
  template <class ValueOf>
  void add(std::string_view name, ValueOf&& value_of) {
    const std::string_view between(&delimiter_, header_.empty() ? 0 : 1);
    header_.append(between).append(quote_where_needed(name));
    for (std::size_t i = 0; i < rows_.size(); ++i)
      rows_[i].append(between).append(quote_where_needed(value_of(i)));
  }

  /// A column of what not every particle has, where at least one has it.
  template <class Value, class Text>
  void add_where_any(CsvRole role, std::optional<Value> Particle::*member, Text&& text_of) {
    const auto has = [&](const Particle& p) { return (p.*member).has_value(); };
    if (!std::any_of(list_.particles.begin(), list_.particles.end(), has)) return;
    add(csv_name(role), [&](std::size_t i) {
      const std::optional<Value>& value = list_.particles[i].*member;
      return value ? std::string(text_of(*value)) : std::string();
    });
  }

  void add_coordinate(CsvRole role, double Point3::*member) {
    add(csv_name(role),
        [&](std::size_t i) { return decimal(list_.particles[i].position_voxels.*member); });
  }

  const ParticleList& list_;
  const char delimiter_;
  std::string header_;
  std::vector<std::string> rows_;
};

void Columns::add_names() {
  const auto whole = [](std::int64_t value) { return std::to_string(value); };
  add_where_any(CsvRole::Tomogram, &Particle::tomogram, [&](int index) {
    return list_.tomograms.at(static_cast<std::size_t>(index)).name;
  });
  add_where_any(CsvRole::ObjectId, &Particle::object_id, whole);
  add(csv_name(CsvRole::ClassLabel),
      [&](std::size_t i) { return whole(list_.particles[i].class_label); });
  const auto name_of = [&](const Particle& p) {
    return name_from(list_.class_names, p.class_label);
  };
  if (std::any_of(list_.particles.begin(), list_.particles.end(),
                  [&](const Particle& p) { return !name_of(p).empty(); }))
    add(csv_name(CsvRole::ClassName), [&](std::size_t i) { return name_of(list_.particles[i]); });
}

void Columns::add_positions(bool with_angstrom) {
  add_coordinate(CsvRole::X, &Point3::x);
  add_coordinate(CsvRole::Y, &Point3::y);
  add_coordinate(CsvRole::Z, &Point3::z);
  const auto voxel = [&](std::size_t i) -> const VoxelSize& {
    return list_.tomogram_of(list_.particles[i]).voxel_size;
  };
  bool any = false;
  for (std::size_t i = 0; i < rows_.size() && !any; ++i) any = voxel(i).known();
  if (!any) return;
  const auto add_angstrom = [&](CsvRole role, double Point3::*member, double VoxelSize::*edge) {
    add(csv_name(role), [&](std::size_t i) {
      return voxel(i).known() ? decimal(list_.particles[i].position_voxels.*member * voxel(i).*edge)
                              : std::string();
    });
  };
  if (with_angstrom) {
    add_angstrom(CsvRole::XAngstrom, &Point3::x, &VoxelSize::x_angstrom);
    add_angstrom(CsvRole::YAngstrom, &Point3::y, &VoxelSize::y_angstrom);
    add_angstrom(CsvRole::ZAngstrom, &Point3::z, &VoxelSize::z_angstrom);
  }
  bool cubic = true;
  for (std::size_t i = 0; i < rows_.size(); ++i) cubic = cubic && !voxel(i).is_anisotropic();
  const auto add_size = [&](CsvRole role, auto&& size_of) {
    add(csv_name(role), [&](std::size_t i) {
      return voxel(i).known() ? decimal(size_of(voxel(i))) : std::string();
    });
  };
  if (cubic)
    return add_size(CsvRole::VoxelSize, [](const VoxelSize& v) { return v.mean_angstrom(); });
  add_size(CsvRole::VoxelSizeX, [](const VoxelSize& v) { return v.x_angstrom; });
  add_size(CsvRole::VoxelSizeY, [](const VoxelSize& v) { return v.y_angstrom; });
  add_size(CsvRole::VoxelSizeZ, [](const VoxelSize& v) { return v.z_angstrom; });
}

void Columns::add_angles() {
  const auto angle = [&](CsvRole role, double ZyzAngles::*member) {
    add_where_any(role, &Particle::orientation,
                  [&](const Rotation& r) { return decimal(to_zyz(r).*member); });
  };
  angle(CsvRole::Rot, &ZyzAngles::rot);
  angle(CsvRole::Tilt, &ZyzAngles::tilt);
  angle(CsvRole::Psi, &ZyzAngles::psi);
}

void Columns::add_results() {
  add_where_any(CsvRole::ClusterSize, &Particle::cluster_size,
                [](std::int64_t size) { return std::to_string(size); });
  add_where_any(CsvRole::Score, &Particle::score, format_exact);
}

void Columns::add_extra_columns() {
  for (const ExtraColumn& column : list_.extra_columns)
    if (is_csv_column(column.name))
      add(column.name, [&](std::size_t i) { return column.values[i]; });
}

}  // namespace

std::string format_csv(const ParticleList& list, char delimiter, bool with_angstrom) {
  Columns columns(list, delimiter);
  columns.add_names();
  columns.add_positions(with_angstrom);
  columns.add_angles();
  columns.add_results();
  columns.add_extra_columns();
  return columns.text();
}

}  // namespace dfe::io::lists
