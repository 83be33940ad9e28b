// SPDX-License-Identifier: Apache-2.0
// The images of a tilt series between projection and reconstruction: the microscope's transfer, the
// noise, and what was measured of both. Clean images are kept beside the noisy ones, because the
// noise is measured against them and because their reconstruction shows what signal a tomogram
// holds.
#pragma once

#include <vector>

#include "core/parallel.hpp"
#include "simulate/images.hpp"
#include "simulate/tilt_series.hpp"

namespace dfe::simulate {

/// Steps in this order: projections go into `clean`, then `transfer`, `add_noise`.
class ImageSeries {
 public:
  /// Images of `rows` by `width` pixels. Options, series and pool stay with the caller.
  ImageSeries(const ImagingOptions& options, const TiltSeries& series, double pixel_angstrom,
              std::int64_t rows, std::int64_t width, ThreadPool& pool);

  ImageStack clean;  ///< without noise; projections at first
  ImageStack noisy;  ///< empty before `add_noise`

  /// Moves the clean images by their error along the tilt axis and sends them through the
  /// microscope.
  void transfer();

  /// Makes the noisy images. With noise by dose the clean ones are brought to its unit, the mean
  /// intensity. Throws `Error` where a ratio to the signal is asked for and there is none.
  void add_noise();

  /// Of the images; zeros without noise.
  SignalToNoise signal_to_noise() const;

 private:
  std::int64_t pixels() const { return clean.rows * clean.width; }
  /// Filters what is padded in `scratch` as image `view`.
  void filter(Optics::Scratch& scratch, std::int64_t view, float* image) const;
  void add_gaussian_noise();
  void scale_noise_to_signal();
  void add_dose_noise();

  const ImagingOptions& options_;
  const TiltSeries& series_;
  double pixel_angstrom_;
  ThreadPool& pool_;
  Optics optics_;
  std::vector<Optics::Scratch> scratch_;  // by worker
  std::vector<Moments> signal_, noise_;   // by image
};

}  // namespace dfe::simulate
