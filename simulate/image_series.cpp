// SPDX-License-Identifier: Apache-2.0
// Transfer and noise, image by image: an image is one thread's, and its random numbers are its own,
// so that the number of threads changes nothing.
#include "simulate/image_series.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace dfe::simulate {

namespace {

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

double mean_over(const std::vector<Moments>& all, double Moments::*what) {
  double sum = 0;
  for (const Moments& m : all) sum += m.*what;
  return sum / static_cast<double>(all.size());
}

}  // namespace

ImageSeries::ImageSeries(const ImagingOptions& options, const TiltSeries& series,
                         double pixel_angstrom, std::int64_t rows, std::int64_t width,
                         ThreadPool& pool)
    : clean(series.views(), rows, width),
      noisy(0, rows, width),
      options_(options),
      series_(series),
      pixel_angstrom_(pixel_angstrom),
      pool_(pool),
      optics_(rows, width, pixel_angstrom, options),
      signal_(static_cast<std::size_t>(series.views())),
      noise_(signal_.size()) {
  for (int i = 0; i < pool.threads(); ++i) scratch_.push_back(optics_.make_scratch());
}

void ImageSeries::filter(Optics::Scratch& scratch, std::int64_t view, float* image) const {
  const auto v = static_cast<std::size_t>(view);
  const View& real = series_.real[v];
  // Specimen at u > 0 of a positive tilt lies higher or lower by u tan α: that much less
  // underfocus.
  const double slope =
      std::abs(real.cosine) > 0.05 ? -pixel_angstrom_ * real.sine / real.cosine : 0;
  optics_.transfer(scratch, series_.defocus_angstrom[v], slope, series_.doses[v], image);
}

void ImageSeries::transfer() {
  parallel_for(pool_, 0, clean.views, 1, [&](std::int64_t v, std::int64_t, int worker) {
    Optics::Scratch& s = scratch_[static_cast<std::size_t>(worker)];
    float* const image = clean.image(v);
    if (options_.shift_error_angstrom > 0)
      shift_rows(image, clean.rows, clean.width, series_.shift_y[static_cast<std::size_t>(v)]);
    optics_.pad(image, s);
    filter(s, v, image);
    signal_[static_cast<std::size_t>(v)] = moments(image, pixels());
  });
}

void ImageSeries::add_noise() {
  noisy = ImageStack(clean.views, clean.rows, clean.width);
  switch (options_.noise) {
    case NoiseModel::None:
      noisy.values = clean.values;
      break;
    case NoiseModel::Gaussian:
      if (!(mean_over(signal_, &Moments::variance) > 0))
        throw Error("simulate", "snr", "there is no signal to add noise to",
                    "add objects to the scene, or use no noise");
      add_gaussian_noise();
      scale_noise_to_signal();
      break;
    case NoiseModel::Dose:
      add_dose_noise();
      break;
  }
}

/// Two white fields with variances b and 1 - b; the first goes through the microscope.
void ImageSeries::add_gaussian_noise() {
  const double before = options_.noise_before_ctf;
  parallel_for(pool_, 0, noisy.views, 1, [&](std::int64_t v, std::int64_t, int worker) {
    Optics::Scratch& s = scratch_[static_cast<std::size_t>(worker)];
    const auto number = static_cast<std::uint32_t>(v);
    float* const image = noisy.image(v);
    if (before > 0) {
      fill_normal(options_.seed, RandomPurpose::ImageNoiseBefore, number, s.real.data(),
                  s.real.size());
      const auto scale = static_cast<float>(std::sqrt(before));
      for (std::int64_t i = 0; i < s.real.size(); ++i) s.real[i] *= scale;
      filter(s, v, image);
    }
    fill_normal(options_.seed, RandomPurpose::ImageNoiseAfter, number, s.result.data(), pixels());
    const auto scale = static_cast<float>(std::sqrt(1 - before));
    for (std::int64_t i = 0; i < pixels(); ++i) image[i] += scale * s.result[i];
    noise_[static_cast<std::size_t>(v)] = moments(image, pixels());
  });
}

/// To the ratio of variances that was asked for, over all images; then adds the signal.
void ImageSeries::scale_noise_to_signal() {
  const double factor = std::sqrt(mean_over(signal_, &Moments::variance) / options_.snr /
                                  mean_over(noise_, &Moments::variance));
  parallel_for(pool_, 0, noisy.views, 1, [&](std::int64_t v, std::int64_t, int) {
    const float* const s = clean.image(v);
    float* const image = noisy.image(v);
    for (std::int64_t i = 0; i < pixels(); ++i)
      image[i] = s[i] + static_cast<float>(factor) * image[i];
  });
  for (Moments& m : noise_) m.variance *= factor * factor;
}

/// A weak phase object: intensity 1 + 2σVt·CTF, in units of the mean; the counts' noise is normal
/// for tens of electrons and more.
void ImageSeries::add_dose_noise() {
  const double electrons =
      options_.dose / static_cast<double>(noisy.views) * pixel_angstrom_ * pixel_angstrom_;
  const double contrast = 2 * interaction_constant(options_.ctf.voltage_kv) * pixel_angstrom_;
  parallel_for(pool_, 0, noisy.views, 1, [&](std::int64_t v, std::int64_t, int worker) {
    Optics::Scratch& s = scratch_[static_cast<std::size_t>(worker)];
    float* const signal = clean.image(v);
    float* const image = noisy.image(v);
    fill_normal(options_.seed, RandomPurpose::ImageNoiseAfter, static_cast<std::uint32_t>(v),
                s.result.data(), pixels());
    for (std::int64_t i = 0; i < pixels(); ++i) {
      signal[i] *= static_cast<float>(contrast);
      const double expected = electrons * std::max(0.0, 1.0 + signal[i]);
      s.result[i] *= static_cast<float>(std::sqrt(expected) / electrons);
      image[i] = signal[i] + s.result[i];
    }
    noise_[static_cast<std::size_t>(v)] = moments(s.result.data(), pixels());
    signal_[static_cast<std::size_t>(v)] = moments(signal, pixels());
  });
}

SignalToNoise ImageSeries::signal_to_noise() const {
  SignalToNoise ratio;
  if (const double variance = mean_over(noise_, &Moments::variance); variance > 0) {
    ratio.projections = mean_over(signal_, &Moments::variance) / variance;
    ratio.mean_by_sigma = mean_over(signal_, &Moments::mean_size) / std::sqrt(variance);
  }
  return ratio;
}

}  // namespace dfe::simulate
