// SPDX-License-Identifier: Apache-2.0
// Runs one op again and again, see the header. On a device that works while the host continues, a
// plane of the result is loaded to wait for what was queued.
#include "bench/gpu/layer_speed.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "core/overloaded.hpp"
#include "kernels/tensor.hpp"
#include "layers/op_facts.hpp"
#include "tests/fixtures/fill.hpp"

namespace dfe {
namespace {

using Clock = std::chrono::steady_clock;

/// What an op reads while it computes a slab.
struct SlabInputs {
  std::vector<Tensor> tensors;
  std::vector<PlaneBuffer> buffers;
};

/// The slab lies in the middle of a tensor three times as deep, of which only what it sees is in
/// memory.
SlabInputs slab_inputs(Backend& backend, const OpNode& node, const Graph& graph,
                       const Extent3& plane, std::int64_t planes) {
  SlabInputs inputs;
  for (const int t : node.inputs) {
    const TensorNode& tensor = graph.tensors[static_cast<std::size_t>(t)];
    const std::int64_t slab = std::max<std::int64_t>(planes >> tensor.level, 1), depth = 4 * slab;
    const Extent3 extent{depth, plane.y >> tensor.level, plane.x >> tensor.level};
    inputs.tensors.emplace_back(backend, extent, tensor.channels, std::min(depth, 2 * slab + 4));
    PlaneBuffer buffer = inputs.tensors.back().buffer();
    const std::vector<float> values = test::uniform_reals(extent.y * extent.x * tensor.channels, 5);
    for (std::int64_t z = 0; z < buffer.capacity; ++z)
      backend.store_plane(buffer, z, values.data());
    if (backend.contiguous_planes()) buffer.base = std::max<std::int64_t>(slab - 2, 0);
    inputs.buffers.push_back(buffer);
  }
  return inputs;
}

/// An op ready to compute planes [count, 2 count) of its result again and again.
struct SlabRun {
  std::string name;
  std::function<void()> run, wait;
  std::shared_ptr<Tensor> result;  ///< the memory it writes; null for the head
};

/// What is queued is waited for by loading a plane.
SlabRun slab_run(Backend& backend, const std::shared_ptr<PlannedOp>& op, const Extent3& out,
                 std::int64_t channels, std::span<const PlaneBuffer> x) {
  const std::int64_t begin = out.z / 4, end = 2 * begin;
  const auto y = std::make_shared<Tensor>(backend, out, channels, begin);
  op->prepare(y->buffer(), x, begin, end);
  PlaneBuffer buffer = y->buffer();
  if (backend.contiguous_planes()) buffer.base = begin;
  const auto plane =
      std::make_shared<std::vector<float>>(static_cast<std::size_t>(out.y * out.x * channels));
  return {op->name(), [=] { op->run(buffer, x, begin, end); },
          [=, &backend] { backend.load_plane(buffer, begin, plane->data()); }, y};
}

SlabRun slab_run(const std::shared_ptr<PlannedHead>& head, const Extent3& out,
                 const PlaneBuffer& x) {
  const std::int64_t begin = out.z / 4, end = 2 * begin;
  head->prepare(x, begin, end, false);
  const auto labels =
      std::make_shared<std::vector<std::uint8_t>>(static_cast<std::size_t>(begin * out.y * out.x));
  return {head->name(),
          [=] {
            head->run({labels->data(), nullptr}, x, begin, end);
            if (head->in_flight() > 0) head->finish();
          },
          [] {}, nullptr};
}

/// Seconds of one run, the middle one of three measurements that take about `seconds` each. The
/// difference between few and many runs is free of what waiting costs.
double seconds_of(const SlabRun& slab, double seconds) {
  const auto timed = [&](int runs) {
    const auto start = Clock::now();
    for (int i = 0; i < runs; ++i) slab.run();
    slab.wait();
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  timed(1);
  const double first = timed(1);
  const int many = 1 + std::max(2, static_cast<int>(std::min(seconds / first, 1000.0)));
  std::array<double, 3> results{};
  for (double& result : results) result = (timed(many) - timed(1)) / (many - 1);
  std::sort(results.begin(), results.end());
  return results[1];
}

}  // namespace

LayerSpeed layer_speed(Backend& backend, const OpNode& node, const Graph& graph,
                       const LayerWeights* weights, const Extent3& plane, std::int64_t planes,
                       double seconds) {
  const int level =
      node.output < 0 ? 0 : graph.tensors[static_cast<std::size_t>(node.output)].level;
  const std::int64_t count = std::max<std::int64_t>(planes >> level, 1);
  const Extent3 out{4 * count, plane.y >> level, plane.x >> level};
  const SlabInputs inputs = slab_inputs(backend, node, graph, plane, planes);
  const auto op_run = [&](std::unique_ptr<PlannedOp> op) {
    return slab_run(backend, std::move(op), out, output_channels(node.op), inputs.buffers);
  };
  const SlabRun slab = std::visit(
      Overloaded{[&](const Conv3dDesc& op) { return op_run(backend.plan(op, *weights, plane.x)); },
                 [&](const MaxPoolDesc& op) { return op_run(backend.plan(op)); },
                 [&](const UpConvDesc& op) { return op_run(backend.plan(op, *weights, plane.x)); },
                 [&](const CastDesc& op) { return op_run(backend.plan_cast(op)); },
                 [&](const HeadDesc& op) {
                   return slab_run(backend.plan(op, *weights, plane.x), out, inputs.buffers[0]);
                 }},
      node.op);
  return {slab.name, count, seconds_of(slab, seconds), flop(node.op, {count, out.y, out.x})};
}

}  // namespace dfe
