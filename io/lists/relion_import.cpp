// SPDX-License-Identifier: Apache-2.0
// Lists for RELION 5's import job, see the header.
#include "io/lists/relion_import.hpp"

#include <algorithm>
#include <map>

#include "io/lists/formats.hpp"
#include "io/lists/star_table.hpp"

namespace dfe::io::lists {

std::vector<ListFile> format_relion_import(const ParticleList& list,
                                           const std::filesystem::path& path,
                                           const ListOptions& options) {
  std::map<std::string, std::vector<std::size_t>> rows;
  std::vector<std::string> order;
  for (std::size_t i = 0; i < list.particles.size(); ++i) {
    const std::string name =
        required_tomogram(list, list.particles[i], path.string(), options, "RELION 5's import job");
    const auto [found, fresh] = rows.try_emplace(name);
    if (fresh) order.push_back(name);
    found->second.push_back(i);
  }
  std::filesystem::path folder = path;
  folder.replace_extension();
  if (folder == path) folder += "_lists";
  std::vector<ListFile> files;
  std::string index = "data_\n\nloop_\n_rlnTomoName #1\n_rlnTomoImportParticleFile #2\n";
  for (const std::string& name : order) {
    std::string file = name;
    std::replace(file.begin(), file.end(), '/', '_');
    const std::filesystem::path part = folder / (file + ".star");
    ListOptions own = options;
    own.tomogram_name = name;
    files.push_back({part, format_star(rows_of(list, rows.at(name)), part.string(), own)});
    index += star_value(name) + "\t" + star_value(part.generic_string()) + "\n";
  }
  files.insert(files.begin(), {path, index});
  return files;
}

}  // namespace dfe::io::lists
