// SPDX-License-Identifier: Apache-2.0
// Two files of a format, one written after the other into one file: all particles are read, or none
// of them.
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/read_text.hpp"
#include "tests/fixtures/temp_folder.hpp"
#include "tests/io/lists/list_helpers.hpp"

using namespace dfe;
using io::ListFormat;
using io::ListOptions;

namespace {

constexpr std::size_t kParticles = 3;

ParticleList three_particles() {
  ParticleList list;
  list.tomograms = {ListTomogram::of("TS_01", {41, 50, 64}, VoxelSize::cubic(10))};
  for (std::size_t i = 0; i < kParticles; ++i) {
    Particle& p = list.particles.emplace_back();
    p.tomogram = 0;
    p.class_label = 1;
    p.position_voxels = {5.0 + static_cast<double>(i), 6, 7};
  }
  return list;
}

/// The number of particles that are read of this text; 0 where it is refused.
std::size_t count(const std::string& text, const ListOptions& options) {
  try {
    return test::parse(text, options).particles.size();
  } catch (const Error&) {
    return 0;
  }
}

}  // namespace

TEST_CASE("no format drops what follows the first list of a file") {
  const test::TempFolder folder;
  for (const auto& [name, format] : io::written_list_formats()) {
    if (format == ListFormat::Relion5Import) continue;  // names files, has no particles
    INFO(name);
    ListOptions options;
    options.format = format;
    const auto path = folder / (name + ".list");
    io::write_list(path, three_particles(), options);
    const std::string once = test::read_text(path);
    options.tomograms = {ListTomogram::of("", {41, 50, 64}, VoxelSize::cubic(10))};
    options.xml_axes = io::XmlAxes::Xyz;
    CHECK(count(once, options) == kParticles);
    const std::size_t twice = count(once + once, options);
    CHECK((twice == 0 || twice == 2 * kParticles));
    options.format = ListFormat::Auto;
    const std::size_t found = count(once + once, options);
    CHECK((found == 0 || found == 2 * kParticles));
  }
}

TEST_CASE("a second list in a file is named as the reason") {
  const std::string set = "<marker_set name=\"a\"/>\n", objects = "<objlist>\n</objlist>\n";
  const std::string stopgap = io::lists::format_stopgap(three_particles()),
                    model = io::lists::format_imod(three_particles());
  for (const std::string& one : {set, objects, stopgap, model})
    CHECK_THAT(test::error_of(one + one), DFE_CONTAINS("has more than one list"));
  CHECK(test::parse(model + std::string(3, '\0')).particles.size() == kParticles);
}
