// SPDX-License-Identifier: Apache-2.0
// Against cryoCAT (pana.analyze_rotations, 0.7.1): a real subtomogram of 48 voxels, wedges of
// template and target, a mask that turns with the template, trilinear interpolation. Angles are
// turned from the particle's own orientation; ids count from 1; scores below 0 are 0.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>

#include "core/math/fft.hpp"
#include "core/math/rotation.hpp"
#include "io/lists/orientation_list.hpp"
#include "io/volume.hpp"
#include "match/exact.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/data_dir.hpp"

using namespace dfe;

namespace {

const std::filesystem::path kFolder = test::data_dir() / "template_matching" / "peak_analysis";

Volume<float> read(const std::string& name) {
  return io::read_volume(*io::open_volume(kFolder / name));
}

/// The volume whose Fourier coefficients are multiplied by the filter; its mean becomes 0.
void filter(Volume<float>& volume, const Volume<float>& weights) {
  const Extent3 n = volume.extent();
  const math::RealFft fft("test", {n.z, n.y, n.x});
  const math::FftBuffer<float> real(fft.real_size());
  const math::FftBuffer<math::Complex> half(fft.half_size());
  std::copy_n(volume.data(), volume.voxels(), real.data());
  fft.forward(real.data(), half.data());
  std::int64_t i = 0;
  for (std::int64_t z = 0; z < n.z; ++z)
    for (std::int64_t y = 0; y < n.y; ++y)
      for (std::int64_t x = 0; x <= n.x / 2; ++x)
        half[i++] *=
            (weights(z, y, x) + weights((n.z - z) % n.z, (n.y - y) % n.y, (n.x - x) % n.x)) / 2 /
            static_cast<float>(n.voxels());
  half[0] = 0;
  fft.backward(half.data(), real.data());
  std::copy_n(real.data(), volume.voxels(), volume.data());
}

}  // namespace

TEST_CASE("scores and ids are cryoCAT's over the whole volume") {
  match::MatchTemplate t;
  t.density = read("ribosome/bin4_voxel2.176_ribosome.em");
  t.mask = read("ribosome/mask48_r22.em");
  t.weights = read("tmpl_filt_48_t126_b4_f24.em");
  t.interpolation = match::Interpolation::Trilinear;
  t.turn_sphere = true;
  t.normalization = match::Normalization::Counted;
  Volume<float> tomogram =
      read("ribosome/subtomo_ribosome_mmotl_ribosome_b4_trim_shift_t126_t126_b4_s48.em");
  filter(tomogram, read("tile_filt_48_t126_b4_f24.em"));
  std::ifstream file(kFolder / "AGL_anglist_30_deg_c1.csv");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  std::vector<Rotation> list = io::lists::parse_orientations(text, "AGL_anglist_30_deg_c1.csv");
  REQUIRE(list.size() == 576);
  const Rotation start = math::multiply(
      math::about_z(7.545420764969551),
      math::multiply(math::about_x(10.595623959307982), math::about_z(-0.411447762773456)));
  for (Rotation& r : list) r = math::multiply(r, start);
  match::ScoreOptions options;
  options.edge = match::Edge::Periodic;
  const match::ScoreMap map = match::exact_scores(tomogram.view(), t, list, options);

  const std::string expected = "expected_outputs/ribosome/id_3_results/id_3_";
  const Volume<float> scores = read(expected + "scores.em"), ids = read(expected + "angles.em");
  double worst = 0;
  std::int64_t other_ids = 0, above = 0;
  for (std::int64_t i = 0; i < scores.voxels(); ++i) {
    const float ours = std::clamp(map.scores.data()[i], 0.0f, 1.0f);
    worst = std::max(worst,
                     std::abs(static_cast<double>(ours) - static_cast<double>(scores.data()[i])));
    above += ours > 0;
    other_ids += ours > 0 && static_cast<float>(map.ids.data()[i] + 1) != ids.data()[i];
  }
  CAPTURE(worst, other_ids, above);
  CHECK(worst < 1e-4);
  CHECK(static_cast<double>(other_ids) <= 1e-3 * static_cast<double>(above));
  const auto best = std::max_element(map.scores.span().begin(), map.scores.span().end()) -
                    map.scores.span().begin();
  CHECK(map.scores.data()[best] == Approx(0.147959).margin(1e-5));
  CHECK(best == (20 * 48 + 25) * 48 + 25);  // x 25, y 25, z 20
}
