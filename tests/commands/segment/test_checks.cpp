// SPDX-License-Identifier: Apache-2.0
// What is refused or said before the network runs, as a user sees it.
#include <zlib.h>

#include "core/text.hpp"
#include "io/particle_list.hpp"
#include "io/score_file.hpp"
#include "io/volume.hpp"
#include "io/weights_file.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/command_inputs.hpp"
#include "tests/fixtures/memory_volume.hpp"
#include "tests/fixtures/run_command.hpp"
#include "tests/fixtures/temp_folder.hpp"

using namespace dfe;
using namespace dfe::test;

namespace {

void write_tomogram(const std::filesystem::path& path, double angstrom) {
  VolumeGeometry geometry;
  geometry.extent = {8, 12, 16};
  geometry.voxel_size = VoxelSize::cubic(angstrom);
  io::write_volume(path, read_volume(random_volume(geometry.extent, 5)).view(), geometry);
}

/// A folder with two tomograms, weights, labels of two cubes of 125 and 343 voxels, and a gzipped
/// tomogram of another voxel size.
class Inputs {
 public:
  Inputs() {
    write_tomogram(folder_ / "a.mrc", 10);
    write_tomogram(folder_ / "b.mrc", 10);
    Weights weights = random_weights({{4, 6, 8}, 4}, 11);
    weights.voxel_size_angstrom = 10;
    weights.class_names = {"background", "ribosome", "fas", "actin"};
    io::write_weights(folder_ / "w.h5", weights);
    write_two_cubes(folder_ / "labels.mrc");
    write_tomogram(folder_ / "c.mrc", 20);
    const std::string bytes = read_text(folder_ / "c.mrc");
    const gzFile packed = gzopen((folder_ / "c.mrc.gz").c_str(), "wb");
    gzwrite(packed, bytes.data(), static_cast<unsigned>(bytes.size()));
    gzclose(packed);
  }
  const TempFolder& folder() const { return folder_; }
  CommandResult run(const std::string& line) const { return dfengine(folder_.path(), line); }

  /// Standard error of a line that ends with `exit_code`.
  std::string said(const std::string& line, int exit_code) const {
    const CommandResult result = run(line);
    INFO(line << "\n" << result.err);
    CHECK(result.exit_code == exit_code);
    return result.err;
  }

 private:
  TempFolder folder_;
};

}  // namespace

TEST_CASE("files in each other's place are called what they are") {
  const Inputs in;
  CHECK_THAT(in.said("pick a.mrc --weights b.mrc --radius 3 -o p.star", 2),
             DFE_CONTAINS("'b.mrc' is a volume, not weights"));
  CHECK_THAT(in.said("segment w.h5 --weights w.h5 -o l.mrc", 1),
             DFE_CONTAINS("is a file of weights, not a tomogram"));
  CHECK_THAT(in.said("segment labels.mrc --weights w.h5 -o l.mrc", 0),
             DFE_CONTAINS("looks like a label map"));
  CHECK_THAT(in.said("segment a.mrc --weights w.h5 -o l.mrc --overwrite", 0),
             !DFE_CONTAINS("looks like"));
  CHECK_THAT(in.said("cluster a.mrc --radius 3 -o p.star", 1), DFE_CONTAINS("is this a tomogram?"));
}

TEST_CASE("several inputs and the name of a file") {
  const Inputs in;
  for (const char* line : {"pick a.mrc b.mrc --weights w.h5 --radius 3 -o p.star",
                           "pick a.mrc b.mrc --weights w.h5 --radius 3 -o p --labels l.mrc",
                           "segment a.mrc b.mrc --weights w.h5 -o l.mrc",
                           "cluster labels.mrc a.mrc --radius 3 -o p.csv"})
    CHECK_THAT(in.said(line, 2), DFE_CONTAINS("is the name of a file, but there are 2 inputs"));
  CHECK(!std::filesystem::exists(in.folder() / "p"));
  in.said("segment a.mrc b.mrc --weights w.h5 -o v1.5/ --quiet", 0);
  CHECK(std::filesystem::exists(in.folder() / "v1.5/b_labels.mrc"));
}

TEST_CASE("the format of label maps in a folder can be chosen") {
  const Inputs in;
  in.said("segment a.mrc b.mrc --weights w.h5 -o out --labels-format h5 --quiet", 0);
  CHECK(io::open_volume(in.folder() / "out/b_labels.h5")->info().format == "hdf5");
  in.said("pick a.mrc b.mrc --weights w.h5 --radius 3 -o p --labels l --labels-format zarr", 0);
  CHECK(io::open_volume(in.folder() / "l/a_labels.zarr")->info().format == "zarr");
  CHECK_THAT(in.said("segment a.mrc --weights w.h5 -o l.mrc --labels-format h5", 2),
             DFE_CONTAINS("'l.mrc' is a file; leave it out"));
  CHECK_THAT(in.said("pick a.mrc --weights w.h5 --radius 3 -o p.star --labels-format h5", 2),
             DFE_CONTAINS("--labels-format") && DFE_CONTAINS("add --labels"));
  CHECK_THAT(in.said("segment a.mrc b.mrc --weights w.h5 -o out --labels-format nii", 2),
             DFE_CONTAINS("mrc.gz"));
}

TEST_CASE("headers of compressed inputs are looked at before any work") {
  const Inputs in;
  const std::string text = in.said("segment a.mrc c.mrc.gz --weights w.h5 -o out --verbose", 1);
  const auto refusal = text.find("has a voxel size of 20 Å");
  REQUIRE(refusal != std::string::npos);
  CHECK(refusal < text.find("cpu ("));  // the plan of the first tomogram
}

TEST_CASE("classes are named, once each, and known") {
  const Inputs in;
  const std::string pick = "pick a.mrc --weights w.h5 --radius 3 -o p.star --overwrite ";
  in.said(pick + "--min-size ribosome=5 --min-size 3=2", 0);
  CHECK_THAT(in.said(pick + "--min-size ribosom=5", 2), DFE_CONTAINS("did you mean ribosome?"));
  CHECK_THAT(in.said(pick + "--min-size 4=5", 2), DFE_CONTAINS("labels are 1 to 3"));
  CHECK_THAT(in.said(pick + "--min-size background=5", 2), DFE_CONTAINS("is the background"));
  CHECK_THAT(in.said(pick + "--classes background,a,a,b", 2),
             DFE_CONTAINS("'a' is the name of classes 1 and 2"));
  CHECK_THAT(in.said(pick + "--classes background,a,,b", 2),
             DFE_CONTAINS("the name of class 2 is empty"));
  const std::string cluster = "cluster labels.mrc --radius 4 -o p.csv --overwrite ";
  CHECK_THAT(in.said(cluster + "--min-size ribosome=5", 2), DFE_CONTAINS("--classes"));
  in.said(cluster + "--classes background,ribosome,fas --min-size fas=344", 0);
  const std::string list = read_text(in.folder() / "p.csv");
  CHECK_THAT(list, DFE_CONTAINS("ribosome"));
  CHECK_THAT(list, !DFE_CONTAINS("fas"));
}

TEST_CASE("lengths that are hardly meant") {
  const Inputs in;
  CHECK_THAT(in.said("cluster labels.mrc --radius 40 -o p.csv --overwrite", 0),
             DFE_CONTAINS("--radius 40 is 400 Å, more than the 31 voxels") &&
                 DFE_CONTAINS("for 40 Å write 40A"));
  CHECK_THAT(in.said("cluster labels.mrc --radius 40A -o p.csv --overwrite", 0),
             !DFE_CONTAINS("the network sees"));
  for (const char* size : {"13.68A", "13.68"})
    in.said(
        "cluster labels.mrc --radius 40A -o p.csv --overwrite --voxel-size " + std::string(size),
        0);
  CHECK_THAT(in.said("info labels.mrc --voxel-size 13,68", 2), DFE_CONTAINS("13.68"));
  CHECK_THAT(in.said("info labels.mrc --voxel-size 8nm", 2), DFE_CONTAINS("write 80"));
}

TEST_CASE("no particles, and why") {
  const Inputs in;
  CHECK_THAT(in.said("cluster labels.mrc --radius 4 --min-size 1000 -o p.csv", 0),
             DFE_CONTAINS("the largest of 2 clusters has 343 voxels, fewer than --min-size"));
  LabelMap empty;
  empty.geometry.extent = {4, 5, 6};
  empty.labels = Volume<std::uint8_t>(empty.geometry.extent, 0);
  io::write_labels(in.folder() / "empty.mrc", empty);
  CHECK_THAT(in.said("cluster empty.mrc --radius 4 -o p.csv --overwrite", 0),
             DFE_CONTAINS("all voxels are background"));
  CHECK_THAT(in.run("cluster labels.mrc --radius 4 --min-size 200 -o p.csv --overwrite").out,
             DFE_CONTAINS("1 particle written"));
}

TEST_CASE("scores that are not numbers are refused") {
  const Inputs in;
  LabelMap map = io::read_labels(in.folder() / "labels.mrc");
  io::ScoreWriter writer(in.folder() / "s.h5", map.geometry, 3, {}, false);
  std::vector<float> scores(static_cast<std::size_t>(map.geometry.extent.voxels()), 0.5f);
  for (std::int64_t c = 0; c < 3; ++c) {
    if (c == 2) scores[(12 * 30 + 7) * 40 + 9] = std::numeric_limits<float>::quiet_NaN();
    writer.write_box(c, {{}, map.geometry.extent}, scores.data());
  }
  writer.commit();
  CHECK_THAT(in.said("cluster labels.mrc --scores s.h5 --radius 4 -o p.csv", 1),
             DFE_CONTAINS("class 2 at z,y,x 12,7,9 is not a number"));
}

TEST_CASE("pick and cluster write every list format, and its tomogram's name") {
  const Inputs in;
  for (const auto& [format, value] : io::written_list_formats()) {
    INFO(format);
    const bool several_files = format == "copick" || format == "relion5-import";
    const int exit_code = several_files ? 2 : 0;
    const std::string to = " -o " + format + " --format " + format + " --overwrite --quiet ";
    in.said("pick a.mrc --weights w.h5 --radius 3" + to, exit_code);
    const std::string cluster = "cluster labels.mrc --method components --voxel-size 10" + to;
    for (const char* name :
         {"", "--tomogram-name TS_01", "--tomogram-name {id}x", "--tomogram-name {name}"})
      in.said(cluster + name, exit_code);
  }
  in.said(
      "cluster labels.mrc --method components --voxel-size 10 --min-size 1 "
      "--tomogram-name TS_01 -o c.csv --format czii --quiet",
      0);
  CHECK_THAT(read_text(in.folder() / "c.csv"), DFE_CONTAINS("0,TS_01,"));
  std::filesystem::copy_file(in.folder() / "labels.mrc", in.folder() / "TS_02_labels.mrc");
  in.said(
      "cluster labels.mrc TS_02_labels.mrc --method components --min-size 1 --voxel-size 10 "
      "--format copick-csv -o lists/ --quiet",
      0);
  CHECK_THAT(read_text(in.folder() / "lists/TS_02_labels.csv"), DFE_CONTAINS("\nTS_02,"));
}
