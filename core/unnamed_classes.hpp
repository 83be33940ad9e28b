// SPDX-License-Identifier: Apache-2.0
// Classes without a name in lists that are used together.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/class_names.hpp"
#include "dfengine/particle.hpp"

namespace dfe {

/// The classes of a list that was read from `file`. Labels that its reader chose, because the file
/// has only names, say nothing: then there are none.
FileClasses list_classes(const std::string& file, const ParticleList& list);

/// Throws a usage `Error` of `area` where two files have classes without a name beside others under
/// one label, but number a class that has a name differently: these may be two classes.
void check_unnamed_classes(const std::vector<FileClasses>& files, std::string_view area);

}  // namespace dfe
