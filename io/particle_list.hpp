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

/// What a table of tomograms says of each: RELION's tomograms.star. Sizes are those of the
/// reconstructed tomograms if the table has their binning, else in unbinned pixels. Throws `Error`
/// for other files.
std::vector<ListTomogram> read_tomograms(const std::filesystem::path& path);

/// "xml", "star", "relion3", "relion4", "relion5", "csv", "tsv", "shrec" or "auto"; throws a usage
/// `Error` with the choices.
ListFormat parse_list_format(const std::string& name);

/// The formats that can be written, by these names; "star" is "relion4".
std::vector<std::pair<std::string, ListFormat>> written_list_formats();

/// "detect", "xyz" or "zyx"; throws a usage `Error` that names `option`.
XmlAxes parse_xml_axes(const std::string& name, const std::string& option);

/// Whether the file extension is that of a list format. `.txt` is not: it may be any text.
bool is_list_file_name(const std::filesystem::path& path);

}  // namespace dfe::io
