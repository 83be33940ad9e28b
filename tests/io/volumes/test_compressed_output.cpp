// SPDX-License-Identifier: Apache-2.0
// MRC files that are compressed as they are written: zlib and libbz2 themselves unpack them here,
// and what comes is byte for byte the plain file.
#include <bzlib.h>
#include <zlib.h>

#include "io/volume.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/io/volumes/scratch.hpp"

using dfe::test::file_bytes;
using dfe::test::Scratch;

namespace {

template <class Open, class Read, class Close>
std::vector<std::byte> unpack(Open open, Read read, Close close) {
  auto* const file = open();
  REQUIRE(file != nullptr);
  std::vector<std::byte> all, block(10000);
  for (int count = 0; (count = read(file, block.data(), 10000)) != 0;) {
    REQUIRE(count > 0);
    all.insert(all.end(), block.begin(), block.begin() + count);
  }
  close(file);
  return all;
}

std::vector<std::byte> gunzip(const std::filesystem::path& path) {
  return unpack([&] { return gzopen(path.c_str(), "rb"); }, gzread, gzclose);
}

std::vector<std::byte> bunzip2(const std::filesystem::path& path) {
  return unpack([&] { return BZ2_bzopen(path.c_str(), "rb"); }, BZ2_bzread, BZ2_bzclose);
}

}  // namespace

TEST_CASE("labels and floats written as .gz and .bz2 are the plain file, packed") {
  const Scratch scratch;
  // Larger than the pieces and buffers on the way, and not compressible for the floats.
  dfe::LabelMap map{dfe::Volume<std::uint8_t>({70, 80, 90}, 0), {}, {}};
  map.geometry.extent = map.labels.extent();
  map.geometry.voxel_size = dfe::VoxelSize::cubic(10);
  dfe::Volume<float> noise(map.geometry.extent);
  std::uint32_t state = 1;
  for (std::int64_t i = 0; i < noise.voxels(); ++i) {
    state = state * 1664525u + 1013904223u;
    noise.data()[i] = static_cast<float>(state) * 0x1p-32f;
    map.labels.data()[i] = static_cast<std::uint8_t>((i / 1000) % 4);
  }
  for (const std::string ending : {".mrc", ".rec", ".map"}) {
    const std::string name = "v" + ending;
    dfe::io::write_labels(scratch / name, map);
    dfe::io::write_labels(scratch / (name + ".gz"), map);
    dfe::io::write_labels(scratch / (name + ".bz2"), map);
    CHECK(gunzip(scratch / (name + ".gz")) == file_bytes(scratch / name));
    CHECK(bunzip2(scratch / (name + ".bz2")) == file_bytes(scratch / name));
    CHECK(std::filesystem::file_size(scratch / (name + ".gz")) <
          std::filesystem::file_size(scratch / name) / 10);
  }
  dfe::io::write_volume(scratch / "n.mrc", noise.view(), map.geometry);
  dfe::io::write_volume(scratch / "n.mrc.gz", noise.view(), map.geometry);
  dfe::io::write_volume(scratch / "n.mrc.bz2", noise.view(), map.geometry);
  CHECK(gunzip(scratch / "n.mrc.gz") == file_bytes(scratch / "n.mrc"));
  CHECK(bunzip2(scratch / "n.mrc.bz2") == file_bytes(scratch / "n.mrc"));
  CHECK(dfe::io::open_volume(scratch / "n.mrc.gz")->info().compression == "gzip");
  // Equal contents are equal bytes: no time stamp.
  const auto first = file_bytes(scratch / "n.mrc.gz");
  CHECK(first[4] == std::byte{});
  dfe::io::write_volume(scratch / "n.mrc.gz", noise.view(), map.geometry);
  CHECK(file_bytes(scratch / "n.mrc.gz") == first);
}

TEST_CASE("formats that are not written from begin to end, or not read, refuse compression") {
  for (const char* const name :
       {"a.h5.gz", "a.hdf.bz2", "a.em.gz", "a.gz", "a.mrc.xz", "a.mrc.gz.gz"})
    CHECK_THROWS_WITH(
        dfe::io::check_volume_file_name(name),
        DFE_CONTAINS("use .mrc, .rec, .map (also .gz and .bz2), .h5, .zarr, .tif or .em"));
  dfe::io::check_volume_file_name("a.MRC.GZ");
}
