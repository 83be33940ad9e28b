// SPDX-License-Identifier: Apache-2.0
// A group is what its generators make when they are multiplied until nothing new appears, see the
// header. Source: the axes that RELION and Xmipp list for each group.
#include "match/point_group.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/math/rotation.hpp"
#include "core/text.hpp"
#include "dfengine/error.hpp"

namespace dfe::match {

namespace {

constexpr int kMostFold = 360;

/// A turn by a `fold`-th of a full one about an axis, right-handed.
Rotation turn(double x, double y, double z, int fold) {
  const double length = std::sqrt(x * x + y * y + z * z);
  const Rotation onto = math::rotation_to({z / length, y / length, x / length}, 0);
  return math::multiply(math::multiply(onto, math::about_z(360.0 / fold)), math::transpose(onto));
}

bool same(const Rotation& a, const Rotation& b) {
  for (std::size_t i = 0; i < 9; ++i)
    if (std::abs(a[i] - b[i]) > 1e-6) return false;
  return true;
}

std::vector<Rotation> generated(const std::vector<Rotation>& generators) {
  std::vector<Rotation> group{Rotation{1, 0, 0, 0, 1, 0, 0, 0, 1}};
  for (std::size_t i = 0; i < group.size(); ++i)
    for (const Rotation& generator : generators) {
      const Rotation next = math::multiply(generator, group[i]);
      if (std::none_of(group.begin(), group.end(),
                       [&](const Rotation& known) { return same(known, next); }))
        group.push_back(next);
    }
  return group;
}

const double kGolden = (1 + std::sqrt(5.0)) / 2;

/// Generators of the groups that have no number of their own, by RELION's axes.
std::optional<std::vector<Rotation>> generators_of(const std::string& name) {
  const double g = kGolden;
  if (name == "T") return {{turn(0, 0, 1, 3), turn(0, std::sqrt(2.0), 1, 2)}};
  if (name == "O") return {{turn(1, 1, 1, 3), turn(0, 0, 1, 4)}};
  if (name == "I" || name == "I2") return {{turn(0, 0, 1, 2), turn(1, 0, g, 5)}};
  if (name == "I1") return {{turn(1, 0, 0, 2), turn(g, 0, -1, 5)}};
  if (name == "I3") return {{turn(-1, 0, g, 2), turn(0, 0, 1, 5)}};
  if (name == "I4") return {{turn(1, 0, g, 2), turn(2, 0, 1, 5)}};
  return std::nullopt;
}

/// The number in C4 or D4.
std::optional<int> fold_of(const std::string& name) {
  if (name.size() < 2 || (name[0] != 'C' && name[0] != 'D')) return std::nullopt;
  const auto fold = parse_as<int>(std::string_view(name).substr(1));
  return fold && *fold >= 1 && *fold <= kMostFold ? fold : std::nullopt;
}

}  // namespace

std::vector<Rotation> point_group(const std::string& name) {
  std::string upper = name;
  for (char& c : upper)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (const auto fold = fold_of(upper)) {
    std::vector<Rotation> generators{turn(0, 0, 1, *fold)};
    if (upper[0] == 'D') generators.push_back(turn(1, 0, 0, 2));
    return generated(generators);
  }
  if (const auto generators = generators_of(upper)) return generated(*generators);
  throw Error(ErrorKind::Usage, "match", name, "no such point group",
              "choose C1 to C360, D1 to D360, T, O, I, I1, I2, I3 or I4");
}

}  // namespace dfe::match
