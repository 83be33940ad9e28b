// SPDX-License-Identifier: Apache-2.0
// Runs one op on one backend from plain (D, H, W, C) arrays to plain arrays, so that tests compare backends without knowing layouts.
#pragma once

#include <vector>

#include "kernels/tensor.hpp"

namespace dfe::test {

using Floats = std::vector<float>;

inline std::int64_t elements(Extent3 e, std::int64_t channels) { return e.voxels() * channels; }

/// Runs planes [z_begin, z_end) in pieces of `slab`, so that the same op can be run whole or in parts.
template <class Op>
Floats run_op(Backend& backend, Op& op, const std::vector<std::pair<const Floats*, std::int64_t>>& inputs, Extent3 in, Extent3 out,
              std::int64_t out_channels, std::int64_t slab) {
  std::vector<Tensor> tensors;
  std::vector<PlaneBuffer> buffers;
  for (const auto& [values, channels] : inputs) {
    tensors.emplace_back(backend, in, channels);
    buffers.push_back(tensors.back().buffer());
  }
  Tensor y(backend, out, out_channels);
  for (std::int64_t z = 0; z < out.z; z += slab) op.prepare(y.buffer(), buffers, z, std::min(z + slab, out.z));
  for (std::size_t i = 0; i < inputs.size(); ++i) tensors[i].store(inputs[i].first->data());  // preparing may overwrite
  for (std::int64_t z = 0; z < out.z; z += slab) op.run(y.buffer(), buffers, z, std::min(z + slab, out.z));
  Floats result(static_cast<std::size_t>(elements(out, out_channels)));
  y.load(result.data());
  return result;
}

inline Floats run_conv3d(Backend& backend, const Conv3dDesc& op, const LayerWeights& w, const Floats& x0, const Floats& x1, Extent3 extent,
                         std::int64_t slab) {
  const auto planned = backend.plan(op, w, extent.x);
  std::vector<std::pair<const Floats*, std::int64_t>> inputs{{&x0, op.c0}};
  if (op.c1 > 0) inputs.emplace_back(&x1, op.c1);
  return run_op(backend, *planned, inputs, extent, extent, op.co, slab);
}

inline Floats run_up_conv(Backend& backend, const UpConvDesc& op, const LayerWeights& w, const Floats& x, Extent3 extent,
                          std::int64_t slab) {
  const auto planned = backend.plan(op, w, 2 * extent.x);
  return run_op(backend, *planned, {{&x, op.ci}}, extent, {2 * extent.z, 2 * extent.y, 2 * extent.x}, op.co, slab);
}

inline Floats run_max_pool(Backend& backend, const MaxPoolDesc& op, const Floats& x, Extent3 extent, std::int64_t slab) {
  const auto planned = backend.plan(op);
  return run_op(backend, *planned, {{&x, op.channels}}, {2 * extent.z, 2 * extent.y, 2 * extent.x}, extent, op.channels, slab);
}

struct HeadResult {
  std::vector<std::uint8_t> labels;
  Floats scores;  ///< (z, class, y, x)
};

inline HeadResult run_head(Backend& backend, const HeadDesc& op, const LayerWeights& w, const Floats& x, Extent3 extent, std::int64_t slab,
                           bool with_scores = true) {
  const auto planned = backend.plan(op, w, extent.x);
  Tensor in(backend, extent, op.ci);
  in.store(x.data());
  const std::int64_t plane = extent.y * extent.x;
  HeadResult result{std::vector<std::uint8_t>(static_cast<std::size_t>(extent.voxels())),
                    Floats(static_cast<std::size_t>(extent.voxels() * op.classes))};
  for (std::int64_t z = 0; z < extent.z; z += slab) {
    if (planned->in_flight() > 0 && z > slab) planned->finish();  // one stays in flight
    planned->run({result.labels.data() + z * plane, with_scores ? result.scores.data() + z * op.classes * plane : nullptr}, in.buffer(), z,
                 std::min(z + slab, extent.z));
  }
  if (planned->in_flight() > 0)
    for (std::int64_t left = std::min<std::int64_t>((extent.z + slab - 1) / slab, 2); left > 0; --left) planned->finish();
  return result;
}

}  // namespace dfe::test
