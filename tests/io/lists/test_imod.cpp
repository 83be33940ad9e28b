// SPDX-License-Identifier: Apache-2.0
// IMOD models, built byte by byte after the specification: positions, the image that a model was
// shown on, classes and scores, and damaged files.
#include <array>
#include <cstring>
#include <limits>

#include "io/lists/keeps.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/io/lists/list_helpers.hpp"

using namespace dfe;
using namespace dfe::test;
using io::ListFormat;

namespace {

std::string u32(std::uint32_t value) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(value >> shift & 255);
  return text;
}

std::string real(float value) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, &value, 4);
  return u32(bits);
}

std::string padded(std::string text, std::size_t size) {
  text.resize(size);
  return text;
}

/// Magic and header: name, three maxima, number of objects, flags, ..., pixel size at byte 216.
std::string header(std::uint32_t flags, float pixel = 1, std::int32_t units = 0,
                   float z_scale = 1) {
  std::string text = padded("IMODV1.2", 152) + u32(flags);
  text = padded(text, 184) + real(1) + real(1) + real(z_scale);
  text = padded(text, 216) + real(pixel) + u32(static_cast<std::uint32_t>(units));
  return padded(text, 240);
}

std::string object(const std::string& name, std::uint32_t flags = 1U << 9) {
  return "OBJT" + padded(padded(name, 132) + u32(flags), 176);
}

std::string contour(const std::vector<std::array<float, 3>>& points) {
  std::string text = "CONT" + u32(static_cast<std::uint32_t>(points.size())) + padded("", 12);
  for (const auto& p : points) text += real(p[0]) + real(p[1]) + real(p[2]);
  return text;
}

std::string chunk(const std::string& id, const std::string& data) {
  return id + u32(static_cast<std::uint32_t>(data.size())) + data;
}

std::string minx(const std::array<float, 3>& origin, const std::array<float, 3>& scale,
                 const std::array<float, 3>& translation) {
  std::string data = padded("", 12);
  for (const float v : origin) data += real(v);
  data += padded("", 12);
  for (const float v : scale) data += real(v);
  for (const float v : translation) data += real(v);
  return chunk("MINX", padded(data, 72));
}

constexpr std::uint32_t kOrigin = 1U << 14, kFlipped = 1U << 16, kRotated = 1U << 17;

}  // namespace

TEST_CASE("imod: the centre of voxel (0, 0, 0) is at (0.5, 0.5, 0), objects are classes") {
  const auto list = parse(header(0) + object("ribosome") + object("proteasome") +
                          contour({{0.5F, 0.5F, 0}, {31, 21, 10}}) + chunk("IMAT", padded("", 16)) +
                          contour({{1.5F, 2.5F, 3}}) + "IEOF");
  REQUIRE(list.particles.size() == 3);
  CHECK(list.particles[0].position_voxels == Point3{0, 0, 0});
  CHECK(list.particles[1].position_voxels == Point3{10, 20.5, 30.5});
  CHECK(list.particles[2].position_voxels == Point3{3, 2, 1});
  for (const Particle& p : list.particles) CHECK(p.class_label == 2);
  CHECK(list.class_names == std::vector<std::string>{"background", "ribosome", "proteasome"});
  CHECK(!list.unnamed.voxel_size.known());
  CHECK(list.warnings.empty());
}

TEST_CASE("imod: objects of the same name are one class, which is said") {
  const ParticleList list =
      parse(header(0) + object("fas") + contour({{1, 1, 1}}) + object("ribosome") +
            contour({{2, 2, 2}}) + object("fas") + contour({{3, 3, 3}}) + "IEOF");
  CHECK(has_warning(list, "classes 1 and 3 have the same name, 'fas'"));
  REQUIRE(list.particles.size() == 3);
  CHECK(list.particles[1].class_label == 2);
  CHECK(list.particles[2].class_label == 1);
  CHECK(list.class_names == std::vector<std::string>{"background", "fas", "ribosome", ""});
}

TEST_CASE("imod: pixel size and units, and the image's scale, which is newer") {
  const std::string points = object("") + contour({{1, 1, 1}});
  CHECK(parse(header(0, 1.36F, -9) + points).unnamed.voxel_size.x_angstrom == Approx(13.6));
  const auto flat = parse(header(0, 7.5F, -10, 2) + points);
  CHECK(flat.unnamed.voxel_size == VoxelSize{15, 7.5, 7.5});
  const auto shown = parse(header(0, 1.36F, -9) + points + minx({}, {4, 5, 6}, {}));
  CHECK(shown.unnamed.voxel_size == VoxelSize{6, 5, 4});
  CHECK(!parse(header(0) + points + minx({}, {1, 1, 1}, {})).unnamed.voxel_size.known());
  CHECK(!parse(header(0, 1, 2147483647) + points).unnamed.voxel_size.known());
}

TEST_CASE("imod: a subset of the image begins at (otrans - ctrans) / cscale") {
  const std::string points = object("") + contour({{10.5F, 20.5F, 30}});
  const std::string image = minx({100, 200, 300}, {2, 2, 2}, {90, 180, 294});
  CHECK(parse(header(kOrigin) + points + image).particles[0].position_voxels == Point3{33, 30, 15});
  // Without the flag the old translation has no meaning.
  CHECK(parse(header(0) + points + image).particles[0].position_voxels == Point3{30, 20, 10});
}

TEST_CASE("imod: a model of a rotated volume is refused") {
  CHECK_THAT(test::error_of(header(kRotated) + object("") + contour({{1, 2, 3}})),
             DFE_CONTAINS("rotated about x"));
}

TEST_CASE("imod: Y and Z of a model that was last shown flipped are exchanged") {
  const auto list = parse(header(kFlipped) + object("") + contour({{10.5F, 20.5F, 30}}));
  CHECK(list.particles[0].position_voxels == Point3{20, 30, 10});
}

TEST_CASE("imod: general values are scores, contours of lines are said") {
  const auto entry = [](std::uint32_t type_and_flags, std::uint32_t index, float value) {
    return u32(type_and_flags) + u32(index) + real(value);
  };
  const std::uint32_t general = 10U << 16 | 4 | 128;
  const auto list = parse(header(0) + object("a", 0) + contour({{1, 1, 1}, {2, 2, 2}}) +
                          chunk("COST", entry(general, 1, 0.5F) + entry(1U << 16 | 3 << 2, 0, 9) +
                                            entry(general, 7, 9)));
  CHECK(!list.particles[0].score);
  CHECK(list.particles[1].score == 0.5);
  CHECK(has_warning(list, "1 objects of the model have contours instead of scattered points"));
}

TEST_CASE("imod: damaged files give an error, never more memory than the file's") {
  const auto error = [](const std::string& text) { return error_of(text, {}); };
  const std::string good = header(0) + object("a") + contour({{1, 1, 1}});
  CHECK(parse(good).particles.size() == 1);  // without IEOF
  CHECK_THAT(error("IMODV1.1"), DFE_CONTAINS("no binary IMOD model of version 1.2"));
  CHECK_THAT(error("IMODV1.2"), DFE_CONTAINS("ends after 8 bytes"));
  CHECK_THAT(error(good.substr(0, good.size() - 1)), DFE_CONTAINS("ends after"));
  CHECK_THAT(error(header(0) + contour({{1, 1, 1}})), DFE_CONTAINS("before any object"));
  CHECK_THAT(error(good + "CONT" + u32(0x7FFFFFFF) + padded("", 12)), DFE_CONTAINS("ends after"));
  CHECK_THAT(error(good + "CONT" + u32(0xFFFFFFFF) + padded("", 12)),
             DFE_CONTAINS("a count of -1"));
  CHECK_THAT(error(good + "MESH" + u32(0x7FFFFFFF) + u32(0x7FFFFFFF) + padded("", 8)),
             DFE_CONTAINS("ends after"));
  CHECK_THAT(error(good + "VIEW" + u32(100)), DFE_CONTAINS("ends after"));
  CHECK_THAT(error(good + contour({{std::numeric_limits<float>::quiet_NaN(), 1, 1}})),
             DFE_CONTAINS("not finite"));
}

TEST_CASE("imod: scores are written for the points that have one") {
  ParticleList list;
  list.particles.resize(3);
  for (Particle& p : list.particles) p.class_label = 1;
  list.particles[0].score = 0.125;
  list.particles[2].score = -2.5;
  const std::string text = io::lists::format_imod(list);
  // type 10 (general value); flags: a float value (4), of this point alone (128)
  const std::string first = u32(10U << 16 | 4 | 128) + u32(0) + real(0.125F);
  const std::string last = u32(10U << 16 | 4 | 128) + u32(2) + real(-2.5F);
  CHECK_THAT(text, DFE_CONTAINS(chunk("COST", first + last)));
  // type 11 (least and greatest value); flags: floats (1, 4), no index (16)
  CHECK_THAT(text,
             DFE_CONTAINS(chunk("OBST", u32(11U << 16 | 1 | 4 | 16) + real(-2.5F) + real(0.125F))));
  const auto back = parse(text);
  REQUIRE(back.particles.size() == 3);
  CHECK(back.particles[0].score == 0.125);
  CHECK(!back.particles[1].score);
  CHECK(back.particles[2].score == -2.5);
}

TEST_CASE("imod: a class name that does not fit is cut at a character, which is said") {
  ParticleList list;
  list.particles.emplace_back().class_label = 1;
  list.class_names = {"background", std::string(62, 'a') + "\xC3\xA4" + "b"};  // 65 bytes with an ä
  const std::vector<std::string> said = io::lists::losses(list, ListFormat::Imod);
  REQUIRE(said.size() == 1);
  CHECK_THAT(said[0],
             DFE_CONTAINS("at most 63 bytes") && DFE_CONTAINS("'" + std::string(62, 'a') + "'"));
  CHECK(parse(io::lists::format_imod(list)).class_names.at(1) == std::string(62, 'a'));
  list.class_names[1] = std::string(63, 'a');
  CHECK(io::lists::losses(list, ListFormat::Imod).empty());
  CHECK(parse(io::lists::format_imod(list)).class_names.at(1) == list.class_names[1]);
}

TEST_CASE("imod: what is written has the layout of the specification") {
  ParticleList list;
  Particle& p = list.particles.emplace_back();
  p.class_label = 2;
  p.position_voxels = {10, 20, 30};
  p.score = 0.875;
  p.cluster_size = 515;
  p.tomogram = 0;
  list.class_names = {"background", "ribosome", "proteasome"};
  list.tomograms = {ListTomogram::of("TS_01", {101, 80, 64}, {10, 5, 5})};
  const std::string text = io::lists::format_imod(list);
  CHECK(text.substr(136, 16) == u32(64) + u32(80) + u32(101) + u32(2));
  CHECK(text.substr(184, 12) == real(1) + real(1) + real(2));
  CHECK(text.substr(216, 8) == real(5) + u32(static_cast<std::uint32_t>(-10)));
  const std::size_t second = 240 + 180 + 24;  // after the empty object and its IMAT chunk
  CHECK(text.substr(240, 12) == "OBJTribosome");
  CHECK(text.substr(second, 14) == "OBJTproteasome");
  CHECK(text.substr(second + 4 + 128, 8) == u32(1) + u32(1U << 3 | 1U << 4 | 1U << 9));
  // 515 voxels are a sphere of radius (3·515/4π)^(1/3) = 4.97.
  CHECK(text.substr(second + 4 + 156, 4) == u32(5));
  CHECK(text.substr(second + 180, 32) ==
        "CONT" + u32(1) + u32(24) + u32(0) + u32(0) + real(30.5F) + real(20.5F) + real(10));
  CHECK(text.substr(text.size() - 4) == "IEOF");
}
