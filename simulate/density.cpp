// SPDX-License-Identifier: Apache-2.0
// From a fine cube to a density: cut in Fourier space to the resolution, once with voxels half as
// long as the tomogram's for the values, and once with the tomogram's for the mask.
#include "simulate/density.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/math/fft.hpp"

namespace dfe::simulate {

namespace {

/// Weight of a frequency: 1 up to half the cutoff, then a cosine down to 0. A steeper edge would
/// ring.
float low_pass(double frequency, double cutoff) {
  const double t = 2 * frequency / cutoff - 1;
  if (t <= 0) return 1;
  return t >= 1 ? 0.0f : static_cast<float>(0.5 + 0.5 * std::cos(std::numbers::pi * t));
}

/// Signed frequency of index `i` of `n`.
std::int64_t frequency(std::int64_t i, std::int64_t n) { return i <= n / 2 ? i : i - n; }

}  // namespace

void check_density_options(const DensityOptions& options) {
  const double voxel = options.voxel_size_angstrom;
  if (!(voxel >= 0.1 && voxel <= 1000))
    throw Error(ErrorKind::Usage, "simulate", "voxel_size", "is " + std::to_string(voxel) + " Å",
                "use 0.1 to 1000 Å");
  if (!(options.resolution_angstrom >= 0 && options.resolution_angstrom <= 1000))
    throw Error(ErrorKind::Usage, "simulate", "resolution",
                "is " + std::to_string(options.resolution_angstrom) + " Å", "use 0 to 1000 Å");
  if (!(options.mask_threshold > 0 && options.mask_threshold < 1))
    throw Error(ErrorKind::Usage, "simulate", "mask_threshold",
                "is " + std::to_string(options.mask_threshold),
                "use a share of the greatest value, above 0 and below 1");
}

FineCube plan_cube(double reach_angstrom, double edge_angstrom, const DensityOptions& options,
                   std::string_view object) {
  check_density_options(options);
  // 4 voxels of room: the low-pass spreads what is sharp.
  const double half = reach_angstrom / options.voxel_size_angstrom + 4;
  if (!(half <= static_cast<double>(kMaxCube / 2)))
    throw Error("simulate", object,
                "reaches " + std::to_string(reach_angstrom) + " Å from its centre",
                "at most " + std::to_string(kMaxCube / 2 - 4) +
                    " voxels are possible: use a smaller object or larger voxels");
  FineCube cube;
  cube.size = 2 * static_cast<std::int64_t>(std::ceil(half));
  const double refine =
      std::ceil(options.voxel_size_angstrom / (static_cast<double>(kOversampling) * edge_angstrom));
  constexpr std::int64_t kMaxFine = 512;
  cube.refine =
      std::clamp<std::int64_t>(static_cast<std::int64_t>(std::min(refine, 64.0)), 1,
                               std::max<std::int64_t>(1, kMaxFine / (kOversampling * cube.size)));
  return cube;
}

Volume<float> fourier_resize(VolumeView<const float> cube, std::int64_t size, double cutoff) {
  const std::int64_t n = cube.extent.x, m = size;
  const math::RealFft from("simulate", {n, n, n}), to("simulate", {m, m, m});
  math::FftBuffer<float> real(std::max(from.real_size(), to.real_size()));
  math::FftBuffer<math::Complex> spectrum(from.half_size()), cut(to.half_size());
  std::copy_n(cube.data, from.real_size(), real.data());
  from.forward(real.data(), spectrum.data());
  const std::int64_t half_n = n / 2 + 1, half_m = m / 2 + 1, reach = std::min(n, m) / 2;
  const float scale = static_cast<float>(1.0 / static_cast<double>(from.real_size()));
  for (std::int64_t k = 0; k < m; ++k)
    for (std::int64_t j = 0; j < m; ++j)
      for (std::int64_t i = 0; i < std::min(half_m, half_n); ++i) {
        const std::int64_t fz = frequency(k, m), fy = frequency(j, m);
        if (std::abs(fz) >= reach || std::abs(fy) >= reach || i >= reach)
          continue;  // Nyquist has no partner when sizes differ
        const float weight =
            low_pass(std::sqrt(static_cast<double>(fz * fz + fy * fy + i * i)), cutoff) * scale;
        const std::int64_t sz = fz < 0 ? fz + n : fz, sy = fy < 0 ? fy + n : fy;
        cut[(k * m + j) * half_m + i] = spectrum[(sz * n + sy) * half_n + i] * weight;
      }
  to.backward(cut.data(), real.data());
  Volume<float> out(Extent3{m, m, m});
  std::copy_n(real.data(), to.real_size(), out.data());
  return out;
}

ObjectDensity finish_density(VolumeView<const float> fine, const FineCube& cube,
                             const DensityOptions& options, std::string_view object) {
  const double voxel = options.voxel_size_angstrom;
  const double resolution = std::max(options.resolution_angstrom, 2 * voxel);
  const double cutoff = static_cast<double>(cube.size) * voxel / resolution;  // cycles per field
  ObjectDensity density;
  density.voxel_size_angstrom = voxel;
  density.values = fourier_resize(fine, cube.size * kOversampling, cutoff);
  const Volume<float> coarse = fourier_resize(fine, cube.size, cutoff);
  const float greatest = *std::max_element(coarse.span().begin(), coarse.span().end());
  if (!(greatest > 0) || !std::isfinite(greatest))
    throw Error("simulate", object, "has no density above the surrounding ice",
                "give another structure or map");
  density.mask = Volume<float>(coarse.extent());
  const float threshold = static_cast<float>(options.mask_threshold) * greatest;
  std::transform(coarse.span().begin(), coarse.span().end(), density.mask.data(),
                 [&](float v) { return v >= threshold ? 1.0f : 0.0f; });
  return density;
}

}  // namespace dfe::simulate
