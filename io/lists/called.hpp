// SPDX-License-Identifier: Apache-2.0
// What the name of a list's file says of its tomogram.
#pragma once

#include <string>

#include "dfengine/files.hpp"

namespace dfe::io::lists {

/// The options with the name of that one of several tomograms which the file is called after, for
/// particles whose file names none; unchanged where there is no such tomogram.
ListOptions named_by_file(ListOptions options, const std::string& file);

/// Warns where a list that names no tomogram is called after another one than the only one that is
/// offered: the names differ in their numbers alone, as those of tilt series do. Less than a name
/// in the file, which is an error, since people call files as they like.
void warn_of_other_name(ParticleList& list, const std::string& file, const ListOptions& options);

}  // namespace dfe::io::lists
