// SPDX-License-Identifier: Apache-2.0
// The door to particle lists for the rest of the library: the public functions, called by io:: so
// that whoever touches a file shows it, and the names by which users choose formats.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "dfengine/files.hpp"

namespace dfe::io {

using dfe::ListFormat;
using dfe::ListOptions;
using dfe::ListSettings;
using dfe::read_list;
using dfe::write_list;
using dfe::XmlAxes;

/// Throws where `write_list` could not put this list into words, and writes nothing.
void check_list(const std::filesystem::path& path, const ParticleList& list,
                const ListOptions& options = {});

/// The format in which `write_list` writes: that of the options, or of the file extension.
ListFormat written_format(const std::filesystem::path& path, const ListOptions& options);

/// The files that `write_list` makes of this list: `path`, or several. Throws as `check_list` does.
std::vector<std::filesystem::path> list_files(const std::filesystem::path& path,
                                              const ParticleList& list, const ListOptions& options);

/// Whether `path` stands for a folder that takes a file for each tomogram: one of whose format a
/// file holds a single tomogram, and a folder that exists or a name without extension.
bool is_list_folder(const std::filesystem::path& path, ListFormat format);

/// What a table of tomograms says of each: RELION's tomograms.star. Sizes are those of the
/// reconstructed tomograms if the table has their binning, else in unbinned pixels. Throws `Error`
/// for other files.
std::vector<ListTomogram> read_tomograms(const std::filesystem::path& path);

/// "star", "csv", "copick", ... or "auto"; throws a usage `Error` with the choices.
ListFormat parse_list_format(const std::string& name);

/// The formats that can be written, by these names; "star" is "relion4".
std::vector<std::pair<std::string, ListFormat>> written_list_formats();

/// "detect", "xyz" or "zyx"; throws a usage `Error` that names `option`.
XmlAxes parse_xml_axes(const std::string& name, const std::string& option);

/// Whether the file extension is that of a list format. `.txt` is not: it may be any text.
bool is_list_file_name(const std::filesystem::path& path);

/// Whether a file is called .em and has the shape of a motive list, not of a volume.
bool is_motive_list(const std::filesystem::path& path);

/// The file that names the tomograms of a Dynamo table: NAME.doc beside NAME.tbl. Empty for other
/// formats.
std::filesystem::path table_map_beside(const std::filesystem::path& path, ListFormat format);

}  // namespace dfe::io
