// SPDX-License-Identifier: Apache-2.0
// Writes CSV and TSV lists: a column appears where at least one particle has something to say in
// it.
#include <fmt/format.h>

#include <algorithm>

#include "io/lists/csv.hpp"
#include "io/lists/euler.hpp"
#include "io/lists/formats.hpp"
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

}  // namespace

std::string format_csv(const ParticleList& list, char delimiter) {
  const std::vector<Particle>& particles = list.particles;
  std::string header;
  std::vector<std::string> rows(particles.size());
  const auto add = [&](std::string_view name, auto&& value_of) {
    const std::string_view between(&delimiter, header.empty() ? 0 : 1);
    header.append(between).append(quote_where_needed(name));
    for (std::size_t i = 0; i < rows.size(); ++i)
      rows[i].append(between).append(quote_where_needed(value_of(i)));
  };
  const auto any = [&](auto&& has) { return std::any_of(particles.begin(), particles.end(), has); };

  const auto name_from = [](const std::vector<std::string>& names, std::int64_t index) {
    return index >= 0 && static_cast<std::size_t>(index) < names.size()
               ? names[static_cast<std::size_t>(index)]
               : std::string();
  };
  if (any([](const Particle& p) { return p.tomogram.has_value(); }))
    add(csv_name(CsvRole::Tomogram), [&](std::size_t i) {
      return name_from(list.tomograms, particles[i].tomogram.value_or(-1));
    });
  if (any([](const Particle& p) { return p.object_id.has_value(); }))
    add(csv_name(CsvRole::ObjectId), [&](std::size_t i) {
      return particles[i].object_id ? std::to_string(*particles[i].object_id) : "";
    });
  add(csv_name(CsvRole::ClassLabel),
      [&](std::size_t i) { return std::to_string(particles[i].class_label); });
  if (any([&](const Particle& p) { return !name_from(list.class_names, p.class_label).empty(); }))
    add(csv_name(CsvRole::ClassName),
        [&](std::size_t i) { return name_from(list.class_names, particles[i].class_label); });
  add(csv_name(CsvRole::X), [&](std::size_t i) { return decimal(particles[i].position_voxels.x); });
  add(csv_name(CsvRole::Y), [&](std::size_t i) { return decimal(particles[i].position_voxels.y); });
  add(csv_name(CsvRole::Z), [&](std::size_t i) { return decimal(particles[i].position_voxels.z); });
  if (const VoxelSize& voxel = list.voxel_size; voxel.known()) {
    add(csv_name(CsvRole::XAngstrom),
        [&](std::size_t i) { return decimal(particles[i].position_voxels.x * voxel.x_angstrom); });
    add(csv_name(CsvRole::YAngstrom),
        [&](std::size_t i) { return decimal(particles[i].position_voxels.y * voxel.y_angstrom); });
    add(csv_name(CsvRole::ZAngstrom),
        [&](std::size_t i) { return decimal(particles[i].position_voxels.z * voxel.z_angstrom); });
    add(csv_name(CsvRole::VoxelSize), [&](std::size_t) { return decimal(voxel.mean_angstrom()); });
  }
  if (any([](const Particle& p) { return p.orientation.has_value(); })) {
    const auto angle = [&](CsvRole role, double ZyzAngles::*member) {
      add(csv_name(role), [&](std::size_t i) {
        return particles[i].orientation ? decimal(to_zyz(*particles[i].orientation).*member) : "";
      });
    };
    angle(CsvRole::Rot, &ZyzAngles::rot);
    angle(CsvRole::Tilt, &ZyzAngles::tilt);
    angle(CsvRole::Psi, &ZyzAngles::psi);
  }
  if (any([](const Particle& p) { return p.cluster_size.has_value(); }))
    add(csv_name(CsvRole::ClusterSize), [&](std::size_t i) {
      return particles[i].cluster_size ? std::to_string(*particles[i].cluster_size) : "";
    });
  if (any([](const Particle& p) { return p.score.has_value(); }))
    add(csv_name(CsvRole::Score),
        [&](std::size_t i) { return particles[i].score ? decimal(*particles[i].score) : ""; });
  for (const ExtraColumn& column :
       list.extra_columns)  // those of STAR files begin with an underscore or data_optics/
    if (!column.name.empty() && column.name[0] != '_' && column.name.find('/') == std::string::npos)
      add(column.name, [&](std::size_t i) { return column.values[i]; });

  std::string out = header + '\n';
  for (const std::string& row : rows) out.append(row).append(1, '\n');
  return out;
}

}  // namespace dfe::io::lists
