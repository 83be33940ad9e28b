// SPDX-License-Identifier: Apache-2.0
// Names without folder and endings, see the header.
#include "core/file_names.hpp"

namespace dfe {

std::string base_name(const std::filesystem::path& path) {
  std::filesystem::path name = path.filename();
  for (const char* ending : {".gz", ".bz2"})
    if (name.extension() == ending) name = name.stem();
  return name.has_stem() ? name.stem().string() : name.string();
}

}  // namespace dfe
