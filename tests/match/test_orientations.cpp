// SPDX-License-Identifier: Apache-2.0
// Lists of orientations. Counts and sums of the HEALPix lists were made by the Python package
// healpix and SciPy's Rotation, after pytom-match-pick's rule, angles of 0 to 360 degrees.
#include "match/orientations.hpp"

#include <cmath>

#include "core/math/rotation.hpp"
#include "dfengine/error.hpp"
#include "match/point_group.hpp"
#include "tests/fixtures/catch.hpp"

namespace dfe::match {
namespace {

/// Σ id / n · element: another order of the list, or another convention, changes it.
double weighted_sum(const std::vector<Rotation>& list, std::size_t element) {
  double sum = 0;
  for (std::size_t i = 0; i < list.size(); ++i)
    sum += static_cast<double>(i) / static_cast<double>(list.size()) * list[i][element];
  return sum;
}

TEST_CASE("HEALPix lists are those of pytom-match-pick, in their order") {
  struct Row {
    double step;
    std::size_t count;
    double sums[4];
  };
  for (const Row& row : std::vector<Row>{{7, 50544, {0, 0.393, -6324.1301, -62.4909}},
                                         {11, 14256, {0, 0.3933, -1785.8022, -36.6412}},
                                         {12.85, 8700, {0, 0.3935, -1090.7924, -22.6226}},
                                         {35, 528, {0, 0.398, -67.0517, -5.5764}},
                                         {60, 72, {0, 0.4151, -9.3246, -1.3333}}}) {
    CAPTURE(row.step);
    const std::vector<Rotation> list = healpix_orientations(row.step);
    CHECK(list.size() == row.count);
    CHECK(healpix_count(row.step) == static_cast<std::int64_t>(row.count));
    const std::size_t elements[] = {1, 5, 6, 8};
    for (std::size_t i = 0; i < 4; ++i)
      CHECK(weighted_sum(list, elements[i]) == Approx(row.sums[i]).margin(1e-3));
  }
}

TEST_CASE("counts of HEALPix lists agree with the published table") {
  // Step in degrees and orientations, as pytom-match-pick prints them.
  const std::vector<std::pair<double, std::int64_t>> table{
      {2, 1944000},  {3, 576000},  {3.5, 357204}, {3.75, 294912}, {4, 243000}, {5, 124416},
      {5.3, 117504}, {6.5, 67200}, {7, 50544},    {7.5, 36864},   {10, 15552}, {11, 14256},
      {12.85, 8700}, {15, 4608},   {18, 3840},    {20, 1944},     {30, 576}};
  for (const auto& [step, count] : table) CHECK(healpix_count(step) == count);
  for (const double step : {0.0, -7.0, 0.5, 181.0, std::nan("")})
    CHECK_THROWS_AS(healpix_count(step), Error);
}

TEST_CASE("point groups have their order and are closed") {
  const std::vector<std::pair<std::string, std::size_t>> orders{
      {"C1", 1}, {"c7", 7},  {"D1", 2},  {"D7", 14}, {"T", 12}, {"O", 24},
      {"I", 60}, {"I1", 60}, {"I2", 60}, {"I3", 60}, {"I4", 60}};
  for (const auto& [name, order] : orders) {
    CAPTURE(name);
    const std::vector<Rotation> group = point_group(name);
    CHECK(group.size() == order);
    for (const Rotation& a : group) {
      const Rotation ab = math::multiply(a, group.back());
      double closest = 360;
      for (const Rotation& c : group) closest = std::min(closest, angle_between_deg(ab, c));
      CHECK(closest < 1e-5);
    }
  }
  for (const char* name : {"", "C", "C0", "D-1", "C361", "X", "T4", "C2.5"})
    CHECK_THROWS_AS(point_group(name), Error);
}

TEST_CASE("the axes of point groups are where RELION has them") {
  const auto has = [](const char* group, const Rotation& r) {
    for (const Rotation& g : point_group(group))
      if (angle_between_deg(g, r) < 1e-5) return true;
    return false;
  };
  CHECK(has("D3", math::about_x(180)));
  CHECK(has("T", math::about_z(120)));
  CHECK(has("O", math::about_x(90)));
  for (const char* group : {"I", "I1", "I2"}) {
    CHECK(has(group, math::about_x(180)));
    CHECK(has(group, math::about_y(180)));
    CHECK(has(group, math::about_z(180)));
  }
  CHECK(has("I3", math::about_z(72)));
  CHECK(has("I4", math::about_z(72)));
  CHECK(!has("I3", math::about_x(180)));
}

TEST_CASE("a reduced list has one of each set of equal orientations and covers as well") {
  const std::vector<Rotation> list = healpix_orientations(15);
  for (const char* name : {"C1", "C2", "C7", "D7", "T", "O", "I"}) {
    CAPTURE(name);
    const std::vector<Rotation> group = point_group(name);
    const std::vector<Rotation> kept = reduced_by(group, list);
    const double share = static_cast<double>(list.size()) / static_cast<double>(group.size());
    CHECK(static_cast<double>(kept.size()) > 0.75 * share);
    CHECK(static_cast<double>(kept.size()) < 1.25 * share + 12);
    double nearest_twin = 360, farthest = 0;
    for (std::size_t i = 0; i < kept.size(); i += 7)
      for (std::size_t j = 0; j < kept.size(); ++j)
        for (std::size_t g = i == j ? group.size() : 0; g < group.size(); ++g)
          nearest_twin =
              std::min(nearest_twin, angle_between_deg(kept[i], math::multiply(kept[j], group[g])));
    if (kept.size() > 1) CHECK(nearest_twin > 1e-3);
    for (std::size_t i = 0; i < list.size(); i += 97) {
      double nearest = 360;
      for (const Rotation& k : kept)
        for (const Rotation& g : group)
          nearest = std::min(nearest, angle_between_deg(list[i], math::multiply(k, g)));
      farthest = std::max(farthest, nearest);
    }
    CHECK(farthest < 15);
  }
  CHECK(reduced_by(point_group("C1"), list) == list);
}

}  // namespace
}  // namespace dfe::match
