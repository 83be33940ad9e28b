// SPDX-License-Identifier: Apache-2.0
// What crosses files: a list written for one tomogram and read for another, pixels of one size and
// voxels of another, names with and without what programs add. Expected numbers follow by hand from
// docs/particle_lists.md: voxel x of a tomogram binned by b is pixel b·x + (b - 1)/2.
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "dfengine/dfengine.hpp"
#include "io/volume.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/label_maps.hpp"
#include "tests/fixtures/read_text.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe;
using namespace dfe::test;
using Json = nlohmann::json;

namespace {

std::string write(const TempFolder& folder, const std::string& name, const std::string& text) {
  std::ofstream(folder / name) << text;
  return (folder / name).string();
}

/// 64x80x100 voxels of 8 Å with one object around voxel (30, 40, 60).
std::string write_labels(const TempFolder& folder, const std::string& name) {
  LabelMap map = empty_map({64, 80, 100});
  map.geometry.voxel_size = VoxelSize::cubic(8);
  for (std::int64_t z = 29; z < 32; ++z)
    for (std::int64_t y = 39; y < 42; ++y)
      for (std::int64_t x = 59; x < 62; ++x) map.labels(z, y, x) = 1;
  io::write_labels(folder / name, map);
  return (folder / name).string();
}

ConvertRequest conversion(const std::string& input, const std::filesystem::path& output) {
  ConvertRequest request;
  request.inputs = {input};
  request.output = output.string();
  request.common.overwrite = true;
  return request;
}

/// The first three numbers of the last line of a STAR file whose name columns come first.
std::array<double, 3> last_position(const std::filesystem::path& path) {
  std::istringstream lines(read_text(path));
  std::string line, last;
  while (std::getline(lines, line))
    if (!line.empty()) last = line;
  std::istringstream words(last);
  std::string tomogram, particle;
  std::array<double, 3> p{};
  words >> tomogram >> particle >> p[0] >> p[1] >> p[2];
  return p;
}

void check(const std::array<double, 3>& p, double x, double y, double z) {
  CHECK(p[0] == Approx(x).margin(1e-5));
  CHECK(p[1] == Approx(y).margin(1e-5));
  CHECK(p[2] == Approx(z).margin(1e-5));
}

std::string error_of(const ConvertRequest& request) {
  try {
    run_convert(request);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("RELION lists name tomograms as the table that is given does") {
  const TempFolder folder;
  const std::string table =
      write(folder, "tomograms.star",
            "data_global\nloop_\n_rlnTomoName\n_rlnTomoSizeX\n_rlnTomoSizeY\n_rlnTomoSizeZ\n"
            "_rlnTomoTiltSeriesPixelSize\n_rlnTomoTomogramBinning\nTS_01 400 320 256 2.5 4\n");
  const std::string list =
      write(folder, "a.csv", "tomogram,class_label,x,y,z\n/data/rec_TS_01_10.00Apx.mrc,1,3,4,5\n");
  ConvertRequest request = conversion(list, folder / "a.star");
  request.frame.tomograms = table;
  for (const char* format : {"relion4", "relion5"}) {
    request.output_format = format;
    run_convert(request);
    CHECK_THAT(read_text(folder / "a.star"), DFE_CONTAINS("\nTS_01\tTS_01/1\t"));
  }
  request.output_format = "relion3";  // names files
  run_convert(request);
  CHECK_THAT(read_text(folder / "a.star"), DFE_CONTAINS("rec_TS_01_10.00Apx.mrc"));
}

TEST_CASE("each side of a conversion has a binning of its own") {
  const TempFolder folder;
  const std::string labels = write_labels(folder, "TS_01.mrc");
  ClusterRequest cluster;
  cluster.label_maps = {labels};
  cluster.output = (folder / "p.star").string();
  cluster.options = component_options();
  run_cluster(cluster);
  check(last_position(folder / "p.star"), 60, 40, 30);

  ConvertRequest request = conversion(cluster.output, folder / "q.star");
  request.frame.like = labels;
  request.output_binning = 4;
  request.output_format = "relion4";
  run_convert(request);
  check(last_position(folder / "q.star"), 241.5, 161.5, 121.5);
  request.output_format = "relion5";  // (241.5 - 4·100/2)·2 Å and so on
  run_convert(request);
  check(last_position(folder / "q.star"), 83, 3, -13);

  cluster.output = (folder / "p5.star").string();
  cluster.list_format = "relion5";
  cluster.output_binning = 4;
  run_cluster(cluster);
  check(last_position(folder / "p5.star"), 83, 3, -13);

  request = conversion(cluster.output, folder / "r4.star");  // the pixel size says the binning
  request.frame.like = labels;
  run_convert(request);
  check(last_position(folder / "r4.star"), 241.5, 161.5, 121.5);
  request = conversion(request.output, folder / "binned.star");
  request.frame.like = labels;
  CHECK_THAT(error_of(request), DFE_CONTAINS("pixels of 2 Å") && DFE_CONTAINS("voxels of 8 Å") &&
                                    DFE_CONTAINS("--input-binning 4"));
  request.frame.binning = 4;
  request.output_binning = 1;
  run_convert(request);
  check(last_position(folder / "binned.star"), 60, 40, 30);
}

TEST_CASE("labels, picks and truth of one tomogram find each other") {
  const TempFolder folder;
  ClusterRequest cluster;
  cluster.label_maps = {write_labels(folder, "t1_labels.mrc"),
                        write_labels(folder, "t2_labels.mrc")};
  cluster.output = (folder / "lists/").string();
  cluster.options = component_options();
  run_cluster(cluster);
  EvaluateRequest request;
  request.predicted = {(folder / "lists/t1_labels.star").string(),
                       (folder / "lists/t2_labels.star").string()};
  request.truth = {
      write(folder, "truth.csv",
            "tomogram,class_label,x,y,z\nrec_t1.mrc,1,60,40,30\nt2_8.00Apx,1,60,40,30\n"
            "t3,1,60,40,30\n")};
  request.options.distance = Length{3, false};
  const Json json = Json::parse(run_evaluate(request).json);
  CHECK(json["localization"]["tp"] == 2);
  CHECK(json["localization"]["fn"] == 0);  // t3 has no list of predictions

  request.predicted.pop_back();
  CHECK(Json::parse(run_evaluate(request).json)["mean"]["f1"] == 1);
  request.truth = {write(folder, "other.csv", "tomogram,class_label,x,y,z\nT9,1,60,40,30\n")};
  CHECK_THROWS_WITH(run_evaluate(request),
                    DFE_CONTAINS("T9") && DFE_CONTAINS("'t1'") && DFE_CONTAINS("--tomogram"));
  request.frame.tomogram = "T9";
  CHECK(Json::parse(run_evaluate(request).json)["mean"]["f1"] == 1);
}

TEST_CASE("a list of another tomogram is not painted") {
  const TempFolder folder;
  TargetRequest request;
  request.spheres = "2";
  request.common.overwrite = true;
  request.output = (folder / "t.mrc").string();
  request.like = write_labels(folder, "rec_T1.mrc");
  request.list = write(folder, "T9.csv", "tomogram,class_label,x,y,z\nT9,1,10,10,10\n");
  CHECK_THROWS_WITH(run_target(request), DFE_CONTAINS("tomogram T9, not of 'rec_T1'"));
  request.tomogram = "T9";
  CHECK(Json::parse(run_target(request).json)["objects"] == 1);
  request.tomogram.clear();
  request.list = write(folder, "two.csv",
                       "tomogram,class_label,x,y,z\nT1,1,10,10,10\nT1,1,30,10,10\nT2,1,20,20,20\n");
  CHECK(Json::parse(run_target(request).json)["objects"] == 2);
}

TEST_CASE("several lists become one, by the names of tomograms and classes") {
  const TempFolder folder;
  ConvertRequest request = conversion(
      write(folder, "T1.csv", "class_name,x,y,z\nribosome,1,2,3\nfas,4,5,6\n"), folder / "all.csv");
  request.inputs.push_back(
      write(folder, "T2_objl.xml",
            R"(<objlist><object tomo_idx="0" class_label="3" x="7" y="8" z="9"/></objlist>)"));
  request.inputs.push_back(write(folder, "c.csv", "tomogram,class_name,x,y,z\nT1,fas,1,1,1\n"));
  const Json json = Json::parse(run_convert(request).json);
  CHECK(json["particles"] == 4);
  const ParticleList all = read_list(request.output);
  REQUIRE(all.tomograms.size() == 2);
  CHECK(all.tomogram_of(all.particles[2]).name == "T2");
  CHECK(all.tomogram_of(all.particles[3]).name == "T1");
  CHECK(all.particles[3].class_label == all.particles[1].class_label);

  request = conversion(request.output, folder / "renamed.star");
  request.tomogram_name = "{id}.tomostar";
  run_convert(request);
  CHECK_THAT(read_text(request.output), DFE_CONTAINS("T2.tomostar"));
  request.tomogram_name = "same";
  CHECK_THAT(error_of(request), DFE_CONTAINS("two tomograms the name 'same'"));
}

TEST_CASE("names that a format cannot keep are said") {
  const TempFolder folder;
  const ConvertRequest request = conversion(
      write(folder, "two.csv",
            "tomogram,class_name,x,y,z,voxel_size_angstrom\nT1,fas,1,1,1,8\nT2,fas,2,2,2,8\n"),
      folder / "o.xml");
  const std::string json = run_convert(request).json;
  CHECK_THAT(json, DFE_CONTAINS("only numbers: 0 T1, 1 T2"));
  CHECK_THAT(json, DFE_CONTAINS("no place for class names"));
  CHECK_THAT(json, DFE_CONTAINS("no place for voxel sizes"));
}

TEST_CASE("two spellings of one tomogram are joined, in a list and across lists") {
  const TempFolder folder;
  const std::string head = "tomogram,class_label,x,y,z\n";
  const std::string both =
      write(folder, "both.csv", head + "rec_A_8.00Apx,1,10,10,10\nA,1,30,10,10\n");
  TargetRequest target;
  target.spheres = "2";
  target.list = both;
  target.like = write_labels(folder, "A.mrc");
  target.output = (folder / "t.mrc").string();
  CHECK(Json::parse(run_target(target).json)["objects"] == 2);

  ConvertRequest request =
      conversion(write(folder, "one.csv", head + "A,1,10,10,10\n"), folder / "joined.csv");
  request.inputs.push_back(write(folder, "two.csv", head + "rec_A_8.00Apx,1,30,10,10\n"));
  CHECK_THAT(run_convert(request).json, DFE_CONTAINS("is the same tomogram as 'A'"));
  CHECK(read_list(request.output).tomograms.size() == 1);
  request.inputs[0] = write(folder, "ten.csv", head + "rec_A_10.00Apx,1,10,10,10\n");
  CHECK_THAT(error_of(request), DFE_CONTAINS("two pixel sizes"));
}

TEST_CASE("joined lists have no particle twice, and each its own name") {
  const TempFolder folder;
  const std::string head =
      "data_particles\nloop_\n_rlnTomoName\n_rlnTomoParticleName\n_rlnTomoParticleId\n"
      "_rlnCoordinateX\n_rlnCoordinateY\n_rlnCoordinateZ\n";
  ConvertRequest request =
      conversion(write(folder, "a.star", head + "T T/7 7 1 1 1\n"), folder / "all.star");
  request.inputs.push_back(write(folder, "b.star", head + "T T/7 7 2 2 2\n"));
  const std::string json = run_convert(request).json;
  CHECK_THAT(json, DFE_CONTAINS("rlnTomoParticleName) repeat"));
  CHECK_THAT(json, DFE_CONTAINS("object numbers of the joined lists repeat"));
  const ParticleList all = read_list(request.output);
  CHECK(all.particles[0].object_id == 1);
  CHECK(all.particles[1].object_id == 2);
  CHECK_THAT(read_text(request.output), DFE_CONTAINS("T/1") && DFE_CONTAINS("T/2"));

  request.inputs[1] = (folder / "./a.star").string();
  CHECK_THAT(error_of(request), DFE_CONTAINS("the same file"));
  std::filesystem::create_directories(folder / "x");
  std::filesystem::create_directories(folder / "y");
  request.inputs = {write(folder, "x/list.csv", "class_label,x,y,z\n1,1,1,1\n"),
                    write(folder, "y/list.csv", "class_label,x,y,z\n1,2,2,2\n")};
  CHECK_THAT(error_of(request), DFE_CONTAINS("called after 'list'"));
  request.inputs[1] = write(folder, "y/named.csv", "class_name,x,y,z\nfas,2,2,2\n");
  CHECK_THAT(run_convert(request).json, DFE_CONTAINS("labels of the others are read as 1 fas"));
}

TEST_CASE("--classes names the classes of a list by their names") {
  const TempFolder folder;
  TargetRequest request;
  request.common.overwrite = true;
  request.list =
      write(folder, "l.csv", "class_label,class_name,x,y,z\n1,ribo,20,20,20\n2,prot,60,20,20\n");
  request.like = write_labels(folder, "T.mrc");
  request.output = (folder / "t.mrc").string();
  request.spheres = "ribo=6,prot=2";
  request.class_names = {"background", "prot", "ribo"};
  run_target(request);
  const LabelMap map = io::read_labels(request.output);
  CHECK(map.labels(20, 20, 20) == 2);
  CHECK(map.labels(20, 20, 25) == 2);
  CHECK(map.labels(20, 20, 60) == 1);
  CHECK(map.labels(20, 20, 65) == 0);
  request.class_names = {"background", "fas", "ribo"};
  CHECK_THROWS_WITH(run_target(request), DFE_CONTAINS("--classes") && DFE_CONTAINS("'prot'"));
}

TEST_CASE("masks and merged labels of other voxels are not painted") {
  const TempFolder folder;
  std::filesystem::create_directories(folder / "masks");
  LabelMap map = empty_map({5, 5, 5});
  map.labels(2, 2, 2) = 1;
  map.geometry.voxel_size = VoxelSize::cubic(5);
  io::write_labels(folder / "masks/1.mrc", map);
  TargetRequest request;
  request.common.overwrite = true;
  request.list = write(folder, "l.csv", "class_label,x,y,z\n1,20,20,20\n");
  request.like = write_labels(folder, "T.mrc");
  request.output = (folder / "t.mrc").string();
  request.masks = (folder / "masks").string();
  CHECK_THROWS_WITH(run_target(request),
                    DFE_CONTAINS("5 Å") && DFE_CONTAINS("8 Å") && DFE_CONTAINS("--voxel-size"));
  request.common.voxel_size_angstrom = 8;
  CHECK(Json::parse(run_target(request).json)["objects"] == 1);
  request.common.voxel_size_angstrom.reset();
  request.masks.clear();
  request.spheres = "2";
  map = empty_map({64, 80, 100});
  map.geometry.voxel_size = VoxelSize::cubic(5);
  io::write_labels(folder / "l5.mrc", map);
  request.merges = {(folder / "l5.mrc").string() + ":2"};
  CHECK_THROWS_WITH(run_target(request), DFE_CONTAINS("5 Å") && DFE_CONTAINS("8 Å"));
}

TEST_CASE("options that cannot do anything are refused, or said") {
  const TempFolder folder;
  const std::string csv = write(folder, "T9.csv", "tomogram,class_label,x,y,z\nT9,1,10,10,10\n");
  ConvertRequest request = conversion(csv, folder / "o.csv");
  for (const char* pattern : {"{foo}", "{ID}", "{id", "a}"}) {
    request.tomogram_name = pattern;
    CHECK_THAT(error_of(request),
               DFE_CONTAINS("--tomogram-name") && DFE_CONTAINS("{name} or {id}"));
  }
  request.tomogram_name.clear();
  request.input_xml_axes = "zyx";
  CHECK_THAT(run_convert(request).json, DFE_CONTAINS("--from-axes is not used"));
  request.input_xml_axes = "detect";
  request.output_xml_axes = "zyx";
  CHECK_THAT(error_of(request), DFE_CONTAINS("--axes") && DFE_CONTAINS("is for XML lists"));
  request = conversion(write(folder, "angstrom.csv",
                             "class_label,x_angstrom,y_angstrom,z_angstrom,voxel_size_angstrom\n"
                             "1,80,80,80,8\n"),
                       folder / "o.csv");
  request.frame.binning = 4;
  CHECK_THAT(run_convert(request).json, DFE_CONTAINS("--input-binning 4 does not change"));

  ClusterRequest cluster;
  cluster.label_maps = {write_labels(folder, "t1.mrc"), write_labels(folder, "t2.mrc")};
  cluster.output = (folder / "lists/").string();
  cluster.options = component_options();
  cluster.tomogram_name = "same";
  CHECK_THROWS_WITH(run_cluster(cluster), DFE_CONTAINS("2 tomograms the name 'same'"));
  cluster.tomogram_name = "{id}.tomostar";
  CHECK_NOTHROW(run_cluster(cluster));

  TargetRequest target;
  target.spheres = "2";
  target.list = csv;
  target.like = cluster.label_maps[0];
  target.tomogram = "A";
  target.output = (folder / "t.mrc").string();
  try {
    run_target(target);
    FAIL("a list of another tomogram is painted");
  } catch (const Error& error) {
    CHECK_THAT(error.what(), DFE_CONTAINS("T9") && DFE_CONTAINS("'A'"));
    CHECK(std::string(error.what()).find("say with --tomogram") == std::string::npos);
  }
}
