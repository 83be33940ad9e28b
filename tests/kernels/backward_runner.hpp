// SPDX-License-Identifier: Apache-2.0
// Runs the backward of one op on one backend from plain (D, H, W, C) arrays to plain arrays.
#pragma once

#include <string>
#include <vector>

#include "kernels/backward.hpp"
#include "kernels/cpu/cpu_backend.hpp"
#include "kernels/cpu/cpu_backward.hpp"
#include "kernels/ref/ref_backend.hpp"
#include "kernels/ref/ref_backward.hpp"
#include "tests/kernels/op_runner.hpp"

namespace dfe::test {

/// A backend with its planner of backward ops.
struct Machine {
  std::string name;
  std::unique_ptr<Backend> forward;
  std::unique_ptr<BackwardPlanner> backward;
};

inline Machine ref_machine(int threads = 2) { return {"ref", make_ref_backend(threads), make_ref_backward(threads)}; }

inline Machine cpu_machine(const std::string& isa, int threads = 2, Convolution convolution = Convolution::Direct) {
  Machine m{isa, make_cpu_backend(threads, isa, convolution), nullptr};
  m.backward = make_cpu_backward(*m.forward, isa, convolution);
  return m;
}

/// ref, and cpu with every instruction set.
inline std::vector<Machine> all_machines() {
  std::vector<Machine> machines;
  machines.push_back(ref_machine());
  for (const std::string& isa : cpu_instruction_sets()) machines.push_back(cpu_machine(isa));
  return machines;
}

struct BackwardResult {
  std::vector<Floats> dx;  ///< per input; empty where not asked for
  Floats dy;               ///< after the mask
  LayerGradient gradient;
};

/// One input of an op: values and channels, and what dx holds before the run.
struct Input {
  Floats values;
  std::int64_t channels = 0;
  float dx_before = 0;
  bool dx_wanted = true;
};

inline BackwardResult run_backward(const Machine& m, PlannedBackward& op, const std::vector<Input>& inputs, Extent3 in, const Floats& y,
                                   const Floats& dy, Extent3 out, std::int64_t out_channels) {
  std::vector<Tensor> x, dx;
  std::vector<PlaneBuffer> x_buffers, dx_buffers;
  for (const Input& input : inputs) {
    x.emplace_back(*m.forward, in, input.channels);
    x.back().store(input.values.data());
    x_buffers.push_back(x.back().buffer());
    dx.emplace_back(*m.forward, in, input.channels);
    dx.back().store(Floats(input.values.size(), input.dx_before).data());
    dx_buffers.push_back(input.dx_wanted ? dx.back().buffer() : PlaneBuffer{});
  }
  Tensor y_tensor(*m.forward, out, out_channels), dy_tensor(*m.forward, out, out_channels);
  y_tensor.store(y.data());
  dy_tensor.store(dy.data());
  BackwardResult result;
  op.run({x_buffers, y_tensor.buffer(), dy_tensor.buffer(), dx_buffers}, &result.gradient);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    result.dx.emplace_back(inputs[i].dx_wanted ? inputs[i].values.size() : 0);
    if (inputs[i].dx_wanted) dx[i].load(result.dx.back().data());
  }
  result.dy.resize(dy.size());
  dy_tensor.load(result.dy.data());
  return result;
}

/// The backward of a convolution; dx of a one-channel input is not asked for (the network's input has no gradient).
inline BackwardResult run_conv3d_backward(const Machine& m, const Conv3dDesc& op, const LayerWeights& w, const Floats& x0, const Floats& x1,
                                          const Floats& y, const Floats& dy, Extent3 extent) {
  const auto planned = m.backward->plan(op, extent.x);
  planned->set_weights(w);
  std::vector<Input> inputs{{x0, op.c0, 7, op.c0 > 1}};
  if (op.c1 > 0) inputs.push_back({x1, op.c1, 7});
  return run_backward(m, *planned, inputs, extent, y, dy, extent, op.co);
}

inline BackwardResult run_up_conv_backward(const Machine& m, const UpConvDesc& op, const LayerWeights& w, const Floats& x, const Floats& y,
                                           const Floats& dy, Extent3 extent) {
  const auto planned = m.backward->plan(op, 2 * extent.x);
  planned->set_weights(w);
  return run_backward(m, *planned, {{x, op.ci, 7}}, extent, y, dy, {2 * extent.z, 2 * extent.y, 2 * extent.x}, op.co);
}

/// `dx_before` is what a convolution that reads the same tensor has left in dx.
inline BackwardResult run_max_pool_backward(const Machine& m, const MaxPoolDesc& op, const Floats& x, const Floats& y, const Floats& dy,
                                            Extent3 extent, float dx_before) {
  const auto planned = m.backward->plan(op);
  return run_backward(m, *planned, {{x, op.channels, dx_before}}, {2 * extent.z, 2 * extent.y, 2 * extent.x}, y, dy, extent, op.channels);
}

}  // namespace dfe::test
