// SPDX-License-Identifier: Apache-2.0
// Fourier shell correlation of two maps. docs/design/average.md compares the ways in which programs
// cut shells.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "dfengine/volume.hpp"

namespace dfe::average {

/// Which coefficients shell s has. |k| is in steps of the transform, 1 / n of a cycle per voxel.
enum class ShellRule {
  Nearest,  ///< s - 1/2 <= |k| < s + 1/2: RELION
  Floor,    ///< s <= |k| < s + 1: acryo with frequency steps of 1 / n
  Ceiling,  ///< s - 1 <= |k| < s: cryoCAT, whose shell 0 is empty
};

/// Values of the shells 0 to floor(n / 2).
struct ShellCorrelation {
  /// Re Σ A B* / √(Σ |A|² Σ |B|²), between -1 and 1; 0 where one of the maps has no power.
  std::vector<double> correlation;
  /// Pairs k, -k: how many independent complex numbers the shell has.
  std::vector<std::int64_t> pairs;
};

/// Throws a usage `Error` unless both boxes are cubic, of one size and of at least 4 voxels, and
/// for values that are not finite. Source: Harauz and van Heel, Optik 73 (1986) 146.
ShellCorrelation shell_correlation(VolumeView<const float> a, VolumeView<const float> b,
                                   ShellRule rule = ShellRule::Nearest);

/// Where the correlation falls below `threshold` for the first time, in shells, between two shells
/// by linear interpolation; shell 0 counts as 1. Nothing where it never does.
std::optional<double> crossing(const std::vector<double>& correlation, double threshold);

/// The resolution in Å: n · voxel size / crossing, and 2 · voxel size where the correlation stays
/// above the threshold.
double resolution_angstrom(const std::vector<double>& correlation, double threshold,
                           std::int64_t box, double voxel_angstrom);

}  // namespace dfe::average
