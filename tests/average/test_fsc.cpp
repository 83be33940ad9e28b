// SPDX-License-Identifier: Apache-2.0
// Fourier shell correlation: other programs' values, and what statistics say of noise.
#include "average/fsc.hpp"

#include <array>
#include <cmath>
#include <limits>

#include "dfengine/error.hpp"
#include "tests/average/noise.hpp"
#include "tests/fixtures/catch.hpp"
#include "tests/match/hashed_volume.hpp"

namespace dfe::average {
namespace {

/// The block of 16 voxels at `begin` along each axis of a hashed volume of 32.
Volume<float> hashed_block(std::int64_t begin) {
  const Volume<float> whole = match::hashed_volume({32, 32, 32});
  Volume<float> block({16, 16, 16});
  for (std::int64_t z = 0; z < 16; ++z)
    for (std::int64_t y = 0; y < 16; ++y)
      for (std::int64_t x = 0; x < 16; ++x) block(z, y, x) = whole(begin + z, begin + y, begin + x);
  return block;
}

/// a + 0.7 · a one voxel further along z + c.
Volume<float> second_map(const Volume<float>& a, const Volume<float>& c) {
  Volume<float> b = sum_of(a, c);
  for (std::int64_t z = 0; z < 16; ++z)
    for (std::int64_t y = 0; y < 16; ++y)
      for (std::int64_t x = 0; x < 16; ++x) b(z, y, x) += 0.7F * a((z + 15) % 16, y, x);
  return b;
}

TEST_CASE("shells are those of RELION, acryo and cryoCAT, each by its name") {
  const Volume<float> a = hashed_block(0), b = second_map(a, hashed_block(16));
  const auto values = [&](ShellRule rule) {
    return shell_correlation(a.view(), b.view(), rule).correlation;
  };
  // Made by acryo 0.9.1 (frequency steps of 1 / 16), cryoCAT 0.7.1 and, for RELION's rule, NumPy.
  const std::array acryo{0.9999999999999999, 0.8237055776289932, 0.8488730831936271,
                         0.82407082938997,   0.7833153376055155, 0.7265868040636262,
                         0.7115304606309408, 0.6757961039735249, 0.6323061535774435};
  const std::array cryocat{0.9999999999999998, 0.8237055776289931, 0.8488730831936273,
                           0.8240708293899704, 0.7833153376055152, 0.7265868040636257,
                           0.7115304606309412, 0.6757961039735249};
  const std::array nearest{0.9999999999999999, 0.8196110920302351, 0.8400440090142094,
                           0.8435380076370924, 0.7878292516407631, 0.7434057591129821,
                           0.7352089655825119, 0.6879186434252149, 0.6417201103944704};
  for (std::size_t s = 0; s < 9; ++s) {
    CAPTURE(s);
    CHECK(values(ShellRule::Floor).at(s) == Approx(acryo.at(s)).margin(1e-6));
    CHECK(values(ShellRule::Nearest).at(s) == Approx(nearest.at(s)).margin(1e-6));
    if (s > 0) CHECK(values(ShellRule::Ceiling).at(s) == Approx(cryocat.at(s - 1)).margin(1e-6));
  }
  // cryoCAT's value is not a number where a shell is empty.
  CHECK(values(ShellRule::Ceiling).front() == 0);
}

TEST_CASE("a map correlates with itself, with its negative, and not with nothing") {
  for (const std::int64_t box : {4, 15, 16, 21}) {
    CAPTURE(box);
    const Volume<float> a = white_noise(box, 1);
    Volume<float> negative = a.clone();
    for (float& v : negative.span()) v *= -3;
    const Volume<float> nothing(a.extent(), 0.0F);
    CHECK(shell_correlation(a.view(), a.view()).correlation.size() ==
          static_cast<std::size_t>(box / 2 + 1));
    for (const double c : shell_correlation(a.view(), a.view()).correlation)
      CHECK(c == Approx(1).margin(1e-12));
    for (const double c : shell_correlation(a.view(), negative.view()).correlation)
      CHECK(c == Approx(-1).margin(1e-6));
    for (const double c : shell_correlation(a.view(), nothing.view()).correlation) CHECK(c == 0);
  }
}

TEST_CASE("a shell's pairs are those of the whole spectrum") {
  for (const std::int64_t box : {8, 9}) {
    const Volume<float> a = white_noise(box, 1);
    std::vector<std::int64_t> coefficients(static_cast<std::size_t>(box / 2 + 1)), pairs;
    for (std::int64_t z = 0; z < box; ++z)
      for (std::int64_t y = 0; y < box; ++y)
        for (std::int64_t x = 0; x < box; ++x) {
          const auto k = [&](std::int64_t i) {
            return static_cast<double>(2 * i < box ? i : i - box);
          };
          const auto shell = static_cast<std::size_t>(std::lround(std::hypot(k(z), k(y), k(x))));
          if (shell < coefficients.size()) ++coefficients[shell];
        }
    for (const std::int64_t n : coefficients) pairs.push_back((n + 1) / 2);
    CHECK(shell_correlation(a.view(), a.view()).pairs == pairs);
  }
}

/// The share of shells, of several seeds, whose correlation is within `errors` / √pairs of
/// `expected`.
double share_within(double signal, double expected, double errors) {
  int within = 0, all = 0;
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const Volume<float> s = white_noise(32, 3 * seed);
    const auto half = [&](std::uint64_t k) {
      return sum_of(white_noise(32, 3 * seed + k), s, static_cast<float>(std::sqrt(signal)));
    };
    const ShellCorrelation c = shell_correlation(half(1).view(), half(2).view());
    for (std::size_t i = 1; i < c.pairs.size(); ++i, ++all)
      within += std::abs(c.correlation[i] - expected) <=
                errors / std::sqrt(static_cast<double>(2 * c.pairs[i]));
  }
  return static_cast<double>(within) / all;
}

TEST_CASE("independent noise does not correlate, and a signal as its strength says") {
  // The error of a shell of n real and imaginary parts is at most 1 / √n.
  CHECK(share_within(0, 0, 3) >= 0.99);
  for (const double signal : {0.1, 1.0, 5.0}) {
    CAPTURE(signal);
    CHECK(share_within(signal, signal / (1 + signal), 3) >= 0.99);
  }
  // The bounds are no wider than they need to be: one error covers about two thirds.
  CHECK(share_within(0, 0, 1) == Approx(0.68).margin(0.1));
}

TEST_CASE("a resolution is where the correlation first falls below a threshold") {
  const std::vector<double> falling{1, 0.9, 0.5, 0.1, 0.2, 0};
  CHECK(crossing(falling, 0.3).value() == Approx(2.5));
  CHECK(crossing(falling, 0.143).value() == Approx(2 + (0.5 - 0.143) / 0.4));
  CHECK(!crossing({1, 0.9, 0.8}, 0.5));
  CHECK(crossing({1, 0}, 0.5).value() == Approx(0.5));
  CHECK(crossing({0, 0}, 0.5).value() == Approx(0.5));  // shell 0 is the mean: it counts as 1
  // 64 voxels of 13.68 Å, shell 20: 43.8 Å.
  std::vector<double> curve(33, 0.0);
  std::fill_n(curve.begin(), 20, 1.0);
  curve[20] = 0.143;
  CHECK(resolution_angstrom(curve, 0.143, 64, 13.68) == Approx(64 * 13.68 / 20));
  CHECK(resolution_angstrom(std::vector<double>(33, 1.0), 0.143, 64, 13.68) == 2 * 13.68);
}

TEST_CASE("maps that cannot be compared are refused") {
  const Volume<float> a = white_noise(8, 1), b = white_noise(9, 1);
  CHECK_THROWS_AS(shell_correlation(a.view(), b.view()), Error);
  const Volume<float> flat({8, 8, 4}, 1.0F), small({3, 3, 3}, 1.0F);
  CHECK_THROWS_AS(shell_correlation(flat.view(), flat.view()), Error);
  CHECK_THROWS_AS(shell_correlation(small.view(), small.view()), Error);
  for (const float bad : {std::nanf(""), std::numeric_limits<float>::infinity()}) {
    Volume<float> broken = a.clone();
    broken(1, 2, 3) = bad;
    CHECK_THROWS_AS(shell_correlation(a.view(), broken.view()), Error);
  }
}

}  // namespace
}  // namespace dfe::average
