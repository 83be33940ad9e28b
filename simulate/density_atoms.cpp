// SPDX-License-Identifier: Apache-2.0
// An object from its atoms. Each Gaussian of an atom's potential is integrated over the fine voxels
// in closed form (error functions), so that sharp ones lose nothing; the water an atom displaces is
// one Gaussian with the atom's volume.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "simulate/density.hpp"

namespace dfe {

namespace {

// V(r) = kPotential · Σ a (4π/b)^(3/2) exp(-4π²r²/b): h²/(2π m e) in V·Å². Source: Peng, Micron 30
// (1999) 625.
constexpr double kPotential = 47.87801;
// Mean inner potential of water at the density of vitreous ice (0.93 g/cm³), V: 4.53 V at 1 g/cm³
// by the same scattering factors.
constexpr double kIce = 4.5301 * 0.93;
// Volume per mass of protein at 1.35 g/cm³, Å³ per dalton.
constexpr double kVolumePerDalton = 1.0 / (1.35 * 0.602214);
// Hydrogens per carbon where a file has none: between protein (1.6) and RNA (1.2).
constexpr double kHydrogensPerCarbon = 1.5;
// International Tables C, 4.3.2.2.
constexpr ScatteringFactor kHydrogen{
    {0.0349, 0.1201, 0.197, 0.0573, 0.1195}, {0.5347, 3.5867, 12.3471, 18.9525, 38.6269}, 1.008};

struct Gaussian {
  double weight;  // V·Å³, its integral
  double sigma;   // Å
};

/// Shares of a unit Gaussian that fall into voxels first .. first + shares.size() - 1 of an axis.
void axis_shares(double position_voxels, double sigma_voxels, std::int64_t& first,
                 std::vector<double>& shares) {
  const double reach = 3.5 * sigma_voxels + 0.5;
  first = static_cast<std::int64_t>(std::floor(position_voxels - reach + 0.5));
  const std::int64_t last = static_cast<std::int64_t>(std::floor(position_voxels + reach + 0.5));
  shares.clear();
  const auto below = [&](double edge) {
    return 0.5 * std::erf((edge - position_voxels) / (sigma_voxels * std::numbers::sqrt2));
  };
  double before =
      -0.5;  // all that lies below the first voxel is counted into it, so that the shares sum to 1
  for (std::int64_t i = first; i <= last; ++i) {
    const double upto = i == last ? 0.5 : below(static_cast<double>(i) + 0.5);
    shares.push_back(upto - before);
    before = upto;
  }
}

class AtomPainter {
 public:
  AtomPainter(Volume<float>& grid, double edge_angstrom) : grid_(grid), edge_(edge_angstrom) {}

  void add(const Gaussian& g, Point3 position_angstrom) {
    const std::int64_t n = grid_.extent().x;
    const double centre = static_cast<double>(n / 2), sigma = std::max(g.sigma / edge_, 1e-3);
    axis_shares(position_angstrom.z / edge_ + centre, sigma, z0_, z_);
    axis_shares(position_angstrom.y / edge_ + centre, sigma, y0_, y_);
    axis_shares(position_angstrom.x / edge_ + centre, sigma, x0_, x_);
    const double value = g.weight / (edge_ * edge_ * edge_);
    for (std::size_t k = 0; k < z_.size(); ++k)
      for (std::size_t j = 0; j < y_.size(); ++j)
        for (std::size_t i = 0; i < x_.size(); ++i) {
          const std::int64_t z = z0_ + static_cast<std::int64_t>(k),
                             y = y0_ + static_cast<std::int64_t>(j),
                             x = x0_ + static_cast<std::int64_t>(i);
          if (z < 0 || y < 0 || x < 0 || z >= n || y >= n || x >= n) continue;
          grid_(z, y, x) += static_cast<float>(value * z_[k] * y_[j] * x_[i]);
        }
  }

 private:
  Volume<float>& grid_;
  double edge_;
  std::int64_t z0_ = 0, y0_ = 0, x0_ = 0;
  std::vector<double> z_, y_, x_;
};

/// The Gaussians of one atom. Sharp ones are joined where the grid cannot tell them apart (all
/// below a quarter voxel).
std::vector<Gaussian> gaussians(const ScatteringFactor& factor, double b_factor,
                                double extra_hydrogens, double edge_angstrom) {
  std::vector<Gaussian> all;
  Gaussian sharp{0, edge_angstrom / 4};
  const auto add = [&](const ScatteringFactor& f, double count) {
    for (std::size_t i = 0; i < f.a.size(); ++i) {
      const double weight = count * kPotential * f.a[i];
      const double sigma =
          std::sqrt((f.b[i] + b_factor) / (8 * std::numbers::pi * std::numbers::pi));
      if (sigma <= sharp.sigma)
        sharp.weight += weight;
      else if (weight != 0)
        all.push_back({weight, sigma});
    }
  };
  add(factor, 1);
  if (extra_hydrogens > 0) add(kHydrogen, extra_hydrogens);
  const double volume =
      (factor.mass_dalton + extra_hydrogens * kHydrogen.mass_dalton) * kVolumePerDalton;
  // exp(-π r² / v^(2/3)) holds the volume v: sigma² = v^(2/3) / 2π.
  all.push_back({-kIce * volume, std::cbrt(volume) / std::sqrt(2 * std::numbers::pi)});
  if (sharp.weight != 0) all.push_back(sharp);
  return all;
}

bool is_hydrogen(const ScatteringFactor& f) { return f.mass_dalton < 2.5; }
bool is_carbon(const ScatteringFactor& f) { return f.mass_dalton > 11.5 && f.mass_dalton < 12.5; }

}  // namespace

ObjectDensity structure_density(const Structure& structure, const DensityOptions& options,
                                std::string_view object) {
  if (structure.atoms.empty())
    throw Error("simulate", object, "has no atoms", "give a PDB or mmCIF file with coordinates");
  double mass = 0, hydrogens = 0;
  Point3 centre;
  for (const Structure::Atom& atom : structure.atoms) {
    const ScatteringFactor& factor = structure.factors.at(static_cast<std::size_t>(atom.factor));
    const double m = factor.mass_dalton * atom.occupancy;
    mass += m;
    hydrogens += is_hydrogen(factor) ? 1 : 0;
    centre.z += m * atom.position_angstrom.z, centre.y += m * atom.position_angstrom.y,
        centre.x += m * atom.position_angstrom.x;
  }
  if (!(mass > 0) || !std::isfinite(mass))
    throw Error("simulate", object, "its atoms have no mass",
                "give a PDB or mmCIF file of a molecule");
  centre = {centre.z / mass, centre.y / mass, centre.x / mass};
  double reach = 0;
  for (const Structure::Atom& atom : structure.atoms) {
    const Point3 p = atom.position_angstrom;
    reach = std::max(reach, std::hypot(p.z - centre.z, p.y - centre.y, p.x - centre.x));
  }
  const simulate::FineCube cube = simulate::plan_cube(reach + 3, 3.5, options, object);
  const double edge = cube.edge_angstrom(options.voxel_size_angstrom);
  const bool add_hydrogens = hydrogens < 0.05 * static_cast<double>(structure.atoms.size());

  Volume<float> fine(Extent3{cube.fine(), cube.fine(), cube.fine()}, 0);
  AtomPainter painter(fine, edge);
  for (const Structure::Atom& atom : structure.atoms) {
    const ScatteringFactor& factor = structure.factors[static_cast<std::size_t>(atom.factor)];
    const double extra = add_hydrogens && is_carbon(factor) ? kHydrogensPerCarbon : 0;
    const Point3 p = atom.position_angstrom;
    for (Gaussian g : gaussians(factor, std::clamp(atom.b_factor, 0.0, 300.0), extra, edge)) {
      g.weight *= atom.occupancy;
      painter.add(g, {p.z - centre.z, p.y - centre.y, p.x - centre.x});
    }
  }
  return simulate::finish_density(fine.view(), cube, options, object);
}

}  // namespace dfe
