// SPDX-License-Identifier: Apache-2.0
// Classes that options name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dfe {

/// The label of a class that an option names, or gives as a label. `classes` counts the background;
/// 0 where it is unknown. Throws a usage `Error` for a class that does not exist, for the
/// background, and for a name where no names are known (`source` has none).
int class_label(std::string_view area, const std::string& option, const std::string& text,
                const std::vector<std::string>& names, std::int64_t classes,
                const std::string& source);

}  // namespace dfe
