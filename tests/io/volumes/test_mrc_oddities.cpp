// SPDX-License-Identifier: Apache-2.0
// Headers as they are found in the wild: each oddity is read with one warning that names it, or
// refused with its reason.
#include <cmath>
#include <limits>

#include "io/volume.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/io/volumes/mrc_bytes.hpp"
#include "tests/io/volumes/scratch.hpp"

using dfe::Error;
using dfe::Extent3;
using dfe::VolumeInfo;
using dfe::VoxelSize;
using dfe::io::open_volume;
using dfe::io::VolumeReadOptions;
using dfe::test::make_mrc;
using dfe::test::MrcBytes;
using dfe::test::Scratch;

namespace {

const Extent3 kExtent{3, 4, 5};

VolumeInfo info_of(const MrcBytes& file, const VolumeReadOptions& options = {}) {
  const Scratch scratch;
  return open_volume(scratch.file("a.mrc", file.bytes), options)->info();
}

void refuses(const MrcBytes& file, const std::string& part) {
  const Scratch scratch;
  const auto path = scratch.file("a.mrc", file.bytes);
  CHECK_THROWS_WITH(open_volume(path), DFE_CONTAINS(part) && DFE_CONTAINS(path.string()));
}

void warns_once(const VolumeInfo& info, const std::string& part) {
  REQUIRE(info.warnings.size() == 1);
  CHECK_THAT(info.warnings[0], DFE_CONTAINS(part));
}

}  // namespace

TEST_CASE("byte order follows the machine stamp, or mode and sizes where that is no use") {
  for (const bool big : {false, true}) {
    const std::string order = big ? "big" : "little";
    for (const std::string& stamp : {std::string("\0\0\0\0", 4), std::string("\x44\0\0\0", 4),
                                     std::string("MAE "), std::string("\x01\x01\x01\x01")}) {
      const VolumeInfo info = info_of(make_mrc(kExtent, 2, big).text(212, stamp));
      CHECK(info.byte_order == order);
      warns_once(info, "machine stamp");
    }
    const std::string wrong = big ? std::string("\x44\x44\0\0", 4) : std::string("\x11\x11\0\0", 4);
    const VolumeInfo info = info_of(make_mrc(kExtent, 2, big).text(212, wrong));
    CHECK(info.byte_order == order);
    warns_once(info, "contradicts");
  }
  CHECK(info_of(make_mrc(kExtent, 2).text(212, std::string("\x44\x41\0\0", 4))).warnings.empty());
}

TEST_CASE("a header without the word MAP is taken by its mode and sizes") {
  warns_once(info_of(make_mrc(kExtent, 2).text(208, std::string("\0\0\0\0", 4))), "MAP");
  CHECK(info_of(make_mrc(kExtent, 2).text(208, std::string("MAP\0", 4))).warnings.empty());
}

TEST_CASE("modes that are no volumes, and no modes, are refused by number") {
  for (const int mode : {3, 4, 16})
    refuses(make_mrc(kExtent, 2).word(12, mode), "mode " + std::to_string(mode) + " (");
  for (const int mode : {-1, 5, 7, 99, 1 << 30})
    refuses(make_mrc(kExtent, 2).word(12, mode),
            "mode " + std::to_string(mode) + " is not defined");
}

TEST_CASE("the file's length is compared with the header's, both numbers told") {
  MrcBytes file = make_mrc(kExtent, 2);
  file.bytes.pop_back();
  refuses(file, "has 1263 bytes but its header says 1264");
  file.bytes.resize(1024);
  refuses(file, "has 1024 bytes but its header says 1264");
  file.bytes.resize(500);
  refuses(file, "has 500 bytes");
  file.bytes.clear();
  refuses(file, "is empty");
  file = make_mrc(kExtent, 2);
  file.bytes.resize(file.bytes.size() + 3);
  warns_once(info_of(file), "longer than the 1264 bytes");
}

TEST_CASE("nonsense sizes are refused before anything is allocated") {
  for (const int bad : {0, -5, std::numeric_limits<int>::min()})
    for (const std::size_t place : {0u, 4u, 8u})
      refuses(make_mrc(kExtent, 2).word(place, bad), "at least 1");
  const int most = std::numeric_limits<int>::max();
  refuses(make_mrc(kExtent, 2).word(0, most).word(4, most).word(8, most),
          "more bytes than any file has");
  refuses(make_mrc(kExtent, 2).word(0, most), "incomplete");
  refuses(make_mrc(kExtent, 0).word(0, 1 << 15).word(4, 1 << 15).word(8, 1 << 15),
          "has 1084 bytes but its header says 35184372089856");
}

TEST_CASE("extended headers are skipped, and missed where the header only claims one") {
  for (const std::string type : {"SERI", "FEI1", "AGAR", "CCP4"}) {
    MrcBytes file = make_mrc(kExtent, 2).word(92, 768).text(104, type);
    file.bytes.insert(file.bytes.begin() + 1024, 768, std::byte{0x7f});
    const VolumeInfo info = info_of(file);
    CHECK(info.extended_header_bytes == 768);
    CHECK(info.extended_header_type == type);
    CHECK(info.warnings.empty());
    const Scratch scratch;
    CHECK(dfe::io::read_volume(*open_volume(scratch.file("a.mrc", file.bytes)))(0, 0, 0) ==
          dfe::test::voxel_value(2, kExtent, 0, 0, 0));
  }
  for (const int claimed : {49920, -768, std::numeric_limits<int>::max()}) {
    const VolumeInfo info = info_of(make_mrc(kExtent, 2).word(92, claimed));
    CHECK(info.extended_header_bytes == 0);
    warns_once(info, std::to_string(claimed));
  }
  MrcBytes partial = make_mrc(kExtent, 2).word(92, 1000);
  partial.bytes.resize(partial.bytes.size() + 400);
  refuses(partial, "has 1664 bytes but its header says 2264");
}

TEST_CASE("axes that are no order are taken as x, y, z with a warning") {
  warns_once(info_of(make_mrc(kExtent, 2).word(64, 0).word(68, 0).word(72, 0)), "0, 0, 0");
  warns_once(info_of(make_mrc(kExtent, 2).word(72, 2)), "1, 2, 2");
  warns_once(info_of(make_mrc(kExtent, 2).word(64, std::numeric_limits<int>::min())),
             "1, 2, 3 is assumed");
}

TEST_CASE("bytes are signed unless IMOD's flag, the maximum or the user says otherwise") {
  const auto imod = [](int flags) {
    return make_mrc(kExtent, 0).real(76, 0).real(80, 255).word(152, 1146047817).word(156, flags);
  };
  CHECK(info_of(imod(0)).mode == "uint8");
  CHECK(info_of(imod(1)).mode == "int8");
  CHECK(info_of(imod(4)).mode == "uint8");
  CHECK(info_of(imod(1)).warnings.empty());
  refuses(imod(16), "4-bit");
  const auto range = [](float low, float high) {
    return make_mrc(kExtent, 0).real(76, low).real(80, high);
  };
  CHECK(info_of(range(-128, 127)).mode == "int8");
  CHECK(info_of(range(-128, 127)).warnings.empty());
  CHECK(info_of(range(0, 12)).mode == "int8");
  warns_once(info_of(range(141, 163)), "unsigned, because the header's maximum is 163");
  CHECK(info_of(range(141, 163)).mode == "uint8");
  warns_once(info_of(range(0, -1)),
             "do not show");  // what MRC2014 writes where the values are unknown
  warns_once(info_of(range(std::nanf(""), std::nanf(""))), "do not show");
  VolumeReadOptions options;
  options.signed_bytes = true;
  CHECK(info_of(range(0, 255), options).mode == "int8");
  options.signed_bytes = false;
  CHECK(info_of(imod(1), options).mode == "uint8");
}

TEST_CASE("the voxel size is cell / M; 0 and 1 are unknown; the user's wins") {
  // A cut-out of a larger map: 10 samples of 30 Å in x.
  VolumeInfo info = info_of(make_mrc(kExtent, 2).word(28, 10).real(40, 30));
  CHECK(info.geometry.voxel_size == VoxelSize{2, 2, 3});
  CHECK(info.geometry.sampling == Extent3{3, 4, 10});
  info = info_of(make_mrc(kExtent, 2).word(28, 0).word(32, 0).word(36, 0));
  CHECK(info.geometry.voxel_size == VoxelSize::cubic(2));
  warns_once(info, "MX, MY, MZ");

  const auto cell = [](float x, float y, float z) {
    return make_mrc(kExtent, 2).real(40, x).real(44, y).real(48, z);
  };
  for (const MrcBytes& file :
       {cell(0, 0, 0), cell(5, 4, 3), cell(-5, 8, 6), cell(10, std::nanf(""), 6)}) {
    info = info_of(file);
    CHECK_FALSE(info.geometry.voxel_size.known());
    warns_once(info, "--voxel-size");
  }
  VolumeReadOptions options;
  options.voxel_size_angstrom = 13.68;
  info = info_of(cell(0, 0, 0), options);
  CHECK(info.geometry.voxel_size == VoxelSize::cubic(13.68));
  CHECK(info.warnings.empty());
  for (const double bad : {0.0, -3.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    options.voxel_size_angstrom = bad;
    CHECK_THROWS_AS(info_of(cell(0, 0, 0), options), Error);
  }
  // 13.424 Å written in nanometres by a faulty program: told, never corrected by a guess.
  info = info_of(cell(0.01343f * 5, 0.01343f * 4, 0.01343f * 3));
  CHECK(info.geometry.voxel_size.x_angstrom == Approx(0.01343));
  warns_once(info, "unusual for a tomogram");
  warns_once(info_of(cell(700, 560, 420)), "unusual for a tomogram");
  CHECK(info_of(make_mrc({1, 4, 5}, 2).real(48, 0)).geometry.voxel_size == VoxelSize::cubic(2));
}

TEST_CASE("start, origin, cell, labels and space group are kept in z, y, x") {
  MrcBytes file =
      make_mrc(kExtent, 2, true, {3, 1, 2});  // columns along z, rows along x, sections along y
  file.word(16, -7)
      .word(20, 8)
      .word(24, 9)
      .real(196, 1.5f)
      .real(200, 2.5f)
      .real(204, -3.5f)
      .real(56, 94.5f)
      .word(88, 4);
  file.word(220, 2)
      .text(224, "first label" + std::string(69, ' '))
      .text(304, std::string("second\x01\0rest", 12));
  const VolumeInfo info = info_of(file);
  CHECK(info.geometry.start == dfe::Index3{-7, 9, 8});
  CHECK(info.geometry.origin_angstrom == dfe::Point3{-3.5, 2.5, 1.5});
  CHECK(info.geometry.cell_angles_deg == std::array<double, 3>{90, 94.5, 90});
  CHECK(info.geometry.space_group == 4);
  CHECK(info.geometry.labels == std::vector<std::string>{"first label", "second?"});
  warns_once(info, "perpendicular");
}

TEST_CASE("nonsense in fields that matter little is replaced with a warning") {
  warns_once(info_of(make_mrc(kExtent, 2).word(220, -3)), "-3 labels");
  warns_once(info_of(make_mrc(kExtent, 2).word(220, 11)), "11 labels");
  warns_once(info_of(make_mrc(kExtent, 2).real(196, std::nanf(""))), "origin");
  warns_once(info_of(make_mrc(kExtent, 2).real(52, 0).real(56, 0).real(60, 0)), "angles");
}

TEST_CASE("a header filled with 0x01 from MZ on is read") {
  MrcBytes file = make_mrc(kExtent, 2);
  std::fill(file.bytes.begin() + 96, file.bytes.begin() + 196, std::byte{1});
  std::fill(file.bytes.begin() + 212, file.bytes.begin() + 216, std::byte{1});
  const VolumeInfo info = info_of(file);
  CHECK(info.extended_header_type.empty());
  warns_once(info, "machine stamp");
}

TEST_CASE("stacks of images are one volume, stacks of volumes are refused") {
  const VolumeInfo info = info_of(make_mrc(kExtent, 2).word(88, 0).word(36, 1).real(48, 2));
  CHECK(info.geometry.voxel_size == VoxelSize::cubic(2));
  warns_once(info, "stack of 3 images");
  CHECK(info_of(make_mrc(kExtent, 2).word(88, 0)).warnings.empty());  // a volume as IMOD writes it
  refuses(make_mrc({6, 4, 5}, 2).word(88, 401).word(36, 2), "stack of 3 volumes");
  CHECK(info_of(make_mrc(kExtent, 2).word(88, 401)).warnings.empty());
}

TEST_CASE("what is no volume is refused by name") {
  const Scratch scratch;
  const auto bytes = [](const std::string& text) {
    std::vector<std::byte> out(2000);
    std::memcpy(out.data(), text.data(), text.size());
    return out;
  };
  CHECK_THROWS_WITH(open_volume(scratch.path()), DFE_CONTAINS("is a folder"));
  CHECK_THROWS_WITH(open_volume(scratch / "nothing.mrc"), DFE_CONTAINS("no such file"));
  CHECK_THROWS_WITH(open_volume("/dev/zero"), DFE_CONTAINS("is a device"));
  CHECK_THROWS_WITH(open_volume(scratch.file("a.tif", bytes(std::string("II*\0", 4)))),
                    DFE_CONTAINS("tiff"));
  CHECK_THROWS_WITH(open_volume(scratch.file("a.txt", bytes("hello, world"))),
                    DFE_CONTAINS("neither MRC, HDF5, TIFF nor EM"));
  CHECK_THROWS_AS(open_volume(scratch.file("a.mrc", bytes("hello, world"))), Error);
  CHECK_THROWS_WITH(open_volume(scratch.file("a.h5", bytes(std::string("\x89HDF\r\n\x1a\n", 8)))),
                    DFE_CONTAINS("hdf5"));
}
