// SPDX-License-Identifier: Apache-2.0
// Stacks of volumes in one MRC file (ISPG 401, MZ sections each), put together from the standard:
// each volume by its number, and refusals that say how to name one.
#include <zlib.h>

#include "io/volume.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/io/volumes/mrc_bytes.hpp"
#include "tests/io/volumes/scratch.hpp"

using dfe::Extent3;
using dfe::Volume;
using dfe::io::open_volume;
using dfe::test::make_mrc;
using dfe::test::MrcBytes;
using dfe::test::Scratch;

namespace {

/// Three volumes of 2x4x5 voxels of 2 Å.
MrcBytes make_stack(int mode, bool big) {
  return make_mrc({6, 4, 5}, mode, big).word(88, 401).word(36, 2).real(48, 4);
}

}  // namespace

TEST_CASE("a volume of a stack is read by its number, from 1") {
  const Scratch scratch;
  for (const int mode : {0, 1, 2, 6, 12, 101})
    for (const bool big : {false, true}) {
      const auto path = scratch.file("stack.mrcs", make_stack(mode, big).bytes);
      for (int n = 1; n <= 3; ++n) {
        const std::string name = path.string() + ":" + std::to_string(n);
        const auto source = open_volume(name);
        CHECK(source->info().path == name);
        CHECK(source->info().geometry.voxel_size == dfe::VoxelSize::cubic(2));
        const Volume<float> volume = dfe::io::read_volume(*source);
        REQUIRE(volume.extent() == Extent3{2, 4, 5});
        for (std::int64_t z = 0; z < 2; ++z)
          for (std::int64_t y = 0; y < 4; ++y)
            for (std::int64_t x = 0; x < 5; ++x)
              REQUIRE(volume(z, y, x) ==
                      dfe::test::voxel_value(mode, {6, 4, 5}, 2 * (n - 1) + z, y, x));
      }
    }
}

TEST_CASE("the header of a volume of a compressed stack is that of the volume") {
  const Scratch scratch;
  const MrcBytes stack = make_stack(2, false);
  const std::string path = (scratch / "stack.mrcs.gz").string();
  gzFile file = gzopen(path.c_str(), "wb");
  REQUIRE(gzwrite(file, stack.bytes.data(), static_cast<unsigned>(stack.bytes.size())) ==
          static_cast<int>(stack.bytes.size()));
  gzclose(file);
  CHECK_THROWS_WITH(dfe::io::open_header(path), DFE_CONTAINS("stack of 3 volumes"));
  CHECK(dfe::io::open_header(path + ":2")->extent() == Extent3{2, 4, 5});
  CHECK(dfe::io::read_volume(*open_volume(path + ":3"))(0, 0, 0) ==
        dfe::test::voxel_value(2, {6, 4, 5}, 4, 0, 0));
}

TEST_CASE("a stack without a number, or with one that it lacks, says which there are") {
  const Scratch scratch;
  const std::string stack = scratch.file("stack.mrcs", make_stack(2, false).bytes).string();
  const std::string each = "name one: " + stack + ":1 to " + stack + ":3";
  CHECK_THROWS_WITH(open_volume(stack), DFE_CONTAINS("stack of 3 volumes") && DFE_CONTAINS(each));
  CHECK_THROWS_WITH(open_volume(stack + ":0"), DFE_CONTAINS("no volume '0'; " + each));
  CHECK_THROWS_WITH(open_volume(stack + ":4"), DFE_CONTAINS("no volume '4'; " + each));
  CHECK_THROWS_WITH(open_volume(stack + ":99999999999999999999"), DFE_CONTAINS(each));
  const std::string odd =
      scratch.file("odd.mrcs", make_mrc({5, 4, 5}, 2).word(88, 401).word(36, 2).bytes).string();
  CHECK_THROWS_WITH(open_volume(odd), DFE_CONTAINS("5 sections are not a multiple of MZ 2"));
  const std::string single = scratch.file("one.mrc", make_mrc({6, 4, 5}, 2).bytes).string();
  CHECK(open_volume(single + ":1")->extent() == Extent3{6, 4, 5});
  CHECK_THROWS_WITH(open_volume(single + ":2"), DFE_CONTAINS("leave out ':2'"));
  CHECK_THROWS_WITH(open_volume(single + ":x"), DFE_CONTAINS("no such file"));
}

TEST_CASE("a volume that is thin in y, as IMOD's tilt writes it, is warned of") {
  const Scratch scratch;
  const auto warnings = [&](Extent3 extent, bool imod) {
    MrcBytes file = make_mrc(extent, 2);
    if (imod) file.word(152, 1146047817);
    return open_volume(scratch.file("t.rec", file.bytes))->info().warnings;
  };
  REQUIRE(warnings({8, 4, 9}, true).size() == 1);
  CHECK_THAT(warnings({8, 4, 9}, true)[0], DFE_CONTAINS("thin axis of the volume is y (8x4x9") &&
                                               DFE_CONTAINS("--rotate-x") &&
                                               DFE_CONTAINS("trimvol -rx"));
  CHECK(warnings({8, 4, 9}, false).empty());
  CHECK(warnings({4, 8, 9}, true).empty());  // rotated
  CHECK(warnings({8, 5, 9}, true).empty());
  CHECK(warnings({8, 4, 4}, true).empty());
}
