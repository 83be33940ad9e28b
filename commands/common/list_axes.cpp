// SPDX-License-Identifier: Apache-2.0
// From scores to an order, a warning or a refusal, see the header.
#include "commands/common/list_axes.hpp"

#include <cmath>
#include <cstdio>
#include <set>
#include <utility>

#include "core/particle_lists.hpp"
#include "core/tomogram_names.hpp"
#include "dfengine/error.hpp"
#include "target/axis_order.hpp"

namespace dfe {

namespace {

std::string one_digit(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", std::abs(value));
  return text;
}

io::XmlAxes tell(const VolumeSource& tomogram, const std::vector<Particle>& particles,
                 ParticleList& list, const std::string& file, const std::string& setting) {
  const targets::AxisOrderScores scores = targets::score_axis_orders(tomogram, particles);
  switch (targets::tell_axis_order(scores)) {
    case targets::AxisOrder::Listed:
      return io::XmlAxes::Xyz;
    case targets::AxisOrder::Exchanged:
      list.warnings.push_back(
          "x and z of the list were exchanged (axis order zyx, of lists made before April 2020): "
          "the tomogram's grey values at the positions are " +
          one_digit(scores.exchanged) + " standard deviations from chance this way, " +
          one_digit(scores.listed) + " as written");
      return io::XmlAxes::Zyx;
    case targets::AxisOrder::Unknown:
      break;
  }
  throw Error(ErrorKind::Usage, "list", file,
              "the axis order cannot be told: the tomogram's grey values at " +
                  std::to_string(scores.positions) + " positions are " + one_digit(scores.listed) +
                  " standard deviations from chance in the order xyz, " +
                  one_digit(scores.exchanged) + " in zyx",
              "if the list is of this tomogram, set " + setting +
                  " to xyz, or to zyx for lists made before April 2020");
}

}  // namespace

void find_axes_in(io::ListOptions& options, std::shared_ptr<const VolumeSource> tomogram,
                  ChooseParticles choose) {
  options.find_axes =
      [tomogram = std::move(tomogram), choose = std::move(choose), setting = options.settings.axes](
          ParticleList& list, const std::string& file) -> std::optional<io::XmlAxes> {
    const std::optional<ParticleList> chosen = choose(list);
    if (!chosen) return std::nullopt;
    return tell(*tomogram, chosen->particles, list, file, setting);
  };
}

ChooseParticles any_of_tomogram(std::string wanted, std::string file_name) {
  return [wanted = std::move(wanted), file_name = std::move(file_name)](
             const ParticleList& list) -> std::optional<ParticleList> {
    std::set<int> present;
    for (const Particle& particle : list.particles)
      if (particle.tomogram) present.insert(*particle.tomogram);
    if (present.size() <= 1) return list;
    std::vector<std::string> names;
    for (const ListTomogram& tomogram : list.tomograms) names.push_back(tomogram.name);
    const std::string& name = wanted.empty() ? file_name : wanted;
    if (!find_tomogram(names, name, "list")) return std::nullopt;
    return particles_of(list, {"list", "--tomogram", name, ""});
  };
}

}  // namespace dfe
