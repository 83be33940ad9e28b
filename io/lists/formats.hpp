// SPDX-License-Identifier: Apache-2.0
// The list formats behind the door `io/particle_list.hpp`: text in, particles out, and back.
// Readers take the text and a name for messages, so that tests and fuzz targets need no files.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>

#include "io/particle_list.hpp"

namespace dfe::io::lists {

/// Labels above are damaged files: label maps end at 255, classifications of averages stay far
/// below.
inline constexpr int kMaxClassLabel = 65535;

/// DeepFinder XML. Positions in voxels, 0-based; angles R = Rz(psi)·Rx(the)·Rz(phi).
ParticleList parse_xml(std::string_view text, const std::string& name, const ListOptions& options);
std::string format_xml(const ParticleList& list, const ListOptions& options);

/// RELION STAR of any version.
ParticleList parse_star(std::string_view text, const std::string& name, const ListOptions& options);
/// `options.format` says which version; Star means RELION 4. `name` is for messages.
std::string format_star(const ParticleList& list, const std::string& name,
                        const ListOptions& options);

/// Table of texts; commas, tabs, semicolons or pipes separate them.
ParticleList parse_csv(std::string_view text, const std::string& name, const ListOptions& options);
/// Å are of the tomogram as given, so they do not go with other pixels.
std::string format_csv(const ParticleList& list, char delimiter, bool with_angstrom = true);

/// Dynamo table; `table_map` is the text of the file that names its tomograms, empty if there is
/// none.
ParticleList parse_dynamo(std::string_view text, const std::string& name,
                          const ListOptions& options, std::string_view table_map = {});
std::string format_dynamo(const ParticleList& list, const std::string& name);
/// That file's text for a list; empty where no particle has a tomogram.
std::string format_table_map(const ParticleList& list);
/// A tomogram's name as that file has it: control characters are blanks, and none are at its ends.
std::string table_map_name(std::string_view name);
bool is_table_map(std::string_view text);
/// Whether a line is one of at least 26 numbers between blanks.
bool is_dynamo_row(std::string_view line);

/// IMOD's binary model: objects are classes.
ParticleList parse_imod(std::string_view text, const std::string& name, const ListOptions& options);
std::string format_imod(const ParticleList& list);
/// What a model has of a class's name: at most 63 bytes, of whole UTF-8 characters.
std::string_view imod_object_name(std::string_view class_name);
/// The voxel size of all tomograms with particles, where x and y are the same; else unknown.
VoxelSize one_voxel_size(const ParticleList& list);

/// Motive list of TOM and AV3 as an EM file.
ParticleList parse_motl_em(std::string_view text, const std::string& name,
                           const ListOptions& options);
std::string format_motl_em(const ParticleList& list);
/// Whether an EM file with these first 512 bytes and this length is a motive list.
bool is_motl_em(std::string_view head, std::uint64_t file_bytes);

/// The same as CSV without a header.
ParticleList parse_motl_csv(std::string_view text, const std::string& name,
                            const ListOptions& options);
std::string format_motl_csv(const ParticleList& list);
/// Whether a line is one of 20 numbers.
bool is_motl_csv(std::string_view line);

/// STOPGAP's motive list.
ParticleList parse_stopgap(std::string_view text, const std::string& name,
                           const ListOptions& options);
std::string format_stopgap(const ParticleList& list);
/// Whether a line of a STAR file begins its block.
bool is_stopgap_block(std::string_view line);

/// Any of them by content: what `read_list` does once it has the text. `ending` is the
/// file name's (".tbl"). `table_map` is for Dynamo tables.
ParticleList parse_list(std::string_view text, const std::string& name, const std::string& ending,
                        const ListOptions& options, std::string_view table_map = {});

/// Collects tomograms in the order of their first appearance.
class TomogramNames {
 public:
  explicit TomogramNames(std::vector<ListTomogram>& tomograms) : tomograms_(tomograms) {}

  int index_of(std::string_view name) {
    const auto [place, added] =
        index_.try_emplace(std::string(name), static_cast<int>(tomograms_.size()));
    if (added) tomograms_.emplace_back().name = name;
    return place->second;
  }

 private:
  std::vector<ListTomogram>& tomograms_;
  std::unordered_map<std::string, int> index_;
};

}  // namespace dfe::io::lists
