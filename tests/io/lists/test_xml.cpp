// SPDX-License-Identifier: Apache-2.0
// DeepFinder object lists: what upstream and its plug-ins write, both axis orders, and errors that
// name the object.
#include "tests/fixtures/catch.hpp"
#include "tests/io/lists/list_helpers.hpp"

using namespace dfe;
using namespace dfe::test;
using io::ListOptions;
using io::XmlAxes;

namespace {

std::string object(const std::string& attributes) {
  return "<objlist>\n  <object " + attributes + "/>\n</objlist>\n";
}

ListOptions with_axes(XmlAxes axes, std::optional<Extent3> extent = std::nullopt) {
  ListOptions options;
  options.xml_axes = axes;
  if (extent) options.tomograms = one_tomogram(*extent).tomograms;
  return options;
}

}  // namespace

TEST_CASE("xml: attributes, ignored tag names, and attributes in any order") {
  const auto list = parse(
      "<objlist><thing z=\"3\" y='2' x=\"1.25\" class_label=\"4\" tomo_idx=\"2\" "
      "obj_id=\"11\"/><!-- c --></objlist>",
      with_axes(XmlAxes::Xyz));
  REQUIRE(list.particles.size() == 1);
  const Particle& p = list.particles[0];
  CHECK(p.position_voxels == Point3{3, 2, 1.25});
  CHECK(p.class_label == 4);
  CHECK(p.tomogram == 2);
  CHECK(p.object_id == 11);
  CHECK(!p.orientation);
  CHECK(!p.cluster_size);
  CHECK(names_of(list) == std::vector<std::string>{"tomo0", "tomo1", "tomo2"});
}

TEST_CASE("xml: an empty tomo_idx is absent, as napari-deepfinder writes it") {
  const auto list =
      parse(object(R"(tomo_idx="" class_label="1" x="1" y="2" z="3")"), with_axes(XmlAxes::Xyz));
  CHECK(!list.particles[0].tomogram);
  ListOptions options = with_axes(XmlAxes::Xyz);
  options.tomogram_name = "TS_7";
  const auto named = parse(object(R"(tomo_idx="" class_label="1" x="1" y="2" z="3")"), options);
  CHECK(named.tomogram_of(named.particles[0]).name == "TS_7");
}

TEST_CASE("xml: errors name file, object, line and fact") {
  const std::string first = R"(<objlist>
  <object class_label="1" x="1" y="2" z="3"/>
  <object )";
  const auto second = [&](const std::string& attributes) {
    return error_of(first + attributes + "/>\n</objlist>\n");
  };
  CHECK_THAT(second(R"(class_label="1" x="1" y="2" z="3" phi="4")"),
             DFE_CONTAINS("xml: 'test.file': object 2 (line 3)"));
  CHECK_THAT(second(R"(class_label="1" x="1" y="2" z="3" phi="4")"),
             DFE_CONTAINS("some of the angles"));
  CHECK_THAT(second(R"(class_label="1" x="1" y="2")"), DFE_CONTAINS("attribute z is missing"));
  CHECK_THAT(second(R"(class_label="1" x="one" y="2" z="3")"),
             DFE_CONTAINS("attribute x holds 'one'"));
  CHECK_THAT(second(R"(class_label="1" x="nan" y="2" z="3")"), DFE_CONTAINS("finite"));
  CHECK_THAT(second(R"(class_label="1" x="1e999" y="2" z="3")"), DFE_CONTAINS("finite"));
  CHECK_THAT(second(R"(class_label="-1" x="1" y="2" z="3")"),
             DFE_CONTAINS("class_label holds '-1'"));
  CHECK_THAT(second(R"(class_label="0" x="1" y="2" z="3")"), DFE_CONTAINS("from 1 to"));
  CHECK_THAT(second(R"(class_label="1.5" x="1" y="2" z="3")"), DFE_CONTAINS("whole number"));
  CHECK_THAT(second(R"(class_label="1" x="1" y="2" z="3" tomo_idx="2000000000")"),
             DFE_CONTAINS("tomo_idx"));
  CHECK_THAT(error_of("<objlist>\n<object class_label=\"1\"\n"),
             DFE_CONTAINS("xml: 'test.file': line"));
  CHECK_THAT(error_of("<paramsTrain/>"), DFE_CONTAINS("expected <objlist>"));
}

TEST_CASE("xml: explicit axis orders") {
  const std::string text = object(R"(class_label="1" x="1" y="2" z="3")");
  CHECK(parse(text, with_axes(XmlAxes::Xyz)).particles[0].position_voxels == Point3{3, 2, 1});
  CHECK(parse(text, with_axes(XmlAxes::Zyx)).particles[0].position_voxels == Point3{1, 2, 3});
}

TEST_CASE("xml: the axis order is found from the tomogram's extent") {
  const Extent3 flat{50, 200, 300};
  const auto detect = [&](const std::string& attributes, const std::optional<Extent3>& extent) {
    return parse(object("class_label=\"1\" " + attributes), with_axes(XmlAxes::Detect, extent));
  };
  const auto modern = detect(R"(x="299" y="100" z="49")", flat);
  CHECK(modern.particles[0].position_voxels == Point3{49, 100, 299});
  CHECK(modern.warnings.empty());

  const auto old = detect(R"(x="49" y="100" z="299")", flat);
  CHECK(old.particles[0].position_voxels == Point3{49, 100, 299});
  CHECK(has_warning(old, "exchanged"));

  const auto either = detect(R"(x="20" y="100" z="30")", flat);
  CHECK(either.particles[0].position_voxels == Point3{30, 100, 20});
  CHECK(has_warning(either, "ambiguous"));

  const auto unknown = detect(R"(x="20" y="100" z="30")", std::nullopt);
  CHECK(has_warning(unknown, "not checked"));

  const auto outside = detect(R"(x="299" y="1000" z="49")", flat);
  CHECK(has_warning(outside, "outside the tomogram"));
}

TEST_CASE(
    "xml: a sloppy pick beyond a face refutes no axis order, one in twenty far outside does") {
  const Extent3 near_cube{100, 104, 104};
  const auto list = [&](int inside, const std::string& last) {
    std::string text = "<objlist>";
    for (int i = 0; i < inside; ++i) text += "<object class_label='1' x='30' y='9' z='50'/>";
    return parse(text + "<object class_label='1' " + last + "/></objlist>",
                 with_axes(XmlAxes::Detect, near_cube));
  };
  CHECK(has_warning(list(5, "x='30' y='9' z='101.4'"), "ambiguous"));
  CHECK(has_warning(list(19, "x='30' y='9' z='102.5'"), "exchanged"));
  CHECK(has_warning(list(20, "x='30' y='9' z='102.5'"), "ambiguous"));
}

TEST_CASE("xml: lists written here state their axis order, which the user may overrule") {
  ParticleList list;
  list.particles.emplace_back().class_label = 1;
  list.particles.back().position_voxels = {3, 2, 1};
  for (const XmlAxes axes : {XmlAxes::Xyz, XmlAxes::Zyx}) {
    const std::string text = io::lists::format_xml(list, with_axes(axes));
    const auto again = parse(text, with_axes(XmlAxes::Detect));
    CHECK(again.particles[0].position_voxels == Point3{3, 2, 1});
    CHECK(again.warnings.empty());
    const XmlAxes other = axes == XmlAxes::Xyz ? XmlAxes::Zyx : XmlAxes::Xyz;
    CHECK(parse(text, with_axes(other)).particles[0].position_voxels == Point3{1, 2, 3});
  }
}

TEST_CASE("xml: the caller is asked for the axis order where the extent fits both, and only then") {
  int asked = 0;
  const auto read = [&](const std::string& attributes, XmlAxes axes) {
    ListOptions options = with_axes(axes, Extent3{50, 200, 300});
    options.settings.axes = "data.axes";
    options.find_axes = [&](ParticleList& list, const std::string& name) {
      ++asked;
      CHECK(list.particles[0].position_voxels == Point3{30, 100, 20});
      CHECK(name == "test.file");
      return asked == 1 ? std::optional(XmlAxes::Zyx) : std::nullopt;
    };
    return parse(object("class_label='1' " + attributes), options);
  };
  const std::string either = "x='20' y='100' z='30'";
  CHECK(read(either, XmlAxes::Detect).particles[0].position_voxels == Point3{20, 100, 30});
  CHECK(has_warning(read(either, XmlAxes::Detect), "set data.axes to zyx"));  // nobody knows
  CHECK(asked == 2);
  read(either, XmlAxes::Xyz);
  read("x='299' y='100' z='49'", XmlAxes::Detect);
  CHECK(asked == 2);
}

TEST_CASE("xml: unknown attributes survive a rewrite, with their special characters") {
  const auto list = parse(
      "<objlist><object class_label='1' x='1' y='2' z='3' note='a &lt; &quot;b&quot; &amp; c'/>"
      "<object class_label='1' x='1' y='2' z='3'/></objlist>",
      with_axes(XmlAxes::Xyz));
  REQUIRE(list.extra_columns.size() == 1);
  CHECK(list.extra_columns[0].values == std::vector<std::string>{"a < \"b\" & c", ""});
  const auto again = parse(io::lists::format_xml(list, {}), with_axes(XmlAxes::Xyz));
  CHECK(again.extra_columns.at(0).values == list.extra_columns[0].values);
}
