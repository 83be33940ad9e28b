// SPDX-License-Identifier: Apache-2.0
// The root of an XML list.
#pragma once

#include <pugixml.hpp>
#include <string>
#include <string_view>

namespace dfe::io::lists {

/// Parses `text` and gives its root element. Throws `Error`, which `area` begins, where it is not
/// XML or has a second root, as two files do that were written one after the other.
pugi::xml_node parse_root(pugi::xml_document& document, std::string_view text,
                          const std::string& area, const std::string& name);

}  // namespace dfe::io::lists
