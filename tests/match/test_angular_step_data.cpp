// SPDX-License-Identifier: Apache-2.0
// The score that a ribosome keeps when it is turned, against values from a program in Python (SciPy
// splines of order 3 and numpy) for the same structure, CTF, wedge and mask, in 14 directions.
#include <algorithm>
#include <cmath>

#include "core/math/wedge.hpp"
#include "io/structure.hpp"
#include "match/angular_step.hpp"
#include "match/object_template.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/fixtures/data_dir.hpp"

using namespace dfe;

namespace {

/// The CTF at an underfocus of 6 µm, positive at low frequencies, and a Gaussian that passes a half
/// at 40 Å, within a wedge of ±60 degrees.
Volume<float> weights_of(const Extent3& box, double voxel) {
  Volume<float> weights = math::wedge_weights(box, -60, 60);
  const CtfOptions microscope;
  const auto frequency = [voxel](std::int64_t i, std::int64_t n) {
    return static_cast<double>(2 * i <= n ? i : i - n) / (static_cast<double>(n) * voxel);
  };
  for (std::int64_t z = 0; z < box.z; ++z)
    for (std::int64_t y = 0; y < box.y; ++y)
      for (std::int64_t x = 0; x < box.x; ++x) {
        const double q = std::hypot(frequency(z, box.z), frequency(y, box.y), frequency(x, box.x));
        weights(z, y, x) *=
            static_cast<float>(-ctf_value(microscope, 60000, q) * std::exp2(-std::pow(q * 40, 2)));
      }
  return weights;
}

}  // namespace

TEST_CASE("a 70S ribosome keeps the scores that were measured elsewhere") {
  const Structure structure =
      io::read_structure(test::data_dir() / "structures" / "4v5a_70S_one_ribosome.cif.gz");
  DensityOptions density;
  density.voxel_size_angstrom = 13.68;
  const ObjectDensity object = structure_density(structure, density);
  match::ObjectTemplateOptions options;
  options.box = 41;
  options.mask_radius_voxels = 11;
  match::MatchTemplate t = match::object_template(object, options);
  t.weights = weights_of(t.density.extent(), 13.68);
  struct Row {
    double degrees, mean;
  };
  for (const Row& row : std::vector<Row>{{2, 0.990},
                                         {3.5, 0.968},
                                         {5, 0.935},
                                         {6.4, 0.903},
                                         {7.5, 0.867},
                                         {9, 0.815},
                                         {10.4, 0.760}}) {
    CAPTURE(row.degrees);
    const match::KeptScore kept = match::score_kept(t, row.degrees);
    CHECK(kept.mean == Approx(row.mean).margin(0.012));
    CHECK(kept.worst < kept.mean);
  }
  const match::AngularStep step = match::automatic_step(t);
  // 0.876 of the score about the worst axis was measured at half of 12.85 degrees.
  CHECK(step.step_deg == Approx(12.85).margin(1));
  CHECK(step.kept == Approx(0.88).margin(0.003));
}
