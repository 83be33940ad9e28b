// SPDX-License-Identifier: Apache-2.0
// The columns of CSV and TSV lists: one table of names for the reader and the writer.
#pragma once

#include <array>
#include <string_view>

namespace dfe::io::lists {

/// What a column means. The order is that of writing.
enum class CsvRole {
  Tomogram,
  ObjectId,
  ClassLabel,
  ClassName,
  X,
  Y,
  Z,
  XAngstrom,
  YAngstrom,
  ZAngstrom,
  VoxelSize,
  VoxelSizeX,
  VoxelSizeY,
  VoxelSizeZ,
  Rot,
  Tilt,
  Psi,
  Phi,
  The,
  ClusterSize,
  Score,
  ShiftX,  ///< ArtiaX: added to the position
  ShiftY,
  ShiftZ,
};
inline constexpr std::size_t kCsvRoles = 24;

/// A role with its names, all in small letters; the first is the one we write.
struct CsvNames {
  CsvRole role;
  std::array<std::string_view, 9> names;
};

inline constexpr std::array<CsvNames, kCsvRoles> kCsvNames{{
    {CsvRole::Tomogram,
     {"tomogram", "tomo", "tomo_name", "tomogram_name", "tomo_idx", "rlntomoname",
      "rlnmicrographname", "experiment", "run_name"}},
    {CsvRole::ObjectId, {"object_id", "obj_id", "id", "index", "instance_id"}},
    {CsvRole::ClassLabel,
     {"class_label", "label", "class", "class_id", "class_number", "rlnclassnumber"}},
    {CsvRole::ClassName, {"class_name", "particle_type", "object_name", "pickable_object_name"}},
    {CsvRole::X,
     {"x", "x_voxel", "x_voxels", "x_px", "position_x", "pos_x", "axis-2", "coordinate_x",
      "rlncoordinatex"}},
    {CsvRole::Y,
     {"y", "y_voxel", "y_voxels", "y_px", "position_y", "pos_y", "axis-1", "coordinate_y",
      "rlncoordinatey"}},
    {CsvRole::Z,
     {"z", "z_voxel", "z_voxels", "z_px", "position_z", "pos_z", "axis-0", "coordinate_z",
      "rlncoordinatez"}},
    {CsvRole::XAngstrom, {"x_angstrom", "x_ang", "x_a", "position_x_angstrom", "pos_x_angstrom"}},
    {CsvRole::YAngstrom, {"y_angstrom", "y_ang", "y_a", "position_y_angstrom", "pos_y_angstrom"}},
    {CsvRole::ZAngstrom, {"z_angstrom", "z_ang", "z_a", "position_z_angstrom", "pos_z_angstrom"}},
    {CsvRole::VoxelSize, {"voxel_size_angstrom"}},
    {CsvRole::VoxelSizeX, {"voxel_size_x_angstrom"}},
    {CsvRole::VoxelSizeY, {"voxel_size_y_angstrom"}},
    {CsvRole::VoxelSizeZ, {"voxel_size_z_angstrom"}},
    {CsvRole::Rot, {"rot", "rlnanglerot"}},
    {CsvRole::Tilt, {"tilt", "rlnangletilt"}},
    {CsvRole::Psi, {"psi", "rlnanglepsi"}},
    {CsvRole::Phi, {"phi"}},
    {CsvRole::The, {"the", "theta"}},
    {CsvRole::ClusterSize, {"cluster_size"}},
    {CsvRole::Score, {"score", "rlnautopickfigureofmerit", "confidence", "probability"}},
    {CsvRole::ShiftX, {"shift_x"}},
    {CsvRole::ShiftY, {"shift_y"}},
    {CsvRole::ShiftZ, {"shift_z"}},
}};

/// The name under which a role is written.
constexpr std::string_view csv_name(CsvRole role) {
  return kCsvNames[static_cast<std::size_t>(role)].names[0];
}

}  // namespace dfe::io::lists
