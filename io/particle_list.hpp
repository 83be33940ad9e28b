// SPDX-License-Identifier: Apache-2.0
// The door to particle lists: one function reads any format, one writes. Inside the library a list
// is always in voxels of its tomogram.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "dfengine/particle.hpp"

namespace dfe::io {

enum class ListFormat {
  Auto,  ///< by content when reading, by the file name's ending when writing
  Xml,   ///< DeepFinder object list
  Star,  ///< RELION; which version is found from the columns when reading, RELION 4 when writing
  Relion3,
  Relion4,
  Relion5,
  Csv,
  Tsv,
  Shrec,  ///< location file of the SHREC contest; read, not written
};

/// Order of the coordinates in DeepFinder XML lists: since April 2020 x is the fastest axis, before
/// that x was the slowest. And in location files of the SHREC contest: which coordinate is first.
enum class XmlAxes { Detect, Xyz, Zyx };

struct ListOptions {
  ListFormat format = ListFormat::Auto;
  XmlAxes xml_axes = XmlAxes::Detect;   ///< Detect looks at the positions, and warns
  std::optional<VoxelSize> voxel_size;  ///< of the tomogram; needed by formats in Å
  std::optional<Extent3>
      tomogram_extent;        ///< needed by RELION 5 (positions from the centre) and by `Detect`
  std::string tomogram_name;  ///< for particles whose list names none
  double relion_binning =
      1;  ///< b, tomogram voxel / unbinned pixel: RELION has voxel x at pixel b·x + (b - 1)/2
};

/// Reads a list. Throws `Error` naming file, line or object, fact and remedy. Columns it does not
/// know are kept in `extra_columns`.
ParticleList read_particle_list(const std::filesystem::path& path, const ListOptions& options = {});

/// Writes a list; the file appears whole or not at all.
void write_particle_list(const std::filesystem::path& path, const ParticleList& list,
                         const ListOptions& options = {});

/// "xml", "star", "relion3", "relion4", "relion5", "csv", "tsv", "shrec" or "auto"; throws a usage
/// `Error` with the choices.
ListFormat parse_list_format(const std::string& name);

/// "detect", "xyz" or "zyx"; throws a usage `Error` that names `option`.
XmlAxes parse_xml_axes(const std::string& name, const std::string& option);

/// Whether the ending is one of a list format. `.txt` is not: it may be any text.
bool is_list_file_name(const std::filesystem::path& path);

}  // namespace dfe::io
