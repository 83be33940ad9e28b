// SPDX-License-Identifier: Apache-2.0
// What the microscope does to one projection: transfer function, damping by dose, noise before and
// after them.
#pragma once

#include <cstdint>
#include <vector>

#include "core/math/fft.hpp"
#include "core/random_purpose.hpp"
#include "dfengine/simulate.hpp"
#include "simulate/tilt_geometry.hpp"

namespace dfe::simulate {

/// White noise of standard deviation 1: value `index` of image `image`.
void fill_normal(std::uint64_t seed, RandomPurpose purpose, std::uint32_t image, float* values,
                 std::int64_t count);

/// Transfer of one image on a padded grid.
class Optics {
 public:
  /// `pixel_angstrom` of images of `rows` by `width` pixels.
  Optics(std::int64_t rows, std::int64_t width, double pixel_angstrom,
         const ImagingOptions& options);

  std::int64_t padded_rows() const { return padded_rows_; }
  std::int64_t padded_width() const { return padded_width_; }

  struct Scratch {
    math::FftBuffer<float> real, result;
    math::FftBuffer<math::Complex> half, filtered;
  };
  Scratch make_scratch() const;
  std::int64_t scratch_bytes() const;

  /// Puts an image on the padded grid; beyond its edges it fades from one end to the other, so that
  /// it wraps without a step.
  void pad(const float* image, Scratch& scratch) const;

  /// Filters the padded `scratch.real` and cuts the result to the image: transfer at this defocus,
  /// with a gradient across u by `slope_angstrom` per pixel, after `dose` electrons per Å². Without
  /// a CTF the transfer is -1: dark objects, as with one.
  void transfer(Scratch& scratch, double defocus_angstrom, double slope_angstrom, double dose,
                float* image) const;

 private:
  void filter(Scratch& scratch, double defocus_angstrom, double dose) const;

  ImagingOptions options_;
  std::int64_t rows_, width_, padded_rows_, padded_width_;
  double pixel_angstrom_;
  math::RealFft fft_;
};

/// What the dose leaves of the amplitude at a frequency in 1/Å: exp(-N / 2 Nc), Nc = 0.245 q^-1.665
/// + 2.81 electrons per Å², at 300 kV. Source: Grant and Grigorieff, eLife 4 (2015) e06980.
double dose_factor(double dose, double frequency);

/// Mean and variance of an image in double.
struct Moments {
  double mean = 0, variance = 0, mean_size = 0;  ///< mean_size: of absolute values
};
Moments moments(const float* values, std::int64_t count);

}  // namespace dfe::simulate
