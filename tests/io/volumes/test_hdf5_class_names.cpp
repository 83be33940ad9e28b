// SPDX-License-Identifier: Apache-2.0
// The attribute `class_names` as h5py users write it: a list of texts, or all names in one text.
#include "dfengine/error.hpp"
#include "io/hdf5/hdf5_file.hpp"
#include "io/score_file.hpp"
#include "io/volume.hpp"
#include "io/volumes/hdf5_class_names.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/io/volumes/scratch.hpp"

using dfe::test::Scratch;
namespace h5 = dfe::io::h5;
using Names = std::vector<std::string>;

namespace {

Names read_back(const Scratch& scratch, const h5::AttributeValue& value) {
  h5::Writer writer(scratch / "a.h5");
  writer.write_attribute("/", "class_names", value);
  writer.commit();
  return dfe::io::read_class_names(h5::Reader(scratch / "a.h5"), "/");
}

}  // namespace

TEST_CASE("class names in one HDF5 text are those of a list of texts") {
  const Scratch scratch;
  const Names three{"background", "ribosome", "26S proteasome"};
  for (const char* text : {
           "background,ribosome,26S proteasome",
           " background, ribosome , 26S proteasome\n",
           R"(["background", "ribosome", "26S proteasome"])",
           R"( [ "background", " ribosome" ,"26S proteasome" ] )",
       }) {
    INFO(text);
    CHECK(read_back(scratch, std::string(text)) == three);  // h5py: a str
    CHECK(read_back(scratch, Names{text}) == three);        // a list of one str
  }
  CHECK(read_back(scratch, three) == three);
  CHECK(read_back(scratch, std::string("background,,fas")) == Names{"background", "", "fas"});
  CHECK(read_back(scratch, std::string(R"(["background", "", "fas"])")) ==
        Names{"background", "", "fas"});
}

TEST_CASE("names of a list keep their commas, and one name stays one") {
  const Scratch scratch;
  const Names commas{"background", "ribosome, 80S", "[fas]"};
  CHECK(read_back(scratch, commas) == commas);
  CHECK(read_back(scratch, std::string(R"(["background", "ribosome, 80S", "[fas]"])")) == commas);
  CHECK(read_back(scratch, std::string("background")) == Names{"background"});
  CHECK(read_back(scratch, Names{"background"}) == Names{"background"});
  CHECK(read_back(scratch, std::string("[]")).empty());
}

TEST_CASE("an HDF5 text that only looks like a list of class names is refused") {
  const Scratch scratch;
  for (const char* text : {"['background', 'ribosome']", R"({"0": "background", "1": "ribosome"})",
                           "[0, 1]", R"(["background", null])", R"(["background", "ribosome")"}) {
    INFO(text);
    CHECK_THROWS_WITH(read_back(scratch, std::string(text)),
                      DFE_CONTAINS("a.h5") && DFE_CONTAINS("attribute 'class_names' is one text") &&
                          DFE_CONTAINS("write a list of texts, the background first"));
  }
}
