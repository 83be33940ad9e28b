// SPDX-License-Identifier: Apache-2.0
// A template in one orientation after another, ready to be correlated: turned, weighted in Fourier
// space, normalized under the mask, cut to the mask. Two orientations share one complex transform.
#pragma once

#include <vector>

#include "dfengine/particle.hpp"
#include "kernels/fourier_transform.hpp"
#include "match/grid.hpp"
#include "match/match_template.hpp"

namespace dfe::match {

class TurnedTemplates {
 public:
  /// The template must have passed `check_template`.
  TurnedTemplates(const MatchTemplate& t, const FourierKernels& kernels);

  /// What one thread needs.
  struct Workspace {
    Floats box, plane;
    std::vector<float> values;
  };
  Workspace workspace() const;

  const Box3& support() const { return support_; }
  double mask_sum() const { return mask_sum_; }
  /// The mask within the support.
  const std::vector<float>& mask() const { return mask_; }

  /// Writes m · (t - mean) / (standard deviation · Σ m) · factor for both orientations, one after
  /// the other, over the support.
  void make(const Rotation& first, const Rotation& second, const double (&factors)[2],
            Workspace& work, float* out) const;

 private:
  void turn_cubic(const Rotation& r, float* out) const;
  void turn_trilinear(const Rotation& r, float* out) const;
  /// Multiplies the Fourier coefficients of both templates by the weights.
  void weigh(Workspace& work) const;
  void normalize(const float* box, double factor, std::vector<float>& values, float* out) const;

  const FourierKernels& kernels_;
  Interpolation interpolation_;
  Extent3 n_;
  std::int64_t x_blocks_, y_blocks_, z_step_;
  FourierTransform z_, y_, x_;
  std::vector<float> values_;  ///< spline coefficients with their border, or voxels
  std::vector<std::int64_t> y_place_;
  Floats weights_;  ///< (z, x block, y, 16) in the order of the transforms; empty: none
  Box3 support_;
  std::vector<float> mask_;
  double mask_sum_ = 0;
};

}  // namespace dfe::match
