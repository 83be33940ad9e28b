// SPDX-License-Identifier: Apache-2.0
// The label by which a binned map knows its tomogram.
#include "core/binning_note.hpp"

#include "tests/fixtures/catch.hpp"

using namespace dfe;

TEST_CASE("a binning note is a sentence that is read back") {
  const BinningNote note{2, {255, 928, 929}};
  CHECK(note.to_string() == "binned by 2 from 255x928x929 voxels");
  CHECK(parse_binning_note(note.to_string()) == note);
  CHECK(parse_binning_note("binned by 2 from 255x928x929 voxels   ") == note);  // padded by MRC
  CHECK(note.binned() == Extent3{128, 464, 465});
  for (const char* other :
       {"", "binned by 2", "binned by 0 from 2x2x2 voxels", "binned by 2 from 2x2 voxels",
        "binned by 2 from 2x-2x2 voxels", "binned by 2 from 2x2x2 pixels",
        "Volume binned by 2 from 2x2x2 voxels", "binned by 99999999999 from 2x2x2 voxels"})
    CHECK(!parse_binning_note(other));
}

TEST_CASE("one note stays among the labels of a header, and there is room for it") {
  std::vector<std::string> labels(10, "IMOD");
  labels[3] = "binned by 4 from 8x8x8 voxels";
  set_binning_note(labels, BinningNote{2, {5, 6, 7}});
  CHECK(labels.size() == 9);  // and one for the program that writes
  CHECK(find_binning_note(labels) == BinningNote{2, {5, 6, 7}});
  set_binning_note(labels, std::nullopt);
  CHECK(labels == std::vector<std::string>(8, "IMOD"));
  CHECK(!find_binning_note(labels));
}
