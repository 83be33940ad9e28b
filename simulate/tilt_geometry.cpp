// SPDX-License-Identifier: Apache-2.0
// Projection, back-projection and ramp. Each job copies its block of rows into memory where the 16
// rows of a place lie side by side, with zeros around, and then only adds multiples of such groups
// of 16: the loop that takes the time (add_taps) has neither gathers nor cases. docs/simulate.md
// says what the geometry is checked against.
#include "simulate/tilt_geometry.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/math/fft.hpp"

namespace dfe::simulate {

namespace {

constexpr std::int64_t kPad = 2;  // samples of 0 around: interpolation needs no case at the edges

/// out[r] += Σ w[t] · in[t · stride + r] over the rows of a block.
inline void add_taps(float* __restrict out, const float* __restrict in, std::int64_t stride,
                     const std::array<float, 4>& w, bool cubic) {
  const float* const a = in + stride;
  const float* const b = in + 2 * stride;
  if (!cubic) {
    for (std::int64_t r = 0; r < kRows; ++r) out[r] += w[1] * a[r] + w[2] * b[r];
    return;
  }
  const float* const c = in + 3 * stride;
  for (std::int64_t r = 0; r < kRows; ++r)
    out[r] += (w[0] * in[r] + w[1] * a[r]) + (w[2] * b[r] + w[3] * c[r]);
}

/// First and last index whose place start + i · step lies in [low, high]; clipped to [0, count).
void range_within(double start, double step, double low, double high, std::int64_t count,
                  std::int64_t& first, std::int64_t& last) {
  double a = (low - start) / step, b = (high - start) / step;
  if (a > b) std::swap(a, b);
  const double limit = static_cast<double>(count);
  first = static_cast<std::int64_t>(std::ceil(std::clamp(a, 0.0, limit)));
  last = static_cast<std::int64_t>(std::floor(std::clamp(b, -1.0, limit - 1)));
}

}  // namespace

std::int64_t covering_width(const Extent3& extent, const std::vector<double>& tilts_deg) {
  double widest = 0;
  for (const double tilt : tilts_deg) {
    const double a = tilt * std::numbers::pi / 180;
    widest = std::max(widest, static_cast<double>(extent.x) * std::abs(std::cos(a)) +
                                  static_cast<double>(extent.z) * std::abs(std::sin(a)));
  }
  const auto width = static_cast<std::int64_t>(std::ceil(widest)) + 4;
  return width + width % 2;
}

void project(VolumeView<const float> volume, const std::vector<View>& views,
             Interpolation interpolation, ImageStack& images, ThreadPool& pool) {
  const Extent3 n = volume.extent;
  const std::int64_t width = images.width, padded_x = n.x + 2 * kPad, padded_z = n.z + 2 * kPad;
  const bool cubic = interpolation == Interpolation::Cubic;
  const double cx = static_cast<double>(n.x / 2), cz = static_cast<double>(n.z / 2),
               cu = static_cast<double>(width / 2);
  struct Scratch {
    std::vector<float> block, line;
  };
  std::vector<Scratch> scratch(static_cast<std::size_t>(pool.threads()));
  parallel_for(pool, 0, n.y, kRows, [&](std::int64_t first_row, std::int64_t last_row, int worker) {
    Scratch& s = scratch[static_cast<std::size_t>(worker)];
    s.block.assign(static_cast<std::size_t>(padded_z * padded_x * kRows), 0.0f);
    s.line.resize(static_cast<std::size_t>(width * kRows));
    for (std::int64_t z = 0; z < n.z; ++z)
      for (std::int64_t y = first_row; y < last_row; ++y) {
        const float* const row = volume.plane(z) + y * n.x;
        float* const out =
            s.block.data() + ((z + kPad) * padded_x + kPad) * kRows + (y - first_row);
        for (std::int64_t x = 0; x < n.x; ++x) out[x * kRows] = row[x];
      }
    for (std::size_t v = 0; v < views.size(); ++v) {
      const View& view = views[v];
      std::fill(s.line.begin(), s.line.end(), 0.0f);
      const bool along_z = std::abs(view.cosine) >= std::abs(view.sine);
      const double divisor = along_z ? view.cosine : view.sine,
                   other = along_z ? view.sine : view.cosine;
      const std::int64_t planes = along_z ? n.z : n.x, samples = along_z ? n.x : n.z;
      const double plane_centre = along_z ? cz : cx, sample_centre = along_z ? cx : cz;
      const std::int64_t sample_stride = (along_z ? 1 : padded_x) * kRows,
                         plane_stride = (along_z ? padded_x : 1) * kRows;
      const auto length = static_cast<float>(1 / std::abs(divisor));
      for (std::int64_t p = 0; p < planes; ++p) {
        // Place of the ray of pixel u in this plane: start + u · step.
        const double step = 1 / divisor;
        const double start =
            sample_centre +
            (-cu - view.shift_x - (static_cast<double>(p) - plane_centre) * other) / divisor;
        std::int64_t first, last;
        range_within(start, step, -0.999999, static_cast<double>(samples) - 0.000001, width, first,
                     last);
        const float* const plane = s.block.data() + (p + kPad) * plane_stride;
        for (std::int64_t u = first; u <= last; ++u) {
          const double place = start + static_cast<double>(u) * step, floor = std::floor(place);
          std::array<float, 4> w = taps(interpolation, static_cast<float>(place - floor));
          for (float& weight : w) weight *= length;
          add_taps(s.line.data() + u * kRows,
                   plane + (static_cast<std::int64_t>(floor) - 1 + kPad) * sample_stride,
                   sample_stride, w, cubic);
        }
      }
      for (std::int64_t y = first_row; y < last_row; ++y) {
        float* const out = images.image(static_cast<std::int64_t>(v)) + y * width;
        for (std::int64_t u = 0; u < width; ++u)
          out[u] = s.line[static_cast<std::size_t>(u * kRows + y - first_row)];
      }
    }
  });
}

void back_project(const ImageStack& images, const std::vector<View>& views,
                  Interpolation interpolation, float weight, VolumeView<float> volume,
                  ThreadPool& pool) {
  const Extent3 n = volume.extent;
  const std::int64_t width = images.width, padded = width + 2 * kPad + 2;
  const bool cubic = interpolation == Interpolation::Cubic;
  const double cx = static_cast<double>(n.x / 2), cz = static_cast<double>(n.z / 2),
               cu = static_cast<double>(width / 2);
  struct Scratch {
    std::vector<float> lines, row;
  };
  std::vector<Scratch> scratch(static_cast<std::size_t>(pool.threads()));
  parallel_for(pool, 0, n.y, kRows, [&](std::int64_t first_row, std::int64_t last_row, int worker) {
    Scratch& s = scratch[static_cast<std::size_t>(worker)];
    s.lines.assign(views.size() * static_cast<std::size_t>(padded * kRows), 0.0f);
    s.row.resize(static_cast<std::size_t>(n.x * kRows));
    for (std::size_t v = 0; v < views.size(); ++v)
      for (std::int64_t y = first_row; y < last_row; ++y) {
        const float* const in = images.image(static_cast<std::int64_t>(v)) + y * width;
        float* const out = s.lines.data() + (static_cast<std::int64_t>(v) * padded + kPad) * kRows +
                           (y - first_row);
        for (std::int64_t u = 0; u < width; ++u) out[u * kRows] = weight * in[u];
      }
    for (std::int64_t z = 0; z < n.z; ++z) {
      std::fill(s.row.begin(), s.row.end(), 0.0f);
      for (std::size_t v = 0; v < views.size(); ++v) {
        const View& view = views[v];
        const double start =
            cu + view.shift_x - cx * view.cosine + (static_cast<double>(z) - cz) * view.sine;
        std::int64_t first, last;
        if (std::abs(view.cosine) > 1e-12) {
          range_within(start, view.cosine, 0, static_cast<double>(width - 1), n.x, first, last);
        } else {
          const bool seen = start >= 0 && start <= static_cast<double>(width - 1);
          first = seen ? 0 : 1;
          last = seen ? n.x - 1 : 0;
        }
        const float* const line = s.lines.data() + static_cast<std::int64_t>(v) * padded * kRows;
        for (std::int64_t x = first; x <= last; ++x) {
          const double place = start + static_cast<double>(x) * view.cosine,
                       floor = std::floor(place);
          add_taps(s.row.data() + x * kRows,
                   line + (static_cast<std::int64_t>(floor) - 1 + kPad) * kRows, kRows,
                   taps(interpolation, static_cast<float>(place - floor)), cubic);
        }
      }
      for (std::int64_t y = first_row; y < last_row; ++y) {
        float* const out = volume.plane(z) + y * n.x;
        for (std::int64_t x = 0; x < n.x; ++x)
          out[x] = s.row[static_cast<std::size_t>(x * kRows + y - first_row)];
      }
    }
  });
}

void ramp_filter(ImageStack& images, ThreadPool& pool) {
  const std::int64_t width = images.width, n = math::fast_size(2 * width);
  const math::RealFft fft("simulate", {n});
  // The ramp's own impulse response, cut to where rows can reach each other: |k| sampled in Fourier
  // space would lose the mean. Source: Ramachandran and Lakshminarayanan, PNAS 68 (1971) 2236.
  math::FftBuffer<float> response(n);
  math::FftBuffer<math::Complex> ramp(n / 2 + 1);
  response[0] = 0.25f;
  for (std::int64_t i = 1; i < width; i += 2)
    response[i] = response[n - i] =
        static_cast<float>(-1 / (std::numbers::pi * std::numbers::pi * static_cast<double>(i) *
                                 static_cast<double>(i)));
  fft.forward(response.data(), ramp.data());
  struct Scratch {
    math::FftBuffer<float> real;
    math::FftBuffer<math::Complex> half;
  };
  std::vector<Scratch> scratch;
  for (int i = 0; i < pool.threads(); ++i)
    scratch.push_back({math::FftBuffer<float>(n), math::FftBuffer<math::Complex>(n / 2 + 1)});
  parallel_for(pool, 0, images.views * images.rows, 64,
               [&](std::int64_t first, std::int64_t last, int worker) {
                 const Scratch& s = scratch[static_cast<std::size_t>(worker)];
                 for (std::int64_t row = first; row < last; ++row) {
                   float* const values = images.values.data() + row * width;
                   std::copy_n(values, width, s.real.data());
                   std::fill_n(s.real.data() + width, n - width, 0.0f);
                   fft.forward(s.real.data(), s.half.data());
                   for (std::int64_t k = 0; k <= n / 2; ++k)
                     s.half[k] *= ramp[k].real() / static_cast<float>(n);
                   fft.backward(s.half.data(), s.real.data());
                   std::copy_n(s.real.data(), width, values);
                 }
               });
}

}  // namespace dfe::simulate
