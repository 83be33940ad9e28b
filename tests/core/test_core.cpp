// SPDX-License-Identifier: Apache-2.0
// The basics: lengths, extents, parallel loops, random numbers.
#include <algorithm>
#include <atomic>
#include <numeric>
#include <vector>

#include "core/label_counts.hpp"
#include "core/parallel.hpp"
#include "core/philox.hpp"
#include "core/voxel_size.hpp"
#include "dfengine/dfengine.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;

TEST_CASE("Philox gives the known answers of Random123") {
  // Source: kat_vectors of the Random123 distribution, philox4x32 with 10 rounds.
  CHECK(philox4x32({0, 0, 0, 0}, {0, 0}) ==
        std::array<std::uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8});
  CHECK(philox4x32({~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}) ==
        std::array<std::uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd});
  CHECK(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}) ==
        std::array<std::uint32_t, 4>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1});
}

TEST_CASE("normal random numbers have mean 0 and variance 1") {
  const Philox random(7, RandomPurpose{1});
  double sum = 0, squares = 0;
  const int n = 100000;
  for (int i = 0; i < n; ++i) {
    const double v = random.normal(0, static_cast<std::uint64_t>(i));
    sum += v;
    squares += v * v;
  }
  CHECK(std::abs(sum / n) < 5 / std::sqrt(n));  // five standard errors
  CHECK(std::abs(squares / n - 1) < 5 * std::sqrt(2.0 / n));
}

TEST_CASE("parallel_for visits every element once, in fixed chunks, whatever the thread count") {
  for (const int threads : {1, 2, 3, 8}) {
    ThreadPool pool(threads);
    for (const std::int64_t n : {0, 1, 5, 64, 1000})
      for (const std::int64_t chunk : {1, 7, 64, 5000}) {
        std::vector<int> visits(static_cast<std::size_t>(n), 0);
        parallel_for(pool, 0, n, chunk, [&](std::int64_t first, std::int64_t last, int worker) {
          if (first % chunk != 0 || worker < 0 || worker >= threads)
            throw std::logic_error("chunk");
          for (std::int64_t i = first; i < last; ++i) ++visits[static_cast<std::size_t>(i)];
        });
        CHECK(std::count(visits.begin(), visits.end(), 1) == n);
      }
  }
}

TEST_CASE("parallel_for hands an exception to the caller and stays usable") {
  ThreadPool pool(3);
  CHECK_THROWS_WITH(parallel_for(pool, 0, 100, 1,
                                 [](std::int64_t i, std::int64_t, int) {
                                   if (i == 41) throw std::runtime_error("forty-one");
                                 }),
                    "forty-one");
  std::atomic<int> count{0};
  parallel_for(pool, 0, 100, 1, [&](std::int64_t, std::int64_t, int) { ++count; });
  CHECK(count == 100);
}

TEST_CASE("lengths are voxels, or Å with the suffix A") {
  const VoxelSize ten = VoxelSize::cubic(10), unknown;
  CHECK(Length::parse("8", "--radius").voxels(unknown, "--radius") == Point3{8, 8, 8});
  CHECK(Length::parse("7.5", "--radius").voxels(ten, "--radius") == Point3{7.5, 7.5, 7.5});
  CHECK(Length::parse("110A", "--radius").voxels(ten, "--radius") == Point3{11, 11, 11});
  CHECK_THROWS_WITH(Length::parse("110A", "--radius").voxels(unknown, "--radius"),
                    DFE_CONTAINS("--voxel-size"));
  for (const char* bad : {"", "A", "0", "-3", "8x", "nan", "inf", "1e999", " 8", "8 "}) {
    INFO(bad);
    try {
      Length::parse(bad, "--radius");
      FAIL("accepted");
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::Usage);
      CHECK_THAT(error.what(), DFE_CONTAINS("--radius"));
    }
  }
}

TEST_CASE("a length in Å has its own number of voxels along each axis unless voxels are cubic") {
  const VoxelSize slices{30, 10, 10}, rounded{10.05, 10, 9.95};
  CHECK(Length::parse("60A", "--radius").voxels(slices, "--radius") == Point3{2, 6, 6});
  CHECK(Length::parse("6", "--radius").voxels(slices, "--radius") == Point3{6, 6, 6});
  CHECK(rounded.is_cubic());
  CHECK(Length::parse("60A", "--radius").voxels(rounded, "--radius") == Point3{6, 6, 6});
}

TEST_CASE("voxels are cubic up to 1 %, and texts name three sizes where they differ") {
  CHECK(VoxelSize{99, 100, 100}.is_cubic());
  CHECK_FALSE(VoxelSize{98.9, 100, 100}.is_cubic());
  CHECK(VoxelSize{98.9, 100, 100}.is_anisotropic());
  CHECK_FALSE(VoxelSize{}.is_cubic());
  CHECK_FALSE(VoxelSize{}.is_anisotropic());
  CHECK(voxel_size_text({}) == "unknown");
  CHECK(voxel_size_text({13.68, 13.6800001, 13.68}) == "13.68 Å");
  CHECK(voxel_size_text({30, 10, 10.5}) == "30 x 10 x 10.5 Å (z, y, x)");
  CHECK(lengths_text({6, 6, 6}) == "6 voxels");
  CHECK(lengths_text({2, 6, 6}) == "2 x 6 x 6 voxels (z, y, x)");
}

TEST_CASE("a format with one voxel size refuses voxels that are not cubic") {
  refuse_uneven_voxels({}, "RELION", "star", "a.star");
  refuse_uneven_voxels({10.05, 10, 9.95}, "RELION", "star", "a.star");
  CHECK_THROWS_WITH(refuse_uneven_voxels({30, 10, 10}, "RELION", "star", "a.star"),
                    "star: 'a.star': RELION knows cubic voxels only, and these are of "
                    "30 x 10 x 10 Å (z, y, x); write .csv or .xml, or resample the tomogram to "
                    "cubic voxels");
}

TEST_CASE("voxel sizes are compared along each axis, not by their mean") {
  CHECK(same_voxel_size({10.09, 9.91, 10}, {10, 10, 10}));
  CHECK_FALSE(same_voxel_size({10.2, 10, 9.8}, {10, 10, 10}));
  CHECK_FALSE(same_voxel_size({10, 20, 30}, {20, 20, 20}));
  CHECK_FALSE(same_voxel_size({10, 10, 10.05}, {10, 10, 10}, 0.001));
}

TEST_CASE("a length that cannot be read is answered with the one that was meant") {
  CHECK(Length::parse("110Å", "--radius").is_angstrom);
  CHECK_THROWS_WITH(Length::parse("8,5", "--radius"), DFE_CONTAINS("write a decimal point: 8.5"));
  CHECK_THROWS_WITH(Length::parse("8,5A", "--radius"), DFE_CONTAINS("write a decimal point: 8.5A"));
  CHECK_THROWS_WITH(Length::parse("8.5nm", "--radius"), DFE_CONTAINS("write 85A"));
  CHECK(parse_angstrom("13.68", "--voxel-size") == 13.68);
  CHECK(parse_angstrom("13.68A", "--voxel-size") == 13.68);
  CHECK(parse_angstrom("13.68 Å", "--voxel-size") == 13.68);
  CHECK_THROWS_WITH(parse_angstrom("13,68", "--voxel-size"),
                    DFE_CONTAINS("write a decimal point: 13.68"));
  CHECK_THROWS_WITH(parse_angstrom("8nm", "--voxel-size"), DFE_CONTAINS("1 nm is 10 Å: write 80"));
  for (const char* bad : {"", "A", "0", "-3", "x", "1,2,3", "nm"})
    CHECK_THROWS_AS(parse_angstrom(bad, "--voxel-size"), Error);
}

TEST_CASE("labels are counted one by one, wherever they lie") {
  const Philox random{5, RandomPurpose{0}};
  std::vector<std::uint8_t> labels(1003);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::uint32_t number = random.at(0, i)[0];
    labels[i] = number % 3 == 0 ? static_cast<std::uint8_t>(number >> 24) : 0;
  }
  for (std::size_t first = 0; first < 9; ++first)
    for (const std::size_t count :
         {std::size_t{0}, std::size_t{1}, std::size_t{7}, std::size_t{8}, std::size_t{994}}) {
      const std::span<const std::uint8_t> some(labels.data() + first, count);
      const LabelCounts counts = count_labels(some);
      for (int label = 0; label < 256; ++label)
        if (counts[static_cast<std::size_t>(label)] != std::count(some.begin(), some.end(), label))
          FAIL("label " << label);
    }
}

TEST_CASE("extents refuse sizes whose product overflows") {
  CHECK(Extent3{464, 928, 928}.voxels() == 399589376);
  CHECK(Extent3{0, 5, 5}.voxels() == 0);
  CHECK_THROWS_AS((Extent3{INT64_MAX, 2, 2}.voxels()), Error);
  CHECK_THROWS_AS((Extent3{-1, 2, 2}.voxels()), Error);
}

TEST_CASE("error texts are one line: area, object, fact, remedy") {
  const Error error("mrc", "a\nb.mrc", "too short", "copy it again");
  CHECK(std::string(error.what()) == "mrc: 'a b.mrc': too short; copy it again");
}
