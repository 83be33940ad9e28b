// SPDX-License-Identifier: Apache-2.0
// Reader and Writer of HDF5: what goes in comes out, whatever kind of object, attribute or element.
#include <filesystem>
#include <limits>
#include <numeric>

#include "dfengine/error.hpp"
#include "io/atomic_file.hpp"
#include "io/hdf5/hdf5_file.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/io/volumes/scratch.hpp"

using dfe::Error;
using dfe::test::Scratch;
namespace h5 = dfe::io::h5;

namespace {

std::vector<float> counting(std::size_t count) {
  std::vector<float> values(count);
  std::iota(values.begin(), values.end(), 0.0f);
  return values;
}

}  // namespace

TEST_CASE("attributes come back as they were written") {
  const Scratch scratch;
  h5::Writer made(scratch / "a.h5");
  const std::string group = "z/inner";
  made.create_group(group);
  made.create_group("a");
  made.write_attribute(group, "text", "Ångström");
  made.write_attribute(group, "text", "second");  // replaces
  made.write_attribute(group, "list", std::vector<std::string>{"kernel", "", "a longer one"});
  made.write_attribute(group, "none", std::vector<std::string>{});
  made.write_attribute(group, "number", 13.68);
  made.write_attribute(group, "integer", std::int64_t{-7});
  made.write_attribute(group, "numbers", std::vector<double>{1, 2.5});
  made.write_attribute("/", "no numbers", std::vector<double>{});
  made.commit();
  const auto bytes = dfe::test::file_bytes(scratch / "a.h5");
  for (const bool image : {false, true}) {
    const h5::Reader file = image ? h5::Reader(bytes, "image") : h5::Reader(scratch / "a.h5");
    CHECK(file.is_group(group));
    CHECK(file.is_group("/"));
    CHECK_FALSE(file.is_group("z/outer/x"));
    CHECK_FALSE(file.is_dataset("z"));
    CHECK(file.links("/") == std::vector<std::string>{"a", "z"});
    CHECK(file.read_string(group, "text") == "second");
    CHECK(file.read_strings(group, "list") ==
          std::vector<std::string>{"kernel", "", "a longer one"});
    CHECK(file.read_strings(group, "none").empty());
    CHECK(file.read_strings("/", "no numbers")
              .empty());  // numpy's empty list is an empty array of floats
    CHECK(file.read_number(group, "number") == 13.68);
    CHECK(file.read_number(group, "integer") == -7);
    CHECK(file.read_numbers(group, "numbers") == std::vector<double>{1, 2.5});
    CHECK_THROWS_WITH(file.read_string(group, "number"), DFE_CONTAINS("is not text"));
    CHECK_THROWS_WITH(file.read_number(group, "list"), DFE_CONTAINS("is not a number"));
    CHECK_THROWS_WITH(file.read_number(group, "numbers"),
                      DFE_CONTAINS(":/z/inner': ") && DFE_CONTAINS("holds 2 numbers"));
    CHECK_THROWS_WITH(file.read_string(group, "missing"), DFE_CONTAINS("missing"));
    CHECK_THROWS_WITH(file.has_attribute("nowhere", "x"),
                      DFE_CONTAINS("has no readable group or dataset 'nowhere'"));
  }
}

TEST_CASE("what is no HDF5 file is refused") {
  const Scratch scratch;
  CHECK_THROWS_AS(h5::Reader({}, "nothing"), Error);
  CHECK_THROWS_WITH(h5::Reader(scratch.path()), DFE_CONTAINS("is a folder"));
  CHECK_THROWS_WITH(h5::Reader(scratch / "none.h5"), DFE_CONTAINS("no such file"));
}

TEST_CASE("datasets of every type that is written come back, whole and in blocks") {
  const Scratch scratch;
  const std::vector<std::int64_t> sizes{4, 5, 6};
  const std::vector<float> floats = counting(120);
  const std::vector<double> doubles(floats.begin(), floats.end());
  const std::vector<std::uint8_t> bytes(floats.begin(), floats.end());
  const std::vector<std::tuple<std::string, h5::StoredType, h5::Values>> kinds{
      {"int8", h5::StoredType::Int8, std::span(bytes)},
      {"uint8", h5::StoredType::Uint8, std::span(bytes)},
      {"float16", h5::StoredType::Float16, std::span(floats)},
      {"float32", h5::StoredType::Float32, std::span(floats)},
      {"float64", h5::StoredType::Float64, std::span(doubles)}};
  {
    h5::Writer made(scratch / "a.h5");
    for (const auto& [name, type, values] : kinds)
      made.write_dataset("below/" + name, sizes, type, values);
    made.commit();
  }
  h5::Reader file(scratch / "a.h5");
  for (const auto& [name, type, values] : kinds) {
    const std::string path = "below/" + name;
    const h5::DatasetFacts facts = file.facts(path);
    CHECK(facts.sizes == sizes);
    CHECK(facts.type == name);
    CHECK_FALSE(facts.big_endian);
    CHECK(facts.chunk.empty());
    CHECK(file.checked_elements(path) == 120);
    CHECK(file.read_floats(path, 120).values == floats);
    CHECK_THROWS_WITH(file.read_floats(path, 119), DFE_CONTAINS("expected at most 119"));
    for (const bool open : {false, true}) {
      if (open) file.keep_open(path);
      std::vector<float> block(6);
      file.read_block(path, std::array<std::int64_t, 3>{1, 2, 3},
                      std::array<std::int64_t, 3>{2, 1, 3}, block.data());
      CHECK(block == std::vector<float>{45, 46, 47, 75, 76, 77});
      CHECK_THROWS_AS(file.read_block(path, std::array<std::int64_t, 3>{3, 0, 0},
                                      std::array<std::int64_t, 3>{2, 1, 3}, block.data()),
                      Error);
    }
  }
  CHECK(file.read_doubles("below/float64", 120) == doubles);
  CHECK_THROWS_WITH(file.read_doubles("below/int8", 120),
                    DFE_CONTAINS("not floating-point numbers"));
  CHECK(file.name_of("below/int8") == (scratch / "a.h5").string() + ":/below/int8");
}

TEST_CASE("a dataset is filled block by block, and linked under a second name") {
  const Scratch scratch;
  const std::vector<float> floats{1.5f, -2, 70000, std::numeric_limits<float>::infinity()};
  h5::Writer made(scratch / "a.h5");
  made.create_dataset("group/half", {2, 4}, h5::StoredType::Float16);
  for (const std::int64_t row : {1, 0})
    made.write_block("group/half", std::array<std::int64_t, 2>{row, 0},
                     std::array<std::int64_t, 2>{1, 4}, std::span(floats));
  CHECK_THROWS_WITH(made.write_block("group/half", std::array<std::int64_t, 2>{2, 0},
                                     std::array<std::int64_t, 2>{1, 4}, std::span(floats)),
                    DFE_CONTAINS("a.h5': dataset 'group/half' cannot be written"));
  made.link("group/half", "again");
  CHECK_THROWS_WITH(made.link("nowhere", "third"), DFE_CONTAINS("cannot be linked to 'nowhere'"));
  CHECK(scratch.names().size() == 1);  // the temporary
  made.commit();
  CHECK(scratch.names() == std::vector<std::string>{"a.h5"});
  const float infinity = std::numeric_limits<float>::infinity();
  CHECK(h5::Reader(scratch / "a.h5").read_floats("again", 8).values ==
        std::vector<float>{1.5f, -2, infinity, infinity, 1.5f, -2, infinity, infinity});
}

TEST_CASE("a group made on purpose keeps the order of its links") {
  const Scratch scratch;
  h5::Writer made(scratch / "a.h5");
  made.create_group("group");
  const std::vector<std::string> names{"c", "a", "b"};
  const std::vector<double> value{1};
  for (const std::string& name : names)
    made.write_dataset("group/" + name, {1}, h5::StoredType::Float64, std::span(value));
  made.commit();
  CHECK(h5::Reader(scratch / "a.h5").links("group") == names);
}

TEST_CASE("a file that is not committed leaves nothing behind") {
  const Scratch scratch;
  { h5::Writer(scratch / "a.h5").create_group("group"); }
  CHECK(scratch.names().empty());
  CHECK_THROWS_AS(h5::Writer(scratch / "no folder" / "a.h5"), Error);
}
