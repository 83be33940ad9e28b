// SPDX-License-Identifier: Apache-2.0
// What `cluster` and `pick` share: how a list of particles found in a tomogram is completed,
// recorded and reported.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "commands/common/job.hpp"
#include "commands/common/json_text.hpp"
#include "commands/common/outputs.hpp"
#include "dfengine/commands.hpp"
#include "io/particle_list.hpp"

namespace dfe {

/// A list as a result. In a folder its name ends as its format asks for (".star"), and a Dynamo
/// table may have its map beside it.
OutputKind list_output(const std::string& option, const std::string& value, io::ListFormat format);

/// The files of a list that has been written to `output`, a file.
std::vector<std::filesystem::path> list_files(const std::filesystem::path& output,
                                              io::ListFormat format);

/// A length as users type it: 8, 110A.
std::string length_text(const Length& length);

/// Notes every clustering option.
void record_options(io::RunRecord& record, const ClusterOptions& options);

/// Tells the list where its particles lie: tomogram (its name by `pattern`, see `written_name`),
/// size, voxel size, class names.
void finish_list(ParticleList& list, const LabelMap& map, const std::filesystem::path& tomogram,
                 const std::string& pattern);

/// Throws where no list of a tomogram of this geometry can be written to `output`. `tomogram` and
/// `pattern` as in `finish_list`.
void check_list(const std::filesystem::path& output, const io::ListOptions& options,
                const std::filesystem::path& tomogram, const std::string& pattern,
                const VolumeGeometry& geometry);

/// Writes the list, warns of what the format cannot keep, and notes it.
void write_list(const std::filesystem::path& output, const ParticleList& list,
                const io::ListOptions& options, Job& job);

/// Tells once which label stands for which class where only a setting names them.
void say_labels(const std::vector<std::string>& class_names, const std::string& setting, Job& job);

/// "27 particles written to picks.star" and a line per class.
std::string list_text(const ParticleList& list, const std::filesystem::path& output);

/// {"particles": 27, "classes": {"<name or label>": 3, ...}}
Json list_json(const ParticleList& list);

}  // namespace dfe
