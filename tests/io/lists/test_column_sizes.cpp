// SPDX-License-Identifier: Apache-2.0
// The voxel size of CSV lists with columns in voxels and in Å. Lists are made by the formula
// Å = size · (voxel + shift), rounded to the digits that are written, so the size is known.
#include <array>
#include <cmath>
#include <iomanip>
#include <sstream>

#include "tests/fixtures/catch.hpp"
#include "tests/io/lists/list_helpers.hpp"

using namespace dfe;
using namespace dfe::test;
using dfe::io::ListOptions;

namespace {

const std::string kHead = "x,y,z,x_angstrom,y_angstrom,z_angstrom\n";

using Place = std::array<double, 3>;  // x, y, z

/// How a list is made: x, y, z.
struct Recipe {
  Place size{8, 8, 8}, shift{};  ///< Å; voxels
  int voxel_digits = 3, angstrom_digits = 3;
};

std::string fixed(double value, int digits) {
  std::ostringstream text;
  text << std::fixed << std::setprecision(digits) << value;
  return text.str();
}

/// The same number on all axes, in voxels and in Å.
std::string diagonal(const std::string& voxel, const std::string& angstrom) {
  std::ostringstream line;
  for (int axis = 0; axis < 3; ++axis) line << voxel << ",";
  line << angstrom << "," << angstrom << "," << angstrom << "\n";
  return line.str();
}

std::string row(const Place& place, const Recipe& made) {
  std::string voxels, angstrom;
  for (std::size_t i = 0; i < 3; ++i) {
    voxels += fixed(place[i], made.voxel_digits) + ",";
    angstrom +=
        (i > 0 ? "," : "") + fixed(made.size[i] * (place[i] + made.shift[i]), made.angstrom_digits);
  }
  return voxels + angstrom + "\n";
}

std::string list_of(const std::vector<Place>& places, const Recipe& made) {
  std::string text = kHead;
  for (const Place& place : places) text += row(place, made);
  return text;
}

const std::vector<Place> kPlaces{
    {10.25, 20.5, 30.75}, {101.125, 55.5, 7.375}, {3.5, 90.875, 60.25}, {77.625, 12.5, 41.5}};

/// The size along x, y, z.
Place size_of(const ParticleList& list) {
  const VoxelSize& v = list.unnamed.voxel_size;
  return {v.x_angstrom, v.y_angstrom, v.z_angstrom};
}

void check_size(const std::string& text, const Place& size, double share = 1e-3) {
  INFO(text);
  const ParticleList list = parse(text);
  CHECK(list.unnamed.voxel_size_from == FactSource::Columns);
  for (std::size_t i = 0; i < 3; ++i) CHECK(std::abs(size_of(list)[i] / size[i] - 1) <= share);
}

ListOptions on_voxels_of(const VoxelSize& size) { return one_tomogram({60, 100, 120}, size); }

const char* const kOffset = "the columns in Å have the centre of voxel 0 at";

}  // namespace

TEST_CASE("both units: the voxel size is that of the formula") {
  for (const double size : {1.35, 7.84, 8.0, 10.012, 13.68})
    for (const int digits : {1, 3, 6}) {
      const Recipe made{{size, size, size}, {}, 3, digits};
      check_size(list_of(kPlaces, made), made.size);
    }
  check_size(list_of({{10, 20, 30}}, {{13.68, 13.68, 13.68}, {}, 0, 2}), {13.68, 13.68, 13.68});
  check_size(list_of({{10, 20, 30}}, {{8, 8, 8}, {}, 0, 0}), {8, 8, 8});
  check_size(list_of(kPlaces, {{10, 10, 30}}), {10, 10, 30});
  check_size(list_of({kPlaces[0]}, {{10, 10, 30}}), {10, 10, 30});
  check_size(list_of({{-10, -20, -30}}, {}), {8, 8, 8});
  check_size("z_angstrom,x,score,y_angstrom,z,y,x_angstrom\n240,10,0.5,160,30,20,80\n", {8, 8, 8});
  check_size("x;y;z;x_ang;y_ang;z_ang\n1e1;2e1;3e1;8.00e1;1.600e2;2.400e2\n", {8, 8, 8});
}

TEST_CASE("both units: rounded voxels leave a range of sizes, which many rows narrow") {
  std::string text = kHead;  // Å with a digit each 7.7 Å, voxels rounded to whole ones
  for (int i = 1; i <= 60; ++i) {
    const double a = 7.7 * i;
    const auto voxel = static_cast<int>(std::lround(a / 8));
    text += diagonal(std::to_string(voxel), fixed(a, 1));
  }
  check_size(text, {8, 8, 8}, 5e-3);  // half a voxel of 58 is 0.9 %
}

TEST_CASE("both units: an axis without information takes the size of the others") {
  const ParticleList list = parse(list_of({{10.5, 20.25, 0}, {30.5, 11, 0}}, {}));
  CHECK(list.unnamed.voxel_size == VoxelSize::cubic(8));
  CHECK(has_warning(list, "do not state the voxel size along z; it is taken to be 8 Å"));
  CHECK(has_warning(parse(kHead + "10.50,0,0,84.0,0,0\n"), "along y and z; it is taken to be 8 Å"));
  CHECK_FALSE(has_warning(parse(list_of(kPlaces, {})), "state the voxel size"));
  const ParticleList zero = parse(kHead + "0,0,0,0,0,0\n");
  CHECK_FALSE(zero.unnamed.voxel_size.known());
  CHECK_FALSE(has_warning(zero, "voxel size"));
  const ParticleList coarse = parse(kHead + "1,1,1,8,8,8\n");
  CHECK_FALSE(coarse.unnamed.voxel_size.known());
  CHECK(has_warning(coarse, "exactly enough"));
  // voxels of 30 Å along z, where all particles are
  const std::string plane = list_of({{10.5, 20.25, 0}}, {{10, 10, 30}});
  CHECK(parse(plane, on_voxels_of({30, 10, 10})).particles.size() == 1);
  CHECK_THAT(error_of(plane, on_voxels_of({30, 8, 8})), DFE_CONTAINS("10 Å"));
}

TEST_CASE("both units: each tomogram has its own size") {
  const std::string head = "tomogram," + kHead;
  const Recipe eight, ten{{10, 10, 10}};
  const ParticleList list = parse(head + "A," + row(kPlaces[0], eight) + "B," +
                                  row(kPlaces[1], ten) + "A," + row(kPlaces[2], eight));
  CHECK(list.tomograms[0].voxel_size == VoxelSize::cubic(8));
  CHECK(list.tomograms[1].voxel_size == VoxelSize::cubic(10));
  ListOptions both;  // the size in the rows of A is that of B
  both.tomograms = {ListTomogram::of("A", {60, 100, 120}, VoxelSize::cubic(8)),
                    ListTomogram::of("B", {60, 100, 120}, VoxelSize::cubic(10))};
  CHECK_THAT(error_of(head + "A,30,20,10,300,200,100\nB,30,20,10,300,200,100\n", both),
             DFE_CONTAINS("pixels of 10 Å for the tomogram 'A'"));
}

TEST_CASE("both units: Å that count from another point are noticed") {
  const auto offset_of = [](const Recipe& made) {
    const ParticleList list = parse(list_of(kPlaces, made));
    CHECK(list.unnamed.voxel_size == VoxelSize::cubic(8));
    for (const std::string& warning : list.warnings)
      if (warning.find(kOffset) == 0) return warning.substr(std::string(kOffset).size());
    return std::string();
  };
  CHECK(offset_of({}).empty());
  CHECK_THAT(offset_of({{8, 8, 8}, {0.5, 0.5, 0.5}}),
             DFE_CONTAINS(" 4, 4, 4 Å (x, y, z), not at 0"));
  CHECK_THAT(offset_of({{8, 8, 8}, {0.5, 0.5, 0}}), DFE_CONTAINS(" 4, 4, 0 Å"));
  CHECK_THAT(offset_of({{8, 8, 8}, {-1, -1, -1}}), DFE_CONTAINS(" -8, -8, -8 Å"));
  CHECK_THAT(offset_of({{8, 8, 8}, {-50, -60, 25}}), DFE_CONTAINS(" -400, -480, 200 Å"));
  // a single particle shows half a voxel, and no other offset
  check_size(list_of({kPlaces[0]}, {{8, 8, 8}, {0.5, 0.5, 0.5}}), {8, 8, 8});
  CHECK_THAT(error_of(list_of({kPlaces[0]}, {{8, 8, 8}, {9, 9, 9}}), on_voxels_of({8, 8, 8})),
             DFE_CONTAINS("8 Å") && DFE_CONTAINS("--voxel-size"));
  std::string cut = kHead;  // voxel = floor(Å / 8)
  for (const double a : {83.9, 164.2, 247.3, 401.6, 635.9}) {
    cut += diagonal(fixed(std::floor(a / 8), 0), fixed(a, 1));
  }
  check_size(cut, {8, 8, 8}, 0.02);  // half a voxel of 79 and of 20, either way
}

TEST_CASE("both units: rows that contradict each other are refused with both") {
  const Recipe eight, ten{{10, 10, 10}};
  const std::string good = list_of(kPlaces, eight);
  CHECK_THAT(error_of(good + row(kPlaces[0], ten)),
             DFE_CONTAINS("line 6: x is 102.5 Å in the Å column, but 10.25 in the one in voxels") &&
                 DFE_CONTAINS("Å; give --voxel-size"));
  CHECK_THAT(error_of(kHead + "10,20,30,80,160,240\n10,20,30,80,160,999\n"),
             DFE_CONTAINS("z is 999 Å") && DFE_CONTAINS("line 2 has voxel 30 at 240 Å"));
  CHECK_THAT(error_of(kHead + "10,20,30,-80,160,240\n"), DFE_CONTAINS("x is -80 Å"));
  CHECK_THAT(error_of(good + row(kPlaces[0], {{8.15, 8.15, 8.15}})),
             DFE_CONTAINS("line 6"));                                                // 1.9 %
  CHECK(parse(good + row(kPlaces[0], {{8.06, 8.06, 8.06}})).particles.size() == 5);  // 0.75 %
}

TEST_CASE("both units: an axis at 0 in one of them is at 0 in the other") {
  for (const char* places : {"10,20,0,100,200,240", "0,20,30,100,200,300", "10,20,30,100,0,300"})
    CHECK_THAT(error_of(kHead + places + "\n"), DFE_CONTAINS("in the Å column, but"));
  for (const char* places : {"0,0,0,800,160,240", "10,20,30,0,0,0", "0,0,0,40,0,0"})
    CHECK_THAT(error_of(kHead + places + "\n", on_voxels_of({8, 8, 8})),
               DFE_CONTAINS("with voxels of 8 Å"));
  CHECK_THAT(error_of(kHead + "0,0,0,800,160,240\n"), DFE_CONTAINS("x is 800 Å"));
  CHECK_THAT(error_of(kHead + "10,20,30,0,0,0\n"), DFE_CONTAINS("is 0 Å in the Å column"));
  CHECK_THAT(error_of(kHead + "10,20,0,100,200,0\n", on_voxels_of({8, 8, 8})),
             DFE_CONTAINS("pixels of 10 Å"));
  // what rounding and half a voxel allow: 0 may be 0.5, or the Å count from the voxel's face
  CHECK(parse(kHead + "10,20,0,80,160,4\n", on_voxels_of({8, 8, 8})).particles.size() == 1);
  CHECK(parse(kHead + "10.00,20.00,0.00,84.00,164.00,4.00\n", on_voxels_of({8, 8, 8}))
            .particles.size() == 1);
  CHECK_THAT(error_of(kHead + "10.00,20.00,0.00,80.00,160.00,40.00\n"), DFE_CONTAINS("z is 40 Å"));
}

TEST_CASE("both units: a size that is stated elsewhere must agree") {
  const std::string text = list_of(kPlaces, {{8.05, 8.05, 8.05}});
  CHECK(parse(text, on_voxels_of({8, 8, 8})).particles.size() == 4);  // 0.6 %
  CHECK_THAT(error_of(list_of(kPlaces, {{8.2, 8.2, 8.2}}), on_voxels_of({8, 8, 8})),
             DFE_CONTAINS("8.2 Å") && DFE_CONTAINS("8 Å") && DFE_CONTAINS("--voxel-size"));
  CHECK_THAT(error_of(list_of(kPlaces, {}), on_voxels_of({8, 8, 16})), DFE_CONTAINS("8 Å"));
  ListOptions decided = on_voxels_of({8, 8, 8});
  decided.voxel_size = VoxelSize::cubic(8);
  CHECK(parse(list_of(kPlaces, {{10, 10, 10}}), decided).particles[0].position_voxels ==
        Point3{30.75, 20.5, 10.25});
  ListOptions unbinned = on_voxels_of({8, 8, 8});  // pixels of 2 Å, four to a voxel
  unbinned.binning = 4;
  CHECK(parse(list_of({{41.5, 81.5, 121.5}}, {{2, 2, 2}}), unbinned).particles[0].position_voxels ==
        Point3{30, 20, 10});
  const std::string head = "voxel_size_angstrom," + kHead;
  CHECK(parse(head + "8," + row(kPlaces[0], {})).unnamed.voxel_size_from == FactSource::List);
  CHECK_THAT(error_of(head + "8," + row(kPlaces[0], {{10, 10, 10}})),
             DFE_CONTAINS("102.5 Å") && DFE_CONTAINS("voxel 10.25 is at 82 Å"));
  CHECK(has_warning(parse(head + "8," + row(kPlaces[0], {{8, 8, 8}, {0.5, 0.5, 0.5}})), kOffset));
}

TEST_CASE("lists in Å: a voxel size other than the tomogram's is refused, a binning is told") {
  const std::string csv = "x_angstrom,y_angstrom,z_angstrom,voxel_size_angstrom\n80,160,240,10\n";
  const std::string picks =
      R"({"pickable_object_name": "ribo", "voxel_spacing": 10, "unit": "angstrom",)"
      R"( "points": [{"location": {"x": 80, "y": 160, "z": 240}}]})";
  for (const std::string& text : {csv, picks}) {
    CHECK_THAT(error_of(text, on_voxels_of({8, 8, 8})), DFE_CONTAINS("states voxels of 10 Å") &&
                                                            DFE_CONTAINS("has voxels of 8 Å") &&
                                                            DFE_CONTAINS("--voxel-size"));
    const ParticleList binned = parse(text, on_voxels_of({5, 5, 5}));
    CHECK(binned.particles[0].position_voxels == Point3{48, 32, 16});
    CHECK(
        has_warning(binned, "the list states voxels of 10 Å, but the tomogram has voxels of 5 Å"));
    CHECK(has_warning(parse(text, on_voxels_of({20, 20, 20})), "has voxels of 20 Å"));
    CHECK(parse(text, on_voxels_of({10.05, 10.05, 10.05})).warnings.size() ==
          parse(text).warnings.size());
    ListOptions decided = on_voxels_of({8, 8, 8});
    decided.voxel_size = VoxelSize::cubic(8);
    CHECK(parse(text, decided).particles[0].position_voxels == Point3{30, 20, 10});
  }
}
