// SPDX-License-Identifier: Apache-2.0
// The list formats behind the door `io/particle_list.hpp`: text in, particles out, and back.
// Readers take the text and a name for messages, so that tests and fuzz targets need no files.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>

#include "io/particle_list.hpp"

namespace dfe::io::lists {

/// Labels above are damaged files: label maps end at 255, classifications of averages stay far
/// below.
inline constexpr int kMaxClassLabel = 65535;

/// DeepFinder XML. Positions in voxels, 0-based; angles R = Rz(psi)·Rx(the)·Rz(phi).
ParticleList parse_xml(std::string_view text, const std::string& name, const ListOptions& options);
std::string format_xml(const ParticleList& list, const ListOptions& options);

/// RELION STAR of any version.
ParticleList parse_star(std::string_view text, const std::string& name, const ListOptions& options);
/// `options.format` says which version; Star means RELION 4. `name` is for messages.
std::string format_star(const ParticleList& list, const std::string& name,
                        const ListOptions& options);

/// Table of texts; commas, tabs, semicolons or pipes separate them.
ParticleList parse_csv(std::string_view text, const std::string& name, const ListOptions& options);
std::string format_csv(const ParticleList& list, char delimiter);

/// Any of them by content: what `read_list` does once it has the text. `ending` is the
/// file name's (".tbl"), for the formats that are known but not read.
ParticleList parse_list(std::string_view text, const std::string& name, const std::string& ending,
                        const ListOptions& options);

/// Collects tomograms in the order of their first appearance.
class TomogramNames {
 public:
  explicit TomogramNames(std::vector<ListTomogram>& tomograms) : tomograms_(tomograms) {}

  int index_of(std::string_view name) {
    const auto [place, added] =
        index_.try_emplace(std::string(name), static_cast<int>(tomograms_.size()));
    if (added) tomograms_.emplace_back().name = name;
    return place->second;
  }

 private:
  std::vector<ListTomogram>& tomograms_;
  std::unordered_map<std::string, int> index_;
};

}  // namespace dfe::io::lists
