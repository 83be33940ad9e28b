// SPDX-License-Identifier: Apache-2.0
// The chain of an image: the tilt series is drawn (tilt_series.cpp), the density projected
// (tilt_geometry.cpp), the images sent through the microscope and given noise (image_series.cpp
// over images.cpp), filtered by the ramp and projected back (tilt_geometry.cpp). What each step
// stands for, and where it comes from: docs/simulate.md.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "core/cancel.hpp"
#include "core/usable_threads.hpp"
#include "simulate/image_series.hpp"
#include "simulate/tilt_geometry.hpp"
#include "simulate/tilt_series.hpp"

namespace dfe {

namespace {

using simulate::ImageStack;
using simulate::View;

void check(const Extent3& extent, double voxel, const ImagingOptions& o) {
  const auto refuse = [](const char* what, double value, const char* remedy) {
    throw Error(ErrorKind::Usage, "simulate", what, "is " + std::to_string(value), remedy);
  };
  if (extent.voxels() == 0 || std::max({extent.z, extent.y, extent.x}) > 8192)
    throw Error(ErrorKind::Usage, "simulate", "size", "is " + extent.to_string(),
                "use 1 to 8192 voxels along each axis");
  if (!(voxel >= 0.1 && voxel <= 1000)) refuse("voxel_size", voxel, "use 0.1 to 1000 Å");
  if (!(o.tilt_first_deg >= -90 && o.tilt_last_deg <= 90 && o.tilt_first_deg <= o.tilt_last_deg))
    refuse("tilt range", o.tilt_first_deg, "use angles from -90 to 90 degrees, ascending");
  if (!(o.tilt_step_deg >= 0.1 && o.tilt_step_deg <= 180))
    refuse("tilt step", o.tilt_step_deg, "use 0.1 to 180 degrees");
  if (o.noise == NoiseModel::Gaussian && !(o.snr > 0 && o.snr <= 1e9))
    refuse("snr", o.snr, "use a number above 0");
  if (!(o.noise_before_ctf >= 0 && o.noise_before_ctf <= 1))
    refuse("noise.before_ctf", o.noise_before_ctf, "use a share from 0 to 1");
  if (!(o.dose >= 0 && o.dose <= 1e6)) refuse("dose", o.dose, "use 0 to 1000000 electrons per Å²");
  if (o.noise == NoiseModel::Dose && o.dose <= 0)
    refuse("dose", o.dose, "noise.model dose needs a dose above 0");
  if (!(o.shift_error_angstrom >= 0 && o.shift_error_angstrom <= 1e4))
    refuse("misalignment.shift", o.shift_error_angstrom, "use 0 to 10000 Å");
  if (!(o.angle_error_deg >= 0 && o.angle_error_deg <= 45))
    refuse("misalignment.angle", o.angle_error_deg, "use 0 to 45 degrees");
  const CtfOptions& c = o.ctf;
  if (!(c.voltage_kv >= 10 && c.voltage_kv <= 3000))
    refuse("ctf.voltage", c.voltage_kv, "use 10 to 3000 kV");
  if (!(std::abs(c.spherical_aberration_mm) <= 100))
    refuse("ctf.cs", c.spherical_aberration_mm, "use up to 100 mm");
  if (!(c.amplitude_contrast >= 0 && c.amplitude_contrast <= 1))
    refuse("ctf.amplitude_contrast", c.amplitude_contrast, "use 0 to 1");
  if (!(std::abs(c.defocus_angstrom) <= 1e6))
    refuse("ctf.defocus", c.defocus_angstrom, "use up to 100 µm");
  if (!(c.defocus_spread_angstrom >= 0 && c.defocus_spread_angstrom <= 1e5))
    refuse("ctf.defocus_spread", c.defocus_spread_angstrom, "use up to 10 µm");
  if (!(c.envelope_angstrom >= 0 && c.envelope_angstrom <= 1e4))
    refuse("ctf.envelope", c.envelope_angstrom, "use 0 to 10000 Å");
}

void report(Observer* observer, std::int64_t done) {
  if (!observer) return;
  observer->progress("image", done, 5);
  stop_if_cancelled(observer, "simulate");
}

/// Mean 0 and standard deviation 1; returns what it took. Sums per plane in order: the same on any
/// number of threads.
void normalize(Volume<float>& volume, Volume<float>* other, bool wanted, bool bright,
               ThreadPool& pool) {
  double mean = 0, sigma = 1;
  const Extent3 n = volume.extent();
  const std::int64_t plane = n.y * n.x;
  if (wanted) {
    std::vector<double> sums(static_cast<std::size_t>(n.z)), squares(static_cast<std::size_t>(n.z));
    parallel_for(pool, 0, n.z, 1, [&](std::int64_t z, std::int64_t, int) {
      double sum = 0, square = 0;
      for (const float* v = volume.data() + z * plane; v != volume.data() + (z + 1) * plane; ++v)
        sum += *v, square += static_cast<double>(*v) * *v;
      sums[static_cast<std::size_t>(z)] = sum;
      squares[static_cast<std::size_t>(z)] = square;
    });
    mean = std::accumulate(sums.begin(), sums.end(), 0.0) / static_cast<double>(volume.voxels());
    const double variance = std::accumulate(squares.begin(), squares.end(), 0.0) /
                                static_cast<double>(volume.voxels()) -
                            mean * mean;
    if (variance > 0) sigma = std::sqrt(variance);
  }
  const auto factor = static_cast<float>((bright ? -1 : 1) / sigma);
  const auto centre = static_cast<float>(mean);
  parallel_for(pool, 0, n.z, 1, [&](std::int64_t z, std::int64_t, int) {
    for (float* v = volume.data() + z * plane; v != volume.data() + (z + 1) * plane; ++v)
      *v = (*v - centre) * factor;
    if (other)
      for (float* v = other->data() + z * plane; v != other->data() + (z + 1) * plane; ++v)
        *v *= factor;
  });
}

/// Variance of the clean volume by that of the rest, over the voxels inside.
double snr_inside(const Volume<float>& tomogram, const Volume<float>& clean,
                  const VolumeView<const std::int32_t>& inside) {
  double n = 0, s1 = 0, s2 = 0, e1 = 0, e2 = 0;
  for (std::int64_t i = 0; i < tomogram.voxels(); ++i) {
    if (inside.data[i] == 0) continue;
    const double s = clean.data()[i], e = tomogram.data()[i] - s;
    n += 1, s1 += s, s2 += s * s, e1 += e, e2 += e * e;
  }
  const double noise = n > 0 ? e2 - e1 * e1 / n : 0;
  return noise > 0 ? (s2 - s1 * s1 / n) / noise : 0;
}

/// Weighted back-projection of the images, which are empty afterwards.
Volume<float> reconstruct(ImageStack& images, const std::vector<View>& views,
                          const ImagingOptions& o, const Extent3& extent, ThreadPool& pool) {
  // Integral over the tilts of what the ramp left; pixels to volume units.
  const auto weight =
      static_cast<float>((images.views > 1 ? o.tilt_step_deg : 180.0) * std::numbers::pi / 180);
  simulate::ramp_filter(images, pool);
  Volume<float> volume(extent);
  simulate::back_project(images, views, o.interpolation, weight, volume.view(), pool);
  images.values = {};
  return volume;
}

}  // namespace

std::int64_t simulate_bytes(const Extent3& extent, double voxel_size_angstrom,
                            const ImagingOptions& options, int threads) {
  check(extent, voxel_size_angstrom, options);
  const std::vector<double> tilts = simulate::tilt_angles(options);
  const std::int64_t width =
      options.cover_volume ? simulate::covering_width(extent, tilts) : extent.x;
  const auto views = static_cast<std::int64_t>(tilts.size()), voxels = extent.voxels();
  const std::int64_t workers = usable_threads(threads);
  const std::int64_t images = 2 * 4 * views * extent.y * width;
  const std::int64_t padded = (extent.y + 96) * (width + 96);
  const std::int64_t block =
      4 * simulate::kRows * ((extent.z + 4) * (extent.x + 4) + (views + 1) * (width + 6));
  // Scene: density 4, labels 1, instances 4, membranes 1, distance to them 1. Image: tomogram 4,
  // clean 4.
  return voxels * 19 + images + workers * std::max(24 * padded, block) + (std::int64_t{64} << 20);
}

ImagedScene image_scene(VolumeView<const float> density,
                        const VolumeView<const std::int32_t>* inside, double voxel_size_angstrom,
                        const ImagingOptions& o, Observer* observer) {
  const Extent3 n = density.extent;
  check(n, voxel_size_angstrom, o);
  if (inside && inside->extent != n)
    throw Error("simulate", "inside", "has " + inside->extent.to_string() + " voxels",
                "expected " + n.to_string());
  ThreadPool pool(usable_threads(o.threads, observer));
  ImagedScene result;
  const simulate::TiltSeries series = simulate::draw_tilt_series(o, voxel_size_angstrom);
  result.tilts_deg = series.tilts_deg;
  result.doses = series.doses;
  result.defocus_angstrom = series.defocus_angstrom;

  report(observer, 0);
  const std::int64_t width = o.cover_volume ? simulate::covering_width(n, series.tilts_deg) : n.x;
  simulate::ImageSeries images(o, series, voxel_size_angstrom, n.y, width, pool);
  simulate::project(density, series.real, o.interpolation, images.clean, pool);
  report(observer, 1);
  images.transfer();
  report(observer, 2);
  images.add_noise();
  result.snr = images.signal_to_noise();
  if (o.keep_projections) {
    result.projections = Volume<float>(Extent3{series.views(), n.y, width});
    std::copy(images.noisy.values.begin(), images.noisy.values.end(), result.projections.data());
  }
  report(observer, 3);

  result.tomogram = reconstruct(images.noisy, series.nominal, o, n, pool);
  report(observer, 4);
  const bool measure = inside && o.noise != NoiseModel::None;
  if (o.keep_clean || measure) result.clean = reconstruct(images.clean, series.nominal, o, n, pool);
  if (measure) result.snr.in_masks = snr_inside(result.tomogram, result.clean, *inside);
  normalize(result.tomogram, o.keep_clean ? &result.clean : nullptr, o.normalize, o.bright, pool);
  if (!o.keep_clean) result.clean = {};
  report(observer, 5);
  return result;
}

}  // namespace dfe
