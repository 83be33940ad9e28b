// SPDX-License-Identifier: Apache-2.0
// The chain of an image: project, transfer, noise, ramp, back-project. The clean images are kept
// beside the noisy ones, because the noise is measured against them and because the same
// back-projection shows what signal the tomogram holds.
#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>

#include "simulate/draws.hpp"
#include "simulate/images.hpp"
#include "simulate/tilt_geometry.hpp"

namespace dfe {

namespace {

using simulate::ImageStack;
using simulate::Optics;
using simulate::View;

void check(const Extent3& extent, double voxel, const ImagingOptions& o) {
  const auto refuse = [](const char* what, double value, const char* remedy) {
    throw Error(ErrorKind::Usage, "simulate", what, "is " + std::to_string(value), remedy);
  };
  if (extent.voxels() == 0 || std::max({extent.z, extent.y, extent.x}) > 8192)
    throw Error(ErrorKind::Usage, "simulate", "size", "is " + extent.to_string(),
                "use 1 to 8192 voxels along each axis");
  if (!(voxel >= 0.1 && voxel <= 1000)) refuse("voxel_size", voxel, "use 0.1 to 1000 A");
  if (!(o.tilt_first_deg >= -90 && o.tilt_last_deg <= 90 && o.tilt_first_deg <= o.tilt_last_deg))
    refuse("tilt range", o.tilt_first_deg, "use angles from -90 to 90 degrees, ascending");
  if (!(o.tilt_step_deg >= 0.1 && o.tilt_step_deg <= 180))
    refuse("tilt step", o.tilt_step_deg, "use 0.1 to 180 degrees");
  if (o.noise == NoiseModel::Gaussian && !(o.snr > 0 && o.snr <= 1e9))
    refuse("snr", o.snr, "use a number above 0");
  if (!(o.noise_before_ctf >= 0 && o.noise_before_ctf <= 1))
    refuse("noise.before_ctf", o.noise_before_ctf, "use a share from 0 to 1");
  if (!(o.dose >= 0 && o.dose <= 1e6)) refuse("dose", o.dose, "use 0 to 1000000 electrons per A^2");
  if (o.noise == NoiseModel::Dose && o.dose <= 0)
    refuse("dose", o.dose, "noise by dose needs one above 0");
  if (!(o.shift_error_angstrom >= 0 && o.shift_error_angstrom <= 1e4))
    refuse("misalignment.shift", o.shift_error_angstrom, "use 0 to 10000 A");
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
    refuse("ctf.defocus", c.defocus_angstrom, "use up to 100 um");
  if (!(c.defocus_spread_angstrom >= 0 && c.defocus_spread_angstrom <= 1e5))
    refuse("ctf.defocus_spread", c.defocus_spread_angstrom, "use up to 10 um");
  if (!(c.envelope_angstrom >= 0 && c.envelope_angstrom <= 1e4))
    refuse("ctf.envelope", c.envelope_angstrom, "use 0 to 10000 A");
}

std::vector<double> tilt_angles(const ImagingOptions& o) {
  std::vector<double> angles;
  for (int i = 0;; ++i) {
    const double angle = o.tilt_first_deg + i * o.tilt_step_deg;
    if (angle > o.tilt_last_deg + 1e-6) return angles;
    angles.push_back(angle);
  }
}

/// Electrons per Å² that the specimen received before each tilt.
std::vector<double> doses_before(const std::vector<double>& tilts, const ImagingOptions& o) {
  std::vector<std::size_t> order(tilts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (o.order == TiltOrder::Symmetric)
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return std::abs(tilts[a]) < std::abs(tilts[b]) - 1e-9;
    });
  std::vector<double> doses(tilts.size());
  for (std::size_t i = 0; i < order.size(); ++i)
    doses[order[i]] = o.dose * static_cast<double>(i) / static_cast<double>(order.size());
  return doses;
}

View view_at(double tilt_deg, double shift_voxels) {
  const double a = tilt_deg * std::numbers::pi / 180;
  return {std::cos(a), std::sin(a), shift_voxels};
}

/// Moves an image's rows along y by a fraction of pixels (linear); what comes from outside repeats
/// the edge.
void shift_rows(float* image, std::int64_t rows, std::int64_t width, double shift) {
  if (shift == 0) return;
  const std::vector<float> source(image, image + rows * width);
  const auto last = static_cast<double>(rows - 1);
  for (std::int64_t y = 0; y < rows; ++y) {
    const double place = std::clamp(static_cast<double>(y) - shift, 0.0, last);
    const auto j = std::min(static_cast<std::int64_t>(place), std::max<std::int64_t>(rows - 2, 0));
    const auto t = static_cast<float>(place - static_cast<double>(j));
    const float* const a = source.data() + j * width;
    const float* const b = rows > 1 ? a + width : a;
    for (std::int64_t u = 0; u < width; ++u) image[y * width + u] = a[u] + t * (b[u] - a[u]);
  }
}

/// Radians of phase per volt and Å: 2π m e λ / h², relativistic.
double interaction_constant(double voltage_kv) {
  const double rest = 510.99895, lambda = electron_wavelength_angstrom(voltage_kv);  // keV
  return 2 * std::numbers::pi / (lambda * voltage_kv * 1e3) * (rest + voltage_kv) /
         (2 * rest + voltage_kv);
}

void report(Observer* observer, std::int64_t done) {
  if (!observer) return;
  observer->progress("image", done, 5);
  if (observer->cancelled()) throw Error("simulate", "", "stopped", "");
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

}  // namespace

std::int64_t simulate_bytes(const Extent3& extent, double voxel_size_angstrom,
                            const ImagingOptions& options, int threads) {
  check(extent, voxel_size_angstrom, options);
  const std::vector<double> tilts = tilt_angles(options);
  const std::int64_t width =
      options.cover_volume ? simulate::covering_width(extent, tilts) : extent.x;
  const auto views = static_cast<std::int64_t>(tilts.size()), voxels = extent.voxels();
  const std::int64_t workers = threads > 0 ? threads : available_threads();
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
  ThreadPool pool(o.threads);
  ImagedScene result;
  result.tilts_deg = tilt_angles(o);
  result.doses = doses_before(result.tilts_deg, o);
  const auto views = static_cast<std::int64_t>(result.tilts_deg.size());
  const std::int64_t width = o.cover_volume ? simulate::covering_width(n, result.tilts_deg) : n.x;
  const std::int64_t pixels = n.y * width;

  // What the microscope did, and what the reconstruction believes.
  std::vector<View> real, nominal;
  std::vector<double> shift_y;
  const Philox alignment(o.seed, RandomPurpose::ImageAlignment),
      defocus(o.seed, RandomPurpose::ImageDefocus);
  for (std::int64_t v = 0; v < views; ++v) {
    const double tilt = result.tilts_deg[static_cast<std::size_t>(v)],
                 error = o.shift_error_angstrom / voxel_size_angstrom;
    const auto i = static_cast<std::uint64_t>(v);
    nominal.push_back(view_at(tilt, 0));
    real.push_back(
        view_at(tilt + o.angle_error_deg * alignment.normal(0, i), error * alignment.normal(1, i)));
    shift_y.push_back(error * alignment.normal(2, i));
    result.defocus_angstrom.push_back(o.ctf.defocus_angstrom +
                                      o.ctf.defocus_spread_angstrom * defocus.normal(0, i));
  }

  report(observer, 0);
  ImageStack clean(views, n.y, width);
  simulate::project(density, real, o.interpolation, clean, pool);
  report(observer, 1);

  const Optics optics(n.y, width, voxel_size_angstrom, o);
  std::vector<Optics::Scratch> scratch;
  for (int i = 0; i < pool.threads(); ++i) scratch.push_back(optics.make_scratch());
  const auto transfer = [&](Optics::Scratch& s, std::int64_t v, float* image) {
    const View& view = real[static_cast<std::size_t>(v)];
    // Specimen at u > 0 of a positive tilt lies higher or lower by u tan α: that much less
    // underfocus.
    const double slope =
        std::abs(view.cosine) > 0.05 ? -voxel_size_angstrom * view.sine / view.cosine : 0;
    optics.transfer(s, result.defocus_angstrom[static_cast<std::size_t>(v)], slope,
                    result.doses[static_cast<std::size_t>(v)], image);
  };
  std::vector<simulate::Moments> signal(static_cast<std::size_t>(views)), noise(signal.size());
  parallel_for(pool, 0, views, 1, [&](std::int64_t v, std::int64_t, int worker) {
    Optics::Scratch& s = scratch[static_cast<std::size_t>(worker)];
    float* const image = clean.image(v);
    if (o.shift_error_angstrom > 0)
      shift_rows(image, n.y, width, shift_y[static_cast<std::size_t>(v)]);
    optics.pad(image, s);
    transfer(s, v, image);
    signal[static_cast<std::size_t>(v)] = simulate::moments(image, pixels);
  });
  const auto mean_over = [&](const std::vector<simulate::Moments>& all,
                             double simulate::Moments::*what) {
    double sum = 0;
    for (const simulate::Moments& m : all) sum += m.*what;
    return sum / static_cast<double>(all.size());
  };
  const double signal_variance = mean_over(signal, &simulate::Moments::variance);
  report(observer, 2);

  ImageStack noisy(views, n.y, width);
  if (o.noise == NoiseModel::Gaussian) {
    if (!(signal_variance > 0))
      throw Error("simulate", "snr", "there is no signal to add noise to",
                  "put objects into the scene, or use no noise");
    // Two white fields with variances b and 1 - b; the first goes through the microscope.
    parallel_for(pool, 0, views, 1, [&](std::int64_t v, std::int64_t, int worker) {
      Optics::Scratch& s = scratch[static_cast<std::size_t>(worker)];
      float* const image = noisy.image(v);
      if (o.noise_before_ctf > 0) {
        simulate::fill_normal(o.seed, RandomPurpose::ImageNoiseBefore,
                              static_cast<std::uint32_t>(v), s.real.data(), s.real.size());
        const auto scale = static_cast<float>(std::sqrt(o.noise_before_ctf));
        for (std::int64_t i = 0; i < s.real.size(); ++i) s.real[i] *= scale;
        transfer(s, v, image);
      }
      simulate::fill_normal(o.seed, RandomPurpose::ImageNoiseAfter, static_cast<std::uint32_t>(v),
                            s.result.data(), pixels);
      const auto scale = static_cast<float>(std::sqrt(1 - o.noise_before_ctf));
      for (std::int64_t i = 0; i < pixels; ++i) image[i] += scale * s.result[i];
      noise[static_cast<std::size_t>(v)] = simulate::moments(image, pixels);
    });
    const double factor =
        std::sqrt(signal_variance / o.snr / mean_over(noise, &simulate::Moments::variance));
    parallel_for(pool, 0, views, 1, [&](std::int64_t v, std::int64_t, int) {
      const float* const s = clean.image(v);
      float* const image = noisy.image(v);
      for (std::int64_t i = 0; i < pixels; ++i)
        image[i] = s[i] + static_cast<float>(factor) * image[i];
    });
    for (simulate::Moments& m : noise) m.variance *= factor * factor;
  } else if (o.noise == NoiseModel::Dose) {
    // A weak phase object: intensity 1 + 2σVt·CTF, in units of the mean; the counts' noise is
    // normal for tens of electrons and more.
    const double electrons =
        o.dose / static_cast<double>(views) * voxel_size_angstrom * voxel_size_angstrom;
    const double contrast = 2 * interaction_constant(o.ctf.voltage_kv) * voxel_size_angstrom;
    parallel_for(pool, 0, views, 1, [&](std::int64_t v, std::int64_t, int worker) {
      Optics::Scratch& s = scratch[static_cast<std::size_t>(worker)];
      float* const signal_image = clean.image(v);
      float* const image = noisy.image(v);
      simulate::fill_normal(o.seed, RandomPurpose::ImageNoiseAfter, static_cast<std::uint32_t>(v),
                            s.result.data(), pixels);
      for (std::int64_t i = 0; i < pixels; ++i) {
        signal_image[i] *= static_cast<float>(contrast);
        const double expected = electrons * std::max(0.0, 1.0 + signal_image[i]);
        s.result[i] *= static_cast<float>(std::sqrt(expected) / electrons);
        image[i] = signal_image[i] + s.result[i];
      }
      noise[static_cast<std::size_t>(v)] = simulate::moments(s.result.data(), pixels);
      signal[static_cast<std::size_t>(v)] = simulate::moments(signal_image, pixels);
    });
  } else {
    noisy.values = clean.values;
  }
  if (const double variance = mean_over(noise, &simulate::Moments::variance); variance > 0) {
    result.snr.projections = mean_over(signal, &simulate::Moments::variance) / variance;
    result.snr.mean_by_sigma =
        mean_over(signal, &simulate::Moments::mean_size) / std::sqrt(variance);
  }
  if (o.keep_projections) {
    result.projections = Volume<float>(Extent3{views, n.y, width});
    std::copy(noisy.values.begin(), noisy.values.end(), result.projections.data());
  }
  report(observer, 3);

  // Integral over the tilts of what the ramp left; pixels to volume units.
  const auto weight =
      static_cast<float>((views > 1 ? o.tilt_step_deg : 180.0) * std::numbers::pi / 180);
  simulate::ramp_filter(noisy, pool);
  result.tomogram = Volume<float>(n);
  simulate::back_project(noisy, nominal, o.interpolation, weight, result.tomogram.view(), pool);
  noisy.values = {};
  report(observer, 4);
  const bool measure = inside && o.noise != NoiseModel::None;
  if (o.keep_clean || measure) {
    simulate::ramp_filter(clean, pool);
    result.clean = Volume<float>(n);
    simulate::back_project(clean, nominal, o.interpolation, weight, result.clean.view(), pool);
  }
  if (measure) result.snr.in_masks = snr_inside(result.tomogram, result.clean, *inside);
  normalize(result.tomogram, o.keep_clean ? &result.clean : nullptr, o.normalize, o.bright, pool);
  if (!o.keep_clean) result.clean = {};
  report(observer, 5);
  return result;
}

}  // namespace dfe
