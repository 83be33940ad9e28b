// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "core/class_names.hpp"

#include <map>

#include "core/text.hpp"
#include "dfengine/error.hpp"

namespace dfe {

void check_class_names(const std::vector<std::string>& names, std::string_view area,
                       const std::string& setting) {
  std::map<std::string_view, std::size_t> labels;
  for (std::size_t label = 0; label < names.size(); ++label) {
    const std::string_view name = trim(names[label]);
    if (name.empty())
      throw Error(ErrorKind::Usage, area, setting,
                  "the name of class " + std::to_string(label) + " is empty",
                  "name every class, background first");
    if (const auto [found, fresh] = labels.emplace(name, label); !fresh)
      throw Error(ErrorKind::Usage, area, setting,
                  "'" + std::string(name) + "' is the name of classes " +
                      std::to_string(found->second) + " and " + std::to_string(label),
                  "give each class a name of its own");
  }
}

}  // namespace dfe
