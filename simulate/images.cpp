// SPDX-License-Identifier: Apache-2.0
// One image: white noise by its number, and the transfer of the microscope in Fourier space on a
// grid with a margin, so that what wraps around does not meet the image.
#include "simulate/images.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "simulate/draws.hpp"

namespace dfe::simulate {

namespace {

constexpr std::int64_t kMargin = 32;  // pixels that the padding has at least

/// Extends `n` values with stride `stride` to `padded` by a straight line from the last to the
/// first.
void fade(float* values, std::int64_t stride, std::int64_t n, std::int64_t padded) {
  const float last = values[(n - 1) * stride], first = values[0];
  for (std::int64_t i = n; i < padded; ++i) {
    const float t = static_cast<float>(i - n + 1) / static_cast<float>(padded - n + 1);
    values[i * stride] = last + t * (first - last);
  }
}

}  // namespace

void fill_normal(std::uint64_t seed, RandomPurpose purpose, std::uint32_t image, float* values,
                 std::int64_t count) {
  const Philox random(seed, purpose);
  for (std::int64_t i = 0; i < count; i += 4) {
    const auto words = random.at(image, static_cast<std::uint64_t>(i / 4));
    float four[4];
    for (std::size_t k = 0; k < 2; ++k) {  // Box and Muller, twice
      const float u = static_cast<float>(words[2 * k] + 1.0) * 0x1p-32f,
                  angle = static_cast<float>(2 * std::numbers::pi * 0x1p-32) *
                          static_cast<float>(words[2 * k + 1]);
      const float radius = std::sqrt(-2 * std::log(u));
      four[2 * k] = radius * std::cos(angle);
      four[2 * k + 1] = radius * std::sin(angle);
    }
    std::copy_n(four, std::min<std::int64_t>(4, count - i), values + i);
  }
}

double dose_factor(double dose, double frequency) {
  if (dose <= 0 || frequency <= 0) return 1;
  return std::exp(-0.5 * dose / (0.245 * std::pow(frequency, -1.665) + 2.81));
}

Moments moments(const float* values, std::int64_t count) {
  Moments m;
  for (std::int64_t i = 0; i < count; ++i)
    m.mean += static_cast<double>(values[i]),
        m.mean_size += std::abs(static_cast<double>(values[i]));
  m.mean /= static_cast<double>(count);
  m.mean_size /= static_cast<double>(count);
  for (std::int64_t i = 0; i < count; ++i)
    m.variance += (values[i] - m.mean) * (values[i] - m.mean);
  m.variance /= static_cast<double>(count);
  return m;
}

Optics::Optics(std::int64_t rows, std::int64_t width, double pixel_angstrom,
               const ImagingOptions& options)
    : options_(options),
      rows_(rows),
      width_(width),
      padded_rows_(math::fast_size(rows + kMargin)),
      padded_width_(math::fast_size(width + kMargin)),
      pixel_angstrom_(pixel_angstrom),
      fft_("simulate", {padded_rows_, padded_width_}) {}

Optics::Scratch Optics::make_scratch() const {
  const std::int64_t real = fft_.real_size(), half = fft_.half_size();
  return {math::FftBuffer<float>(real), math::FftBuffer<float>(real),
          math::FftBuffer<math::Complex>(half), math::FftBuffer<math::Complex>(half)};
}

std::int64_t Optics::scratch_bytes() const { return 8 * fft_.real_size() + 16 * fft_.half_size(); }

void Optics::pad(const float* image, Scratch& scratch) const {
  float* const out = scratch.real.data();
  for (std::int64_t y = 0; y < rows_; ++y) {
    std::copy_n(image + y * width_, width_, out + y * padded_width_);
    fade(out + y * padded_width_, 1, width_, padded_width_);
  }
  for (std::int64_t u = 0; u < padded_width_; ++u)
    fade(out + u, padded_width_, rows_, padded_rows_);
}

void Optics::filter(Scratch& scratch, double defocus_angstrom, double dose) const {
  const std::int64_t half = padded_width_ / 2 + 1;
  const auto scale = 1 / static_cast<double>(fft_.real_size());
  for (std::int64_t j = 0; j < padded_rows_; ++j) {
    const double fy = static_cast<double>(j <= padded_rows_ / 2 ? j : j - padded_rows_) /
                      static_cast<double>(padded_rows_);
    for (std::int64_t i = 0; i < half; ++i) {
      const double fx = static_cast<double>(i) / static_cast<double>(padded_width_);
      const double q = std::sqrt(fy * fy + fx * fx) / pixel_angstrom_;
      const double value =
          (options_.with_ctf ? ctf_value(options_.ctf, defocus_angstrom, q) : -1.0) *
          dose_factor(dose, q);
      scratch.filtered[j * half + i] =
          scratch.half[j * half + i] * static_cast<float>(value * scale);
    }
  }
  fft_.backward(scratch.filtered.data(), scratch.result.data());
}

void Optics::transfer(Scratch& scratch, double defocus_angstrom, double slope_angstrom, double dose,
                      float* image) const {
  fft_.forward(scratch.real.data(), scratch.half.data());
  const auto cut = [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t y = 0; y < rows_; ++y)
      std::copy(scratch.result.data() + y * padded_width_ + first,
                scratch.result.data() + y * padded_width_ + last, image + y * width_ + first);
  };
  // Strips across which the defocus changes by at most 400 Å; each is cut from an image filtered at
  // its middle.
  const double change = options_.with_ctf && options_.ctf.gradient
                            ? std::abs(slope_angstrom) * static_cast<double>(width_)
                            : 0;
  const auto strips =
      std::clamp<std::int64_t>(static_cast<std::int64_t>(std::ceil(change / 400)), 1, width_);
  for (std::int64_t i = 0; i < strips; ++i) {
    const std::int64_t first = i * width_ / strips, last = (i + 1) * width_ / strips;
    const double from_centre =
        0.5 * static_cast<double>(first + last - 1) - static_cast<double>(width_ / 2);
    filter(scratch,
           strips == 1 ? defocus_angstrom : defocus_angstrom + slope_angstrom * from_centre, dose);
    cut(first, last);
  }
}

}  // namespace dfe::simulate
