// SPDX-License-Identifier: Apache-2.0
// The files of a Dynamo table, see the header.
#include "io/lists/dynamo_files.hpp"

#include "io/lists/formats.hpp"
#include "io/lists/numbering.hpp"
#include "io/lists/text.hpp"

namespace dfe::io::lists {

std::vector<ListFile> format_dynamo_files(const ParticleList& list,
                                          const std::filesystem::path& path) {
  std::vector<ListFile> files;
  const std::filesystem::path map = table_map_beside(path, ListFormat::Dynamo);
  std::error_code ignored;
  const bool exists = std::filesystem::exists(map, ignored);
  if (exists && (std::filesystem::equivalent(map, path, ignored) || !is_table_map(load_text(map))))
    throw Error(ErrorKind::Usage, "list", map.string(),
                "is in the way: the table map of a Dynamo table has this name",
                "move it, or write the table under another name");
  const std::string names = format_table_map(list);
  if (exists || !same_tomogram_numbers(list)) files.push_back({map, names.empty() ? "\n" : names});
  files.push_back({path, format_dynamo(list, path.string())});
  return files;
}

}  // namespace dfe::io::lists
