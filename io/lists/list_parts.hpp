// SPDX-License-Identifier: Apache-2.0
// Formats of which one file holds one tomogram, or one class of one tomogram: which files a list
// becomes, and what each of them holds.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "io/particle_list.hpp"

namespace dfe::io::lists {

/// A file to write.
struct ListFile {
  std::filesystem::path path;
  std::string text;
};

/// The name of the tomogram of a particle: the list's, else `options.tomogram_name`, else that of
/// the only tomogram that is known. Empty where nothing says it.
std::string tomogram_name(const ParticleList& list, const Particle& particle,
                          const ListOptions& options);

/// As `tomogram_name`; throws a usage `Error` where there is none. `format` is for the message.
std::string required_tomogram(const ParticleList& list, const Particle& particle,
                              const std::string& file, const ListOptions& options,
                              const std::string& format);

/// The list with the particles of these rows only.
ParticleList rows_of(const ParticleList& list, const std::vector<std::size_t>& rows);

/// Whether a file of this format holds one tomogram.
bool one_tomogram_per_file(ListFormat format);

/// The list in such a format: the file `path`, or files in `path` where it stands for a folder
/// (`is_list_folder`), named as the format's program looks for them. `list` counts voxels of the
/// tomograms. Throws a usage `Error` where it does not fit into the file `path`.
std::vector<ListFile> format_parts(const ParticleList& list, const std::filesystem::path& path,
                                   const ListOptions& options);

}  // namespace dfe::io::lists
