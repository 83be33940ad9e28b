// SPDX-License-Identifier: Apache-2.0
// Picks of copick: a JSON file for one object (class) in one run (tomogram). Positions are in Å
// from the centre of the tomogram's first voxel; location plus the translation of the point's 4x4
// matrix. The matrix's rotation turns the object onto the tomogram. Source: copick's models
// (CopickPicksFile, CopickPoint) and its documentation of conventions.
#pragma once

#include <string>
#include <string_view>

#include "io/particle_list.hpp"

namespace dfe::io::lists {

ParticleList parse_copick(std::string_view text, const std::string& name,
                          const ListOptions& options);

/// A list of one class in one tomogram, called `run`.
std::string format_copick(const ParticleList& list, const std::string& run, const std::string& name,
                          const ListOptions& options);

/// Whether a matrix turns, and neither scales nor mirrors.
bool is_rotation(const Rotation& matrix);

/// Removes the orientations of a list in which nobody turned a point: unit matrices all.
void drop_unit_orientations(ParticleList& list);

/// The name as copick allows it for objects: without underscores, blanks and signs of paths, which
/// become "-".
std::string copick_object(const std::string& name);

/// "dfengine_0_OBJECT.json": copick finds user, session and object in the file's name.
std::string copick_file_name(const std::string& object);

}  // namespace dfe::io::lists
