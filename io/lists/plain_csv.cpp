// SPDX-License-Identifier: Apache-2.0
// Prescribed CSV columns, see the header.
#include "io/lists/plain_csv.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/particle_lists.hpp"
#include "core/text.hpp"
#include "io/lists/list_parts.hpp"
#include "io/lists/place.hpp"
#include "io/lists/text.hpp"

namespace dfe::io::lists {

namespace {

std::string decimal(double value) { return format_number(value, 6, true); }

}  // namespace

std::string format_czii(const ParticleList& list, const std::string& name,
                        const ListOptions& options) {
  std::string out = "id,experiment,particle_type,x,y,z\n";
  std::int64_t next = 0;
  for (const Particle& p : list.particles) {
    const Point3 at = corner_angstrom(list, p, name, options.settings, "CZII's positions");
    out += fmt::format("{},{},{},{},{},{}\n", p.object_id.value_or(next++),
                       csv_cell(required_tomogram(list, p, name, options, "a CZII submission")),
                       csv_cell(class_name(list.class_names, p.class_label)), decimal(at.x),
                       decimal(at.y), decimal(at.z));
  }
  return out;
}

std::string format_copick_csv(const ParticleList& list, const std::string& name,
                              const ListOptions& options) {
  std::string out = "run_name,x,y,z";
  for (int i = 0; i < 16; ++i) out += fmt::format(",transform_{}{}", i / 4, i % 4);
  // copick reads files without scores, but with a gap it ignores them all
  const bool scored = std::any_of(list.particles.begin(), list.particles.end(),
                                  [](const Particle& p) { return p.score.has_value(); });
  out += scored ? ",score,instance_id\n" : ",instance_id\n";
  for (const Particle& p : list.particles) {
    const Point3 at = corner_angstrom(list, p, name, options.settings, "copick's positions");
    const Rotation r = p.orientation.value_or(Rotation{1, 0, 0, 0, 1, 0, 0, 0, 1});
    out += fmt::format("{},{},{},{}", csv_cell(required_tomogram(list, p, name, options, "copick")),
                       decimal(at.x), decimal(at.y), decimal(at.z));
    for (std::size_t i = 0; i < 9; ++i)
      out += fmt::format(",{}{}", format_exact(r[i]), i % 3 == 2 ? ",0" : "");
    out += ",0,0,0,1,";
    if (scored) out += format_exact(p.score.value_or(0)) + ',';
    out += fmt::format("{}\n", p.object_id.value_or(0));
  }
  return out;
}

std::string format_napari(const ParticleList& list) {
  std::string out = "index,axis-0,axis-1,axis-2\n";
  for (std::size_t i = 0; i < list.particles.size(); ++i) {
    const Point3& at = list.particles[i].position_voxels;
    out += fmt::format("{}.0,{},{},{}\n", i, decimal(at.z), decimal(at.y), decimal(at.x));
  }
  return out;
}

}  // namespace dfe::io::lists
