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
    Floats box, plane, mask_box;
    std::vector<float> values, mask;
  };
  Workspace workspace() const;

  const Box3& support() const { return support_; }
  bool turns_mask() const { return turns_mask_; }
  /// The mask within the support, unturned.
  const std::vector<float>& mask() const { return mask_; }
  /// Floats that `make` writes: two templates, and two masks if they turn.
  std::int64_t made_floats() const { return (turns_mask_ ? 4 : 2) * support_.extent.voxels(); }

  /// Writes, over the support, m · (t - mean) / (standard deviation · Σ m) · factor for both
  /// orientations, then m / Σ m · factor for both if masks turn.
  void make(const Rotation& first, const Rotation& second, double factor, Workspace& work,
            float* out) const;

 private:
  /// One part of a box, (z, y, x) turned; `values` with the border that the interpolation needs.
  void turn(const std::vector<float>& values, const Rotation& r, float* out) const;
  void turn_trilinear(const std::vector<float>& values, const Rotation& r, float* out) const;
  /// Multiplies the Fourier coefficients of both templates by the weights.
  void weigh(Workspace& work) const;
  /// What a box has over the support.
  void cut(const float* box, std::vector<float>& values) const;
  void normalize(const std::vector<float>& mask, const std::vector<float>& values, double factor,
                 float* out) const;

  const FourierKernels& kernels_;
  Interpolation interpolation_;
  Normalization normalization_;
  Extent3 n_;
  std::int64_t x_blocks_, y_blocks_, z_step_;
  FourierTransform z_, y_, x_;
  bool turns_mask_;
  std::vector<float> values_;       ///< spline coefficients with their border, or voxels
  std::vector<float> mask_values_;  ///< of a mask that turns
  std::vector<std::int64_t> y_place_;
  Floats weights_;  ///< (z, x block, y, 16) in the order of the transforms; empty: none
  Box3 support_;
  std::vector<float> mask_;
};

}  // namespace dfe::match
