// SPDX-License-Identifier: Apache-2.0
// The ground the formats stand on: outputs that appear whole or not at all, 16-bit floats, score
// maps, attributes.
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmath>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <limits>

#include "core/half.hpp"
#include "io/atomic_file.hpp"
#include "io/hdf5/hdf5_file.hpp"
#include "io/score_file.hpp"
#include "io/volume.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/io/volumes/scratch.hpp"

using dfe::bfloat16_to_float;
using dfe::Error;
using dfe::float_to_half;
using dfe::half_to_float;
using dfe::io::AtomicFile;
using dfe::test::file_bytes;
using dfe::test::Scratch;
namespace h5 = dfe::io::h5;

namespace {

/// Runs `body` in a child whose files may not grow past `bytes`; true where it failed with `Error`
/// as it should on a full disk, and the child came to a good end: libraries that close their files
/// at exit must not stumble over those that could not be written.
template <class Body>
bool fails_on_full_disk(rlim_t bytes, Body&& body) {
  std::fflush(nullptr);
  std::cout.flush();
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{bytes, bytes};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    int code = 1;
    try {
      body();
      code = 0;
    } catch (const Error&) {
      code = 42;
    }
    std::exit(code);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 42;
}

}  // namespace

TEST_CASE("a file appears at commit, and only then") {
  const Scratch scratch;
  {
    AtomicFile file(scratch / "a.txt");
    file.write("hello world", 11);
    file.rewrite(0, "H", 1);
    CHECK(file.size() == 11);
    CHECK_FALSE(std::filesystem::exists(scratch / "a.txt"));
    CHECK(file.path().parent_path() == scratch.path());
    file.commit();
  }
  CHECK(file_bytes(scratch / "a.txt").size() == 11);
  CHECK(file_bytes(scratch / "a.txt")[0] == std::byte{'H'});
  {
    AtomicFile file(scratch / "a.txt");
    file.write("other", 5);
  }
  CHECK(file_bytes(scratch / "a.txt").size() ==
        11);  // what was there stays where nothing is committed
  dfe::io::write_text_file(scratch / "a.txt", "new");
  CHECK(file_bytes(scratch / "a.txt").size() == 3);
  CHECK(scratch.names() == std::vector<std::string>{"a.txt"});
}

TEST_CASE("places that cannot be written give an error with the reason") {
  const Scratch scratch;
  CHECK_THROWS_WITH(
      AtomicFile(scratch / "no" / "a.txt"),
      DFE_CONTAINS("No such file or directory") && DFE_CONTAINS("create the folder first"));
  CHECK_THROWS_WITH(AtomicFile(scratch.path()), DFE_CONTAINS("not a regular file"));
  CHECK_THROWS_WITH(AtomicFile("/dev/null"), DFE_CONTAINS("not a regular file"));
  CHECK_THROWS_WITH(AtomicFile(""), DFE_CONTAINS("not a regular file"));
  if (::geteuid() != 0) {
    std::filesystem::permissions(
        scratch.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
    CHECK_THROWS_WITH(AtomicFile(scratch / "a.txt"), DFE_CONTAINS("Permission denied"));
    std::filesystem::permissions(scratch.path(), std::filesystem::perms::owner_all);
  }
}

TEST_CASE("a symbolic link stays, and the file behind it is replaced") {
  namespace fs = std::filesystem;
  const Scratch scratch;
  fs::create_directory(scratch / "disk");
  fs::create_symlink("disk/target.txt", scratch / "link");  // to nothing yet
  fs::create_symlink("link", scratch / "second");
  for (const std::string text : {"first", "again"}) {
    dfe::io::write_text_file(scratch / "second", text);
    CHECK(fs::is_symlink(scratch / "second"));
    CHECK(fs::is_symlink(scratch / "link"));
    CHECK_FALSE(fs::is_symlink(scratch / "disk" / "target.txt"));
    CHECK(dfe::test::read_text(scratch / "disk" / "target.txt") == text);
  }
  CHECK(scratch.names().size() == 3);  // no temporary file
  fs::create_symlink(scratch / "disk" / "other.txt", scratch / "absolute");
  dfe::io::write_text_file(scratch / "absolute", "x");
  CHECK(dfe::test::read_text(scratch / "disk" / "other.txt") == "x");
  fs::create_symlink("there", scratch / "here");
  fs::create_symlink("here", scratch / "there");
  CHECK_THROWS_WITH(AtomicFile(scratch / "here"), DFE_CONTAINS("leads in a circle"));
}

TEST_CASE("a full disk gives an error and leaves nothing behind, whatever the format") {
  const Scratch scratch;
  dfe::LabelMap map;
  map.labels = dfe::Volume<std::uint8_t>({64, 64, 64}, 3);
  map.geometry.extent = {64, 64, 64};
  for (const std::string name : {"l.mrc", "l.h5", "l.em"})
    CHECK(fails_on_full_disk(100000, [&] { dfe::io::write_labels(scratch / name, map); }));
  CHECK(fails_on_full_disk(100000, [&] {
    const std::vector<float> scores(64 * 64 * 64, 0.5f);
    dfe::io::ScoreWriter writer(scratch / "s.h5", map.geometry, 2, {}, true);
    writer.write_box(0, {{}, {64, 64, 64}}, scores.data());
    writer.commit();
  }));
  CHECK(fails_on_full_disk(
      10, [&] { dfe::io::write_text_file(scratch / "t.txt", "longer than ten bytes"); }));
  CHECK(scratch.names().empty());
}

TEST_CASE("every half has the value that its fields define, and comes back") {
  for (unsigned bits = 0; bits < 65536; ++bits) {
    const auto half = static_cast<std::uint16_t>(bits);
    const int exponent = static_cast<int>(bits >> 10 & 31),
              mantissa = static_cast<int>(bits & 1023);
    const float value = half_to_float(half);
    if (exponent == 31 && mantissa != 0) {
      REQUIRE(std::isnan(value));
      REQUIRE(std::isnan(half_to_float(float_to_half(value))));
      continue;
    }
    double expected = exponent == 31  ? std::numeric_limits<double>::infinity()
                      : exponent == 0 ? std::ldexp(mantissa, -24)
                                      : std::ldexp(1024 + mantissa, exponent - 25);
    if (bits >> 15) expected = -expected;
    REQUIRE(static_cast<double>(value) == expected);
    REQUIRE(std::signbit(value) == (bits >> 15 != 0));
    REQUIRE(float_to_half(value) == half);
  }
}

TEST_CASE("floats round to the nearest half, ties to the even one") {
  for (unsigned bits = 0; bits < 0x7C00; ++bits) {
    const auto low = static_cast<std::uint16_t>(bits), high = static_cast<std::uint16_t>(bits + 1);
    // The step after the largest half would be 65536 if there were one.
    const float above = high == 0x7C00 ? 65536.f : half_to_float(high);
    const float middle = (half_to_float(low) + above) / 2;  // exact: 12 bits
    const std::uint16_t even = bits % 2 == 0 ? low : high;
    REQUIRE(float_to_half(middle) == even);
    REQUIRE(float_to_half(std::nextafter(middle, 0.f)) == low);
    REQUIRE(float_to_half(std::nextafter(middle, 1e9f)) == high);
    REQUIRE(float_to_half(-middle) == (even | 0x8000));
  }
  CHECK(float_to_half(1e30f) == 0x7C00);
  CHECK(float_to_half(-std::numeric_limits<float>::infinity()) == 0xFC00);
  CHECK(float_to_half(std::numeric_limits<float>::denorm_min()) == 0);
  CHECK(bfloat16_to_float(0x3FC0) == 1.5f);
  CHECK(bfloat16_to_float(0xC000) == -2.f);
}

TEST_CASE("score maps are written in boxes and read back") {
  const Scratch scratch;
  dfe::VolumeGeometry geometry;
  geometry.extent = {5, 6, 7};
  geometry.voxel_size = dfe::VoxelSize::cubic(10);
  const auto value = [](std::int64_t c, std::int64_t i) {
    return static_cast<float>(i * 3 + c) / 1024;
  };  // exact in float16
  for (const bool half : {true, false}) {
    dfe::io::ScoreWriter writer(scratch / "s.h5", geometry, 3, {"a", "b", "c"}, half);
    for (std::int64_t c = 0; c < 3; ++c)
      for (const dfe::Box3 box : {dfe::Box3{{0, 0, 0}, {2, 6, 7}}, dfe::Box3{{2, 0, 0}, {3, 6, 4}},
                                  dfe::Box3{{2, 0, 4}, {3, 6, 3}}}) {
        std::vector<float> scores;
        for (std::int64_t z = 0; z < box.extent.z; ++z)
          for (std::int64_t y = 0; y < box.extent.y; ++y)
            for (std::int64_t x = 0; x < box.extent.x; ++x)
              scores.push_back(value(c, ((box.begin.z + z) * 6 + y) * 7 + box.begin.x + x));
        writer.write_box(c, box, scores.data());
      }
    CHECK_THROWS_AS(writer.write_box(3, {{}, {1, 1, 1}}, nullptr), Error);
    CHECK_THROWS_AS(writer.write_box(0, {{5, 0, 0}, {1, 1, 1}}, nullptr), Error);
    writer.commit();
    const dfe::io::ScoreReader reader(scratch / "s.h5");
    CHECK(reader.classes() == 3);
    CHECK(reader.class_names() == std::vector<std::string>{"a", "b", "c"});
    CHECK(reader.extent() == geometry.extent);
    std::vector<float> all(5 * 6 * 7);
    for (std::int64_t c = 0; c < 3; ++c) {
      reader.read_box(c, {{}, geometry.extent}, all.data());
      for (std::int64_t i = 0; i < 210; ++i)
        REQUIRE(all[static_cast<std::size_t>(i)] == value(c, i));
    }
    const h5::Reader file(scratch / "s.h5");
    CHECK(file.facts("class2").type == (half ? "float16" : "float32"));
    CHECK(file.read_strings("/", "class_names") == std::vector<std::string>{"a", "b", "c"});
  }
  CHECK(scratch.names().size() == 1);
  CHECK_THROWS_AS(dfe::io::ScoreWriter(scratch / "t.h5", geometry, 0, {}, true), Error);
  { dfe::io::ScoreWriter abandoned(scratch / "t.h5", geometry, 1, {}, true); }
  CHECK(scratch.names().size() == 1);
  dfe::io::write_text_file(scratch / "x.h5", "no HDF5");
  CHECK_THROWS_WITH(dfe::io::ScoreReader(scratch / "x.h5"),
                    DFE_CONTAINS("not a readable HDF5 file"));
}
