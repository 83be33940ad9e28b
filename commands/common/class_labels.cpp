// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "commands/common/class_labels.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "dfengine/error.hpp"

namespace dfe {

int class_label(std::string_view area, const std::string& option, const std::string& text,
                const std::vector<std::string>& names, std::int64_t classes,
                const std::string& source) {
  if (const auto found = std::find(names.begin(), names.end(), text); found != names.end()) {
    if (found == names.begin())
      throw Error(ErrorKind::Usage, area, option, "'" + text + "' is the background",
                  "choose another class");
    return static_cast<int>(std::distance(names.begin(), found));
  }
  if (const auto label = parse_as<int>(text)) {
    const std::int64_t most = classes > 0 ? classes - 1 : 255;
    if (*label < 1 || *label > most)
      throw Error(ErrorKind::Usage, area, option, "there is no class " + text,
                  "labels are 1 to " + std::to_string(most));
    return *label;
  }
  if (names.empty())
    throw Error(ErrorKind::Usage, area, option,
                "no class is called '" + text + "': " + source + " does not name its classes",
                "give the class by its label, or the names with --classes");
  const std::string nearest =
      nearest_name(text, std::vector<std::string>(names.begin() + 1, names.end()));
  throw Error(ErrorKind::Usage, area, option, "no class is called '" + text + "'",
              (nearest.empty() ? "the" : "did you mean " + nearest + "? The") + " classes are " +
                  join({names.begin() + 1, names.end()}));
}

}  // namespace dfe
