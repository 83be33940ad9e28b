// SPDX-License-Identifier: Apache-2.0
// What a list that is read or written must be told about its tomograms: sizes, voxel sizes, binning
// and names.
#pragma once

#include <string>
#include <string_view>

#include "dfengine/commands.hpp"
#include "io/particle_list.hpp"

namespace dfe {

/// What a volume says of a tomogram of this name. `told_by` is the volume's file, for messages.
ListTomogram known_tomogram(const std::string& name, const VolumeGeometry& geometry,
                            const std::string& told_by);

/// Options for lists of tomograms as the user describes them; a voxel size given on the command
/// line wins. Opens the files that `frame` names.
io::ListOptions list_frame(const ListFrame& frame, const CommonRequest& common);

/// Options for lists of one tomogram, whose volume is open. `name` is the tomogram's in the list;
/// empty: the file's.
io::ListOptions list_frame(const VolumeInfo& volume, const std::string& name,
                           const CommonRequest& common);

/// Throws a usage `Error` where a pattern for `written_name` has other braces than {id} and {name},
/// and where it gives several inputs one name.
void check_name_pattern(std::string_view area, std::string pattern, std::size_t inputs);

/// The name to write for a tomogram called `name`: "{name}" in the pattern stands for it, "{id}"
/// for it without what programs add (core/tomogram_names.hpp). An empty pattern is "{id}".
std::string written_name(const std::string& pattern, const std::string& name);

}  // namespace dfe
