// SPDX-License-Identifier: Apache-2.0
// A graph whose ops are planned on a backend: kernels chosen, weights packed. Volumes of any depth
// and height, and up to a certain width, can stream through it.
#pragma once

#include <memory>
#include <vector>

#include "engine/schedule.hpp"
#include "kernels/backend.hpp"

namespace dfe {

class Network {
 public:
  /// Throws `Error` where the weights do not fit the graph or the backend has no kernel for an op.
  /// `widest` is the largest padded width.
  Network(const Graph& graph, const Weights& weights, Backend& backend, std::int64_t widest);

  /// Takes over other weights; kernels and memory stay. Throws as the constructor does where they
  /// do not fit the graph, and then keeps those it has.
  void set_weights(const Weights& weights);

  const Graph& graph() const { return graph_; }
  Backend& backend() const { return *backend_; }
  std::size_t bytes() const;

  /// The planned op of graph().ops[index]; the last one is the head and stands alone.
  PlannedOp& op(int index) const { return *ops_[static_cast<std::size_t>(index)]; }
  PlannedHead& head() const { return *head_; }

  /// Slabs of results that the head may owe at once, at least 1.
  std::size_t results_in_flight() const;
  /// Memory that the ops share while `slab_planes` planes of `extent` are computed at once; the
  /// greatest need of any.
  std::size_t workspace_bytes(const Extent3& extent, std::int64_t slab_planes) const;

  /// Blocks of outputs that each op computes at once, head last (one voxel).
  std::vector<Extent3> grids() const;
  /// Their planes: what plan_schedule wants.
  std::vector<PlaneGroup> plane_groups() const;

 private:
  Graph graph_;
  Backend* backend_;
  std::vector<std::unique_ptr<PlannedOp>> ops_;
  std::unique_ptr<PlannedHead> head_;
};

}  // namespace dfe
