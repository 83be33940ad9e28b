// SPDX-License-Identifier: Apache-2.0
// Picks of copick and info files of EMAN2. Expected numbers follow from copick's models and from
// EMAN2's e2spt_boxer.py, b[0]/apix*apix_unbin + nx//2.
#include "io/lists/copick.hpp"
#include "io/lists/plain_csv.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/io/lists/list_helpers.hpp"

using namespace dfe;
using io::ListOptions;

namespace {

/// 64x80x101 voxels (x, y, z) of 10 Å.
ListOptions known() { return test::one_tomogram({101, 80, 64}, VoxelSize::cubic(10)); }

ParticleList parse_as(const std::string& name, const std::string& text,
                      const ListOptions& options) {
  return io::lists::parse_list(text, name, ".json", options);
}

std::string copick(const std::string& head, const std::string& points) {
  return "{" + head + R"("pickable_object_name": "ribosome", "unit": "angstrom", "points": [)" +
         points + "]}";
}

const std::string kTurned =
    R"({"location": {"x": 300, "y": 200, "z": 100}, "instance_id": 7, "score": 0.5,
        "transformation_": [[0,-1,0,5],[1,0,0,-10],[0,0,1,20],[0,0,0,1]]})";

}  // namespace

TEST_CASE("a copick point is where location and the matrix's translation put it") {
  const ParticleList list = test::parse(copick(R"("run_name": "TS_01", )", kTurned), known());
  REQUIRE(list.particles.size() == 1);
  const Particle& p = list.particles[0];
  CHECK(p.position_voxels == Point3{12, 19, 30.5});  // (100 + 20, 200 - 10, 300 + 5) / 10
  CHECK(p.orientation == Rotation{0, -1, 0, 1, 0, 0, 0, 0, 1});
  CHECK(p.object_id == 7);
  CHECK(p.score == 0.5);
  CHECK(list.class_names == std::vector<std::string>{"background", "ribosome"});
  CHECK(test::names_of(list) == std::vector<std::string>{"TS_01"});
}

TEST_CASE("copick picks state their voxel spacing, and where they are not in the file, their run") {
  const ParticleList list =
      parse_as("p/ExperimentRuns/TS_7/Picks/me_1_ribosome.json",
               copick(R"("run_name": null, "voxel_spacing": 5.0, )", kTurned), {});
  CHECK(list.particles[0].position_voxels == Point3{24, 38, 61});
  CHECK(test::names_of(list) == std::vector<std::string>{"TS_7"});
  CHECK(list.tomograms[0].voxel_size == VoxelSize::cubic(5));
  CHECK_THAT(test::error_of(copick("", kTurned)), DFE_CONTAINS("the voxel size is unknown"));
}

TEST_CASE("copick points that nobody turned have no orientation") {
  const std::string flat = R"({"location": {"x": 0, "y": 0, "z": 0},
      "transformation_": [[1,0,0,0],[0,1,0,0],[0,0,1,0],[0,0,0,1]]})";
  CHECK(!test::parse(copick("", flat), known()).particles[0].orientation);
  const ParticleList both = test::parse(copick("", flat + "," + kTurned), known());
  CHECK(both.particles[0].orientation.has_value());
  CHECK(!test::parse(copick(R"("trust_orientation": false, )", kTurned), known())
             .particles[0]
             .orientation);
}

TEST_CASE("copick: a point without a score has none, and never 1") {
  ParticleList list =
      test::parse(copick("", kTurned + R"(,{"location": {"x": 1, "y": 2, "z": 3}})"), known());
  list.particles[0].score = 0.5;
  list.particles[1].score.reset();
  const std::string both = io::lists::format_copick(list, "TS_01", "a.json", known());
  CHECK_THAT(both, DFE_CONTAINS("\"score\": 0.5") && DFE_CONTAINS("\"score\": null"));
  CHECK(!test::parse(both, known()).particles[1].score);
  ListOptions options = known();
  options.tomogram_name = "TS_01";
  CHECK_THAT(io::lists::format_copick_csv(list, "a.csv", options), DFE_CONTAINS(",0,0,0,1,0,0\n"));
  list.particles[0].score.reset();
  CHECK(io::lists::format_copick_csv(list, "a.csv", options).find("score") == std::string::npos);
}

TEST_CASE("damaged copick files are refused with the point") {
  const ListOptions options = known();
  const auto error = [&](const std::string& text) { return test::error_of(text, options); };
  CHECK_THAT(error("{\"points\": [1,}"), DFE_CONTAINS("line 1 is not JSON"));
  CHECK_THAT(error("{\"points\": [\n{\"score\": NaN}]}"), DFE_CONTAINS("line 2 has NaN"));
  CHECK_THAT(error("{\"points\": [-Infinity]}"), DFE_CONTAINS("has Infinity"));
  CHECK_THAT(error(R"({"points": 3})"), DFE_CONTAINS("has no points"));
  CHECK_THAT(error(copick("", kTurned + R"(,{"location": {"x": 1, "y": 2}})")),
             DFE_CONTAINS("point 2: z is missing"));
  CHECK_THAT(error(copick("", R"({"location": {"x": "a", "y": 2, "z": 3}})")),
             DFE_CONTAINS("point 1: x is"));
  CHECK_THAT(error(copick("", R"({"location": {"x": 1, "y": 2, "z": 3},
      "transformation_": [[2,0,0,0],[0,2,0,0],[0,0,2,0],[0,0,0,1]]})")),
             DFE_CONTAINS("is no rotation"));
  CHECK_THAT(error(R"({"unit": "nm", "points": []})"), DFE_CONTAINS("only angstrom"));
  const auto numbered = [](const std::string& id) {
    return copick("", R"({"location": {"x": 1, "y": 2, "z": 3}, "instance_id": )" + id + "}");
  };
  CHECK(test::parse(numbered("9007199254740992"), options).particles[0].object_id == 1LL << 53);
  for (const char* id : {"9007199254740993", "-9007199254740993", "9007199254740993.5", "1e300"})
    CHECK_THAT(error(numbered(id)), DFE_CONTAINS("expected a whole number of at most 2^53"));
}

TEST_CASE("EMAN2's boxes count unbinned pixels from the middle voxel, or voxels of the tomogram") {
  const std::string boxes =
      R"("boxes_3d": [[-8, -80, -160, "tm", 5.5, 1], [0, 0, 0, "manual", 0, 0]],
      "class_list": {"0": {"boxsize": 32, "name": "particles_00"},
                     "1": {"boxsize": 40, "name": "proteasome"}})";
  const ParticleList list =
      parse_as("info/TS_01_info.json", "{" + boxes + R"(, "apix_unbin": 2.5})", known());
  REQUIRE(list.particles.size() == 2);
  CHECK(list.particles[0].position_voxels == Point3{10, 20, 30});  // 101//2 - 160·2.5/10
  CHECK(list.particles[0].class_label == 2);
  CHECK(list.particles[0].score == 5.5);
  CHECK(list.particles[1].position_voxels == Point3{50, 40, 32});
  CHECK(!list.particles[1].score);
  CHECK(list.class_names == std::vector<std::string>{"background", "", "proteasome"});
  CHECK(test::names_of(list) == std::vector<std::string>{"TS_01"});
  CHECK(list.tomograms[0].binning == 4);

  const ParticleList old = parse_as("a_info.json", "{" + boxes + "}", {});
  CHECK(old.particles[0].position_voxels == Point3{-160, -80, -8});
}

TEST_CASE("damaged info files are refused with the box") {
  const ListOptions options = known();
  const auto error = [&](const std::string& text) { return test::error_of(text, options); };
  CHECK_THAT(error(R"({"ali_loss": []})"), DFE_CONTAINS("has no particles (boxes_3d)"));
  CHECK_THAT(error(R"({"boxes_3d": [[1, 2]]})"), DFE_CONTAINS("box 1: is no box"));
  CHECK_THAT(error(R"({"boxes_3d": [[1, 2, 3, "tm", 1, -1]]})"), DFE_CONTAINS("class -1"));
  CHECK_THAT(error(R"({"boxes_3d": [], "apix_unbin": 0})"), DFE_CONTAINS("apix_unbin is 0"));
  CHECK_THAT(test::error_of(R"({"boxes_3d": [[1, 2, 3]], "apix_unbin": 2})"),
             DFE_CONTAINS("its size is unknown"));
}
