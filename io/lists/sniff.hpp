// SPDX-License-Identifier: Apache-2.0
// Recognises the format of a particle list by its content, where the content does not tell by the
// end of the file's name.
#pragma once

#include <string>
#include <string_view>

#include "io/particle_list.hpp"

namespace dfe::io::lists {

/// The format that the content has; throws for files that are known but not read. `ending` is the
/// file name's, in lower case (".tbl").
ListFormat sniff(std::string_view text, const std::string& name, const std::string& ending);

}  // namespace dfe::io::lists
