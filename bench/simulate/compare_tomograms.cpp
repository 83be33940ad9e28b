// SPDX-License-Identifier: Apache-2.0
// Simulated tomograms beside real ones: radial amplitude spectrum inside and outside the missing
// wedge, histogram of intensities, sizes of the labelled objects by class. Draws PREFIX.png and
// prints the numbers.
//   compare_tomograms PREFIX TILT_RANGE_DEG REAL:TARGET... -- SIMULATED:TARGET...
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <numbers>
#include <string>
#include <vector>

#include "commands/report/charts.hpp"
#include "core/math/fft.hpp"
#include "io/atomic_file.hpp"
#include "io/volume.hpp"

using namespace dfe;

namespace {

constexpr int kShells = 40;  // up to Nyquist
constexpr int kBins = 80;    // from -4 to 4 standard deviations
constexpr int kClasses = 16;

/// Sums over the tomograms of one side.
struct Profile {
  std::array<double, kShells> power_in{}, power_out{}, count_in{}, count_out{};
  std::array<double, kBins> histogram{};
  std::array<double, kClasses> voxels{}, objects{}, intensity{};
  double mean_square = 0;
  int tomograms = 0;
};

void add_spectrum(const Volume<float>& v, double range_deg, Profile& p) {
  const Extent3 n = v.extent();
  const math::RealFft fft("compare", {n.z, n.y, n.x});
  math::FftBuffer<float> real(fft.real_size());
  math::FftBuffer<math::Complex> half(fft.half_size());
  double mean = 0, square = 0;
  for (const float x : v.span()) mean += x, square += static_cast<double>(x) * x;
  mean /= static_cast<double>(v.voxels());
  const double variance = square / static_cast<double>(v.voxels()) - mean * mean;
  for (std::int64_t i = 0; i < v.voxels(); ++i)
    real[i] = static_cast<float>((v.data()[i] - mean) / std::sqrt(variance));
  fft.forward(real.data(), half.data());
  const std::int64_t width = n.x / 2 + 1;
  const auto frequency = [](std::int64_t i, std::int64_t size) {
    return static_cast<double>(i <= size / 2 ? i : i - size) / static_cast<double>(size);
  };
  for (std::int64_t z = 0; z < n.z; ++z)
    for (std::int64_t y = 0; y < n.y; ++y)
      for (std::int64_t x = 0; x < width; ++x) {
        const double fz = frequency(z, n.z), fy = frequency(y, n.y), fx = frequency(x, n.x);
        const double r = std::sqrt(fz * fz + fy * fy + fx * fx);
        const auto shell = static_cast<std::size_t>(r * 2 * kShells);
        if (shell >= kShells || std::abs(fy) > 0.7 * r)
          continue;  // away from the tilt axis, where the wedge is thin
        const double angle = std::atan2(std::abs(fz), std::abs(fx)) * 180 / std::numbers::pi;
        const double power =
            std::norm(half[(z * n.y + y) * width + x]) / static_cast<double>(v.voxels());
        if (angle < range_deg - 3) p.power_in[shell] += power, p.count_in[shell] += 1;
        if (angle > range_deg + 3) p.power_out[shell] += power, p.count_out[shell] += 1;
      }
}

void add_voxels(const Volume<float>& v, const LabelMap& target, Profile& p) {
  double mean = 0, square = 0;
  for (const float x : v.span()) mean += x, square += static_cast<double>(x) * x;
  mean /= static_cast<double>(v.voxels());
  const double sigma = std::sqrt(square / static_cast<double>(v.voxels()) - mean * mean);
  for (std::int64_t i = 0; i < v.voxels(); ++i) {
    const double value = (v.data()[i] - mean) / sigma;
    const int bin = static_cast<int>(std::floor((value + 4) * kBins / 8));
    if (bin >= 0 && bin < kBins)
      p.histogram[static_cast<std::size_t>(bin)] += 8.0 / 8 / static_cast<double>(v.voxels());
    const auto label = static_cast<std::size_t>(target.labels.data()[i]);
    if (label < kClasses) p.voxels[label] += 1, p.intensity[label] += value;
  }
}

/// Objects by class: connected voxels of one label (6 neighbours), specks under 50 voxels left out.
void add_objects(const LabelMap& target, Profile& p) {
  const Extent3 n = target.labels.extent();
  std::vector<char> seen(static_cast<std::size_t>(n.voxels()), 0);
  std::vector<std::int64_t> stack;
  const std::uint8_t* const labels = target.labels.data();
  for (std::int64_t start = 0; start < n.voxels(); ++start) {
    if (labels[start] == 0 || labels[start] >= kClasses || seen[static_cast<std::size_t>(start)])
      continue;
    std::int64_t size = 0;
    stack.assign(1, start);
    seen[static_cast<std::size_t>(start)] = 1;
    while (!stack.empty()) {
      const std::int64_t at = stack.back();
      stack.pop_back();
      ++size;
      const std::int64_t z = at / (n.y * n.x), y = at / n.x % n.y, x = at % n.x;
      const auto visit = [&](bool inside, std::int64_t next) {
        if (!inside || seen[static_cast<std::size_t>(next)] || labels[next] != labels[start])
          return;
        seen[static_cast<std::size_t>(next)] = 1;
        stack.push_back(next);
      };
      visit(z > 0, at - n.y * n.x), visit(z + 1 < n.z, at + n.y * n.x), visit(y > 0, at - n.x),
          visit(y + 1 < n.y, at + n.x);
      visit(x > 0, at - 1), visit(x + 1 < n.x, at + 1);
    }
    if (size >= 50) p.objects[labels[start]] += 1;
  }
}

void add(const std::string& pair, double range_deg, Profile& p) {
  const std::size_t colon = pair.find(':');
  if (colon == std::string::npos)
    throw Error(ErrorKind::Usage, "compare", pair, "has no colon", "give TOMOGRAM:TARGET");
  const Volume<float> v = io::read_volume(*io::open_volume(pair.substr(0, colon)));
  const LabelMap target = io::read_labels(pair.substr(colon + 1));
  if (target.labels.extent() != v.extent())
    throw Error("compare", pair, "tomogram and target differ in size",
                "give those that belong together");
  add_spectrum(v, range_deg, p);
  add_voxels(v, target, p);
  add_objects(target, p);
  ++p.tomograms;
}

using Sides = std::array<Profile, 2>;
const std::array<const char*, 2> kNames{"real", "simulated"};

/// The sides that the arguments name, sums divided by what was counted.
Sides read_sides(int argc, char** argv, double range_deg) {
  Sides sides;
  std::size_t side = 0;
  for (int i = 3; i < argc; ++i) {
    if (std::string(argv[i]) == "--")
      side = 1;
    else
      add(argv[i], range_deg, sides[side]);
  }
  for (Profile& p : sides)
    for (std::size_t k = 0; k < kShells; ++k) {
      p.power_in[k] /= std::max(p.count_in[k], 1.0);
      p.power_out[k] /= std::max(p.count_out[k], 1.0);
    }
  return sides;
}

double frequency_of(std::size_t shell) {
  return (static_cast<double>(shell) + 0.5) / (2 * kShells);
}

io::report::LineChart spectrum_of(const Sides& sides) {
  io::report::LineChart chart{
      "Amplitude spectrum", "cycles per voxel", "amplitude per standard deviation", {}, false, {}};
  std::printf("shell  real in  real out  simulated in  simulated out (power)\n");
  for (std::size_t s = 0; s < 2; ++s) {
    io::report::Series in{std::string(kNames[s]) + ", measured", {}, {}},
        out{std::string(kNames[s]) + ", wedge", {}, {}};
    for (std::size_t k = 0; k < kShells; ++k) {
      in.x.push_back(frequency_of(k)), in.y.push_back(std::sqrt(sides[s].power_in[k]));
      out.x.push_back(frequency_of(k)), out.y.push_back(std::sqrt(sides[s].power_out[k]));
    }
    chart.series.push_back(in);
    chart.series.push_back(out);
  }
  for (std::size_t k = 0; k < kShells; ++k)
    std::printf("%.4f %9.4f %9.5f %9.4f %9.5f\n", frequency_of(k), sides[0].power_in[k],
                sides[0].power_out[k], sides[1].power_in[k], sides[1].power_out[k]);
  return chart;
}

io::report::LineChart histogram_of(const Sides& sides) {
  io::report::LineChart chart{
      "Intensities", "standard deviations from the mean", "share per tenth", {}, false, {}};
  for (std::size_t s = 0; s < 2; ++s) {
    io::report::Series series{kNames[s], {}, {}};
    for (std::size_t b = 0; b < kBins; ++b) {
      series.x.push_back(-4 + (static_cast<double>(b) + 0.5) * 8 / kBins);
      series.y.push_back(sides[s].histogram[b] / std::max(sides[s].tomograms, 1));
    }
    chart.series.push_back(series);
  }
  return chart;
}

io::report::BarChart sizes_of(const Sides& sides) {
  io::report::BarChart chart{
      "Object sizes by class: real, simulated", "class", "voxels", {}, {}, {}, {}, false};
  std::printf("class  voxels per object: real, simulated; mean intensity: real, simulated\n");
  for (std::size_t c = 1; c < kClasses; ++c) {
    if (sides[0].objects[c] + sides[1].objects[c] == 0) continue;
    std::array<double, 2> size{};
    for (std::size_t s = 0; s < 2; ++s) {
      size[s] = sides[s].voxels[c] / std::max(sides[s].objects[c], 1.0);
      chart.names.push_back(std::to_string(c) + (s == 0 ? " real" : " sim"));
      chart.values.push_back(size[s]);
    }
    std::printf("%zu %8.0f %8.0f %8.3f %8.3f\n", c, size[0], size[1],
                sides[0].intensity[c] / std::max(sides[0].voxels[c], 1.0),
                sides[1].intensity[c] / std::max(sides[1].voxels[c], 1.0));
  }
  return chart;
}

void run(int argc, char** argv) {
  if (argc < 6)
    throw Error(ErrorKind::Usage, "compare", "", "too few arguments",
                "compare_tomograms PREFIX RANGE REAL:TARGET... -- SIMULATED:TARGET...");
  const Sides sides = read_sides(argc, argv, std::atof(argv[2]));
  const io::report::Image spectrum = draw(spectrum_of(sides)),
                          histogram = draw(histogram_of(sides)), sizes = draw(sizes_of(sides));
  io::write_text_file(std::string(argv[1]) + ".png",
                      io::report::encode_png(io::report::stacked({spectrum, histogram, sizes})));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "compare_tomograms: %s\n", error.what());
    return 1;
  }
}
