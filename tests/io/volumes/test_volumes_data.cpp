// SPDX-License-Identifier: Apache-2.0
// Real files. The numbers were taken from them with numpy, struct, mrcfile and h5py in Python,
// independently of this library; mrc_collection.hpp says how.
#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "io/volume.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/data_dir.hpp"
#include "tests/io/volumes/mrc_collection.hpp"
#include "tests/io/volumes/scratch.hpp"

using dfe::Error;
using dfe::Extent3;
using dfe::Index3;
using dfe::Volume;
using dfe::VoxelSize;
using dfe::io::open_volume;
using dfe::test::kAngles;
using dfe::test::Known;
using dfe::test::kStamp;
using dfe::test::kUnknownSize;
using dfe::test::Sample;

namespace {

const std::vector<Sample> kVirus{{{40, 13, 20}, 4}, {{120, 39, 60}, 0}, {{200, 65, 100}, 10}};

void expect_size(double found, double known) { CHECK(found == Approx(known).epsilon(1e-6)); }

void check(const std::filesystem::path& folder, const Known& known) {
  INFO(known.path);
  const auto source = open_volume(folder / known.path);
  const dfe::VolumeInfo& info = source->info();
  CHECK(info.mode == known.mode);
  CHECK(info.geometry.extent == known.extent);
  CHECK(info.geometry.start == known.start);
  expect_size(info.geometry.voxel_size.z_angstrom, known.voxel_size.z_angstrom);
  expect_size(info.geometry.voxel_size.y_angstrom, known.voxel_size.y_angstrom);
  expect_size(info.geometry.voxel_size.x_angstrom, known.voxel_size.x_angstrom);
  CHECK(info.warnings.size() == known.warnings.size());
  for (std::size_t i = 0; i < std::min(info.warnings.size(), known.warnings.size()); ++i)
    CHECK_THAT(info.warnings[i], DFE_CONTAINS(known.warnings[i]));
  const Volume<float> volume = dfe::io::read_volume(*source);
  double sum = 0, magnitude = 0;
  for (const float v : volume.span()) {
    sum += static_cast<double>(v);
    magnitude += std::abs(static_cast<double>(v));
  }
  CHECK(std::abs(sum - known.sum) <= 1e-9 * magnitude);
  for (const Sample& sample : known.samples)
    CHECK(volume(sample.at.z, sample.at.y, sample.at.x) == sample.value);
}

}  // namespace

TEST_CASE(
    "every MRC file of the collection is read with the right values, or refused with the reason") {
  const auto folder = dfe::test::data_dir() / "readers" / "mrc";
  std::set<std::string> names{"header_only.mrc"};
  for (const Known& known : dfe::test::kMrcFiles) {
    check(folder, known);
    names.insert(known.path);
  }
  CHECK_THROWS_WITH(open_volume(folder / "header_only.mrc"),
                    DFE_CONTAINS("has 1024 bytes but its header says 132096"));
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    CHECK(names.count(entry.path().filename().string()) == 1);
  CHECK(open_volume(folder / "h2o-elf-nstart-origin.mrc")->info().geometry.origin_angstrom.z ==
        Approx(5.6));
  CHECK(open_volume(folder / "EMD-3001.map")->info().geometry.cell_angles_deg[1] == Approx(94.326));
  CHECK(open_volume(folder / "big_endian_symops_map.ccp4")->info().extended_header_bytes == 640);
  CHECK(open_volume(folder / "mrc3D.mrc")->info().geometry.labels.size() == 10);
}

TEST_CASE("EMD-1155 keeps its geometry through a label map: cell / M is not cell / N there") {
  const auto path = dfe::test::data_dir() / "real" / "emd_1155.ccp4";
  check(
      path.parent_path(),
      {"emd_1155.ccp4", "int8", {281, 91, 141}, VoxelSize::cubic(16.4), {}, 18167955, kVirus, {}});
  const dfe::test::Scratch scratch;
  dfe::LabelMap map;
  map.geometry = open_volume(path)->info().geometry;
  map.labels = Volume<std::uint8_t>(map.geometry.extent, 1);
  dfe::io::write_labels(scratch / "l.mrc", map);
  const auto before = dfe::test::file_bytes(path), after = dfe::test::file_bytes(scratch / "l.mrc");
  const auto same = [&](std::size_t begin, std::size_t end) {
    return std::equal(before.begin() + long(begin), before.begin() + long(end),
                      after.begin() + long(begin));
  };
  CHECK(same(0, 40));  // sizes, mode 0, start, sampling
  CHECK(open_volume(scratch / "l.mrc")->info().geometry.voxel_size.x_angstrom == Approx(16.4));
  CHECK(same(52, 76));    // angles, axes
  CHECK(same(196, 212));  // origin, MAP
  CHECK(same(224, 304));  // label
}

TEST_CASE("SHREC masks have a zero machine stamp and a header filled with 0x01") {
  const std::vector<std::pair<std::string, double>> sums{
      {"1bxn", 997}, {"1qvr", 1237}, {"1s3x", 215}, {"1u6g", 934}, {"2cg9", 753},  {"3cf3", 1030},
      {"3d2f", 962}, {"3gl1", 388},  {"3h84", 379}, {"3qm1", 149}, {"4b4t", 3837}, {"4d8q", 2939}};
  for (const auto& [name, sum] : sums) {
    check(dfe::test::data_dir() / "shrec19" / "masks", {name + ".mrc",
                                                        "float32",
                                                        {40, 40, 40},
                                                        {},
                                                        {},
                                                        sum,
                                                        {{{5, 5, 5}, 0}},
                                                        {kStamp, kAngles, kUnknownSize}});
    CHECK(dfe::io::read_labels(dfe::test::data_dir() / "shrec19" / "masks" / (name + ".mrc"))
              .labels.voxels() == 64000);
  }
}

TEST_CASE("maps and compressed targets") {
  const auto data = dfe::test::data_dir();
  check(data / "densities", {"groel_emd1997.map",
                             "float32",
                             {100, 100, 100},
                             VoxelSize::cubic(2.02),
                             {-50, -50, -50},
                             60642.05618,
                             {},
                             {}});
  check(data / "densities", {"emd_8621_shift.mrc.gz",
                             "float32",
                             {220, 220, 220},
                             VoxelSize::cubic(1.4500002),
                             {},
                             330922.8225,
                             {},
                             {}});
  check(data / "golden", {"target_tomo0_shapes.mrc.gz",
                          "int8",
                          {200, 512, 512},
                          {},
                          {},
                          21460283,
                          {},
                          {kUnknownSize}});
  check(data / "golden", {"target_tomo0_spheres.mrc.gz",
                          "int8",
                          {200, 512, 512},
                          {},
                          {},
                          19381834,
                          {},
                          {kUnknownSize}});
  CHECK(open_volume(data / "golden" / "target_tomo0_shapes.mrc.gz")->resident_bytes() == 52429824);
}

TEST_CASE("DeepFinder's HDF5 volumes") {
  const auto data = dfe::test::data_dir() / "dataset1";
  check(
      data / "data",
      {"tomo7_data.h5",
       "float32",
       {100, 100, 100},
       {},
       {},
       -0.0156301575686,
       {{{14, 42, 71}, 0.491817951f}, {{50, 60, 70}, -0.163582593f}, {{99, 98, 97}, 0.0956941843f}},
       {kUnknownSize}});
  check(data / "data", {"tomo1_data.h5",
                        "float32",
                        {100, 100, 100},
                        {},
                        {},
                        0.00659121804904,
                        {{{50, 60, 70}, -0.976952195f}},
                        {kUnknownSize}});
  check(data / "deepfinder_result", {"tomo1_labelmap.h5",
                                     "int8",
                                     {100, 100, 100},
                                     {},
                                     {},
                                     115012,
                                     {{{50, 60, 70}, 6}},
                                     {kUnknownSize}});
  const dfe::LabelMap target = dfe::io::read_labels(data / "data" / "tomo7_target.h5");
  std::vector<int> counts(10);
  for (const std::uint8_t label : target.labels.span()) ++counts.at(label);
  CHECK(counts == std::vector<int>{975486, 5095, 1840, 3066, 1620, 1984, 2355, 1972, 2143, 4439});
  CHECK_THROWS_WITH(dfe::io::read_labels(data / "data" / "tomo7_data.h5"),
                    DFE_CONTAINS("voxels are not labels"));
}

TEST_CASE("EM files of a template matching run") {
  const auto data = dfe::test::data_dir() / "template_matching" / "peak_analysis";
  check(data / "ribosome", {"mask48_r22.em",
                            "float32",
                            {48, 48, 48},
                            {},
                            {},
                            44473,
                            {{{10, 20, 30}, 1}, {{40, 3, 47}, 0}},
                            {kUnknownSize}});
  check(data / "expected_outputs" / "ribosome" / "id_0_results",
        {"id_0_scores.em",
         "float32",
         {48, 48, 48},
         {},
         {},
         15579.93671,
         {{{10, 20, 30}, 0.363837063f}, {{40, 3, 47}, 0.154389814f}},
         {kUnknownSize}});
  check(data / "expected_outputs" / "ribosome" / "id_0_results",
        {"id_0_angles.em",
         "float32",
         {48, 48, 48},
         {},
         {},
         109400002,
         {{{10, 20, 30}, 923}, {{40, 3, 47}, 1412}},
         {kUnknownSize}});
}

TEST_CASE("a real OME-Zarr store with axes x, y, z and no unit, and real TIFF stacks") {
  // read with zarr 3.1.6 and tifffile 2026.3.3; the store's dimensions are x, y, z
  const auto data = dfe::test::data_dir();
  check(data / "readers" / "zarr", {"input_omezarr.zarr",
                                    "float32",
                                    {4, 4, 4},
                                    VoxelSize::cubic(14.08),
                                    {},
                                    160,
                                    {{{3, 2, 1}, 3}, {{0, 0, 0}, 1}, {{0, 1, 0}, 2}},
                                    {"The axes have no unit"}});
  check(data / "real" / "microtubule_crops", {"0_0_30_47_25.tif",
                                              "uint8",
                                              {96, 96, 96},
                                              {},
                                              {},
                                              94062345,
                                              {{{1, 2, 3}, 182}, {{30, 40, 50}, 152}},
                                              {kUnknownSize}});
  CHECK(dfe::io::read_labels(data / "real" / "microtubule_crops" / "0_0_30_47_25_mask.tif")
            .labels.voxels() == 96 * 96 * 96);
}

TEST_CASE("what holds no volume is refused by name") {
  const auto data = dfe::test::data_dir();
  CHECK_THROWS_WITH(open_volume(data / "dataset1" / "deepfinder_result" / "tomo1_objlist.xml"),
                    DFE_CONTAINS("neither MRC, HDF5, TIFF nor EM"));
  CHECK_THROWS_WITH(open_volume(data / "dataset1" / "reference_weights.weights.h5"),
                    DFE_CONTAINS("has no dataset 'dataset'"));
}
