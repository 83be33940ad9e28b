// SPDX-License-Identifier: Apache-2.0
// LZF blocks that h5py 3.16 wrote (its liblzf), against the formulas of what it was given, and
// blocks by hand at every edge of the format.
#include "io/hdf5/lzf.hpp"

#include <cstdint>
#include <vector>

#include "tests/fixtures/catch.hpp"
#include "tests/io/hdf5/lzf_blocks.hpp"

using namespace dfe::test;

namespace {

using Bytes = std::vector<std::uint8_t>;

bool decode(const Bytes& in, Bytes& out) {
  return dfe::io::h5::decode_lzf(std::as_bytes(std::span(in)),
                                 std::as_writable_bytes(std::span(out)));
}

}  // namespace

TEST_CASE("a block of h5py decodes to the voxels it was made of") {
  Bytes out(kLzfVoxels);
  REQUIRE(decode(kLzfBlock, out));
  for (std::size_t i = 0; i < out.size(); ++i) REQUIRE(out[i] == lzf_voxel(i));
}

TEST_CASE("runs by hand: as they are, short, long, and overlapping") {
  const auto gives = [](const Bytes& in, const Bytes& wanted) {
    Bytes out(wanted.size());
    return decode(in, out) && out == wanted;
  };
  CHECK(gives({}, {}));
  CHECK(gives({0, 7}, {7}));
  CHECK(gives({2, 1, 2, 3}, {1, 2, 3}));
  CHECK(gives({2, 1, 2, 3, 0x20, 2}, {1, 2, 3, 1, 2, 3}));                 // 3 from 3 back
  CHECK(gives({0, 9, 0x40, 0}, {9, 9, 9, 9, 9}));                          // 4 from 1 back
  CHECK(gives({1, 4, 5, 0xe0, 0, 1}, {4, 5, 4, 5, 4, 5, 4, 5, 4, 5, 4}));  // 9 from 2 back
  Bytes far(8192 + 3, 0), in;                                              // the farthest distance
  for (int i = 0; i < 8192; i += 32) {
    in.push_back(31);
    for (int k = 0; k < 32; ++k)
      in.push_back(far[static_cast<std::size_t>(i + k)] = static_cast<std::uint8_t>(i / 32 + k));
  }
  in.insert(in.end(), {0x3f, 0xff});
  for (std::size_t i = 0; i < 3; ++i) far[8192 + i] = far[i];
  CHECK(gives(in, far));
}

TEST_CASE("a damaged block is refused, and neither end is passed") {
  Bytes one(1), three(3);
  CHECK_FALSE(decode({}, one));
  CHECK_FALSE(decode({0}, one));          // no byte follows
  CHECK_FALSE(decode({1, 1, 2}, one));    // more than fits
  CHECK_FALSE(decode({0, 1}, three));     // less than wanted
  CHECK_FALSE(decode({0x20}, three));     // no distance
  CHECK_FALSE(decode({0xe0, 1}, three));  // no distance after the long count
  CHECK_FALSE(decode({0x20, 0}, three));  // before the begin
  CHECK_FALSE(decode({0, 1, 0x20, 1}, three));
  CHECK_FALSE(decode({0, 1, 0x20, 0}, three));  // 1 + 3
  Bytes out(kLzfVoxels);
  for (std::size_t i = 0; i < kLzfBlock.size(); ++i) {
    CHECK_FALSE(decode(Bytes(kLzfBlock.begin(), kLzfBlock.begin() + static_cast<int>(i)), out));
    for (const int bit : {1, 16, 32, 128}) {
      Bytes spoilt = kLzfBlock;
      spoilt[i] = static_cast<std::uint8_t>(spoilt[i] ^ bit);
      decode(spoilt, out);  // right or wrong, but nowhere else: the sanitizers look
    }
  }
}
