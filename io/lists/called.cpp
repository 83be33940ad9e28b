// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "io/lists/called.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "core/tomogram_names.hpp"

namespace dfe::io::lists {

namespace {

/// With "#" for each run of digits.
std::string without_numbers(const std::string& name) {
  std::string shape;
  for (const unsigned char c : name) {
    const char sign = std::isdigit(c) ? '#' : static_cast<char>(c);
    if (sign != '#' || shape.empty() || shape.back() != '#') shape += sign;
  }
  return shape;
}

}  // namespace

ListOptions named_by_file(ListOptions options, const std::string& file) {
  if (!options.tomogram_name.empty() || options.tomograms.size() < 2) return options;
  const std::string called = tomogram_id(file);
  const auto is_called = [&](const ListTomogram& t) { return tomogram_id(t.name) == called; };
  const auto found = std::find_if(options.tomograms.begin(), options.tomograms.end(), is_called);
  if (found != options.tomograms.end()) options.tomogram_name = found->name;
  return options;
}

void warn_of_other_name(ParticleList& list, const std::string& file, const ListOptions& options) {
  if (options.tomograms.size() != 1 || options.tomograms[0].name.empty()) return;
  const bool unnamed =
      std::any_of(list.particles.begin(), list.particles.end(), [&](const Particle& p) {
        return !p.tomogram || (list.tomogram_of(p).numbered && list.tomograms.size() == 1);
      });
  const std::string called = tomogram_id(file), meant = tomogram_id(options.tomograms[0].name);
  if (!unnamed || called == meant || without_numbers(called) != without_numbers(meant)) return;
  list.warnings.push_back(
      fmt::format("the list is called '{}', but is read as one of the tomogram '{}'", called,
                  options.tomograms[0].name));
}

}  // namespace dfe::io::lists
