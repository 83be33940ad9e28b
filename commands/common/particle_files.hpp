// SPDX-License-Identifier: Apache-2.0
// What `cluster` and `pick` share: how a list of particles found in a tomogram is completed,
// recorded and reported.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "commands/common/job.hpp"
#include "commands/common/json_text.hpp"
#include "dfengine/commands.hpp"
#include "io/particle_list.hpp"

namespace dfe {

/// What list names in a folder end with: ".xml", ".csv", ".tsv", else ".star".
std::string list_suffix(io::ListFormat format);

/// What formats that count from the tomogram's centre or in Å must know, where the tomogram's
/// geometry is known.
io::ListOptions list_frame(const VolumeGeometry& geometry);

/// What formats that count from the tomogram's centre or in Å must know: extent, voxel size and
/// name of the volume `like` (none where it is empty); a voxel size given on the command line wins.
io::ListOptions list_frame(const std::string& like, const CommonRequest& common);

/// Notes every clustering option.
void record_options(io::RunRecord& record, const ClusterOptions& options);

/// Tells the list where its particles lie: tomogram name, extent, voxel size, class names.
void finish_list(ParticleList& list, const LabelMap& map, const std::filesystem::path& tomogram);

/// Throws where no list of a tomogram of this geometry can be written under that name.
void check_list(const std::filesystem::path& output, io::ListFormat format,
                const VolumeGeometry& geometry);

/// Writes the list and notes it.
void write_list(const std::filesystem::path& output, const ParticleList& list,
                io::ListFormat format, Job& job);

/// "27 particles written to picks.star" and a line per class.
std::string list_text(const ParticleList& list, const std::filesystem::path& output);

/// {"particles": 27, "classes": {"<name or label>": 3, ...}}
Json list_json(const ParticleList& list);

}  // namespace dfe
