// SPDX-License-Identifier: Apache-2.0
#include "layers/op_facts.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>
#include <string>

#include "core/overloaded.hpp"

namespace dfe {

Extent3 output_extent(const OpDesc& op, const Extent3& x) {
  return std::visit(
      Overloaded{[&](const Conv3dDesc& d) {
                   return Extent3{x.z + d.pad_lo.z + d.pad_hi.z - d.kernel.z + 1,
                                  x.y + d.pad_lo.y + d.pad_hi.y - d.kernel.y + 1,
                                  x.x + d.pad_lo.x + d.pad_hi.x - d.kernel.x + 1};
                 },
                 [&](const MaxPoolDesc&) {
                   return Extent3{x.z / 2, x.y / 2, x.x / 2};
                 },
                 [&](const UpConvDesc&) {
                   return Extent3{2 * x.z, 2 * x.y, 2 * x.x};
                 },
                 [&](const HeadDesc&) { return x; }, [&](const CastDesc&) { return x; }},
      op);
}

std::int64_t output_channels(const OpDesc& op) {
  return std::visit(Overloaded{[](const Conv3dDesc& d) { return d.co; },
                               [](const MaxPoolDesc& d) { return d.channels; },
                               [](const UpConvDesc& d) { return d.co; },
                               [](const HeadDesc& d) { return d.classes; },
                               [](const CastDesc& d) { return d.channels; }},
                    op);
}

PlaneRange input_range(const OpDesc& op, Axis axis, const PlaneRange& y) {
  const auto along = [axis](const Extent3& e) {
    return axis == Axis::Z ? e.z : axis == Axis::Y ? e.y : e.x;
  };
  const auto half = [](std::int64_t n) {
    return n >= 0 ? n / 2 : (n - 1) / 2;
  };  // towards minus infinity
  return std::visit(
      Overloaded{[&](const Conv3dDesc& d) {
                   return PlaneRange{y.begin - along(d.pad_lo),
                                     y.end - along(d.pad_lo) + along(d.kernel) - 1};
                 },
                 [&](const MaxPoolDesc&) {
                   return PlaneRange{2 * y.begin, 2 * y.end};
                 },
                 // position 2j sees j, position 2j + 1 sees j and j + 1
                 [&](const UpConvDesc&) {
                   return PlaneRange{half(y.begin), half(y.end) + 1};
                 },
                 [&](const HeadDesc&) { return y; }, [&](const CastDesc&) { return y; }},
      op);
}

PlaneRange input_planes(const OpDesc& op, const PlaneRange& y, std::int64_t depth) {
  const PlaneRange range = input_range(op, Axis::Z, y);
  return {std::max<std::int64_t>(range.begin, 0), std::min(range.end, depth)};
}

KernelShape kernel_shape(const OpDesc& op) {
  return std::visit(Overloaded{[](const Conv3dDesc& d) { return kernel_shape(d); },
                               [](const MaxPoolDesc&) { return KernelShape{}; },
                               [](const UpConvDesc& d) { return kernel_shape(d); },
                               [](const HeadDesc& d) { return kernel_shape(d); },
                               [](const CastDesc&) { return KernelShape{}; }},
                    op);
}

std::int64_t parameter_count(const OpDesc& op) {
  const auto s = kernel_shape(op);
  return s[0] * s[1] * s[2] * s[3] * s[4] + s[4];
}

double flop(const OpDesc& op, const Extent3& y) {
  const auto s = kernel_shape(op);
  return 2.0 * static_cast<double>(y.voxels()) *
         static_cast<double>(s[0] * s[1] * s[2] * s[3] * s[4]);
}

LayerWeights initial_weights(const OpDesc& op, const Philox& random, std::uint32_t layer,
                             Start start) {
  LayerWeights w;
  w.kernel_shape = kernel_shape(op);
  const auto& s = w.kernel_shape;
  const std::int64_t taps = s[0] * s[1] * s[2];
  const std::int64_t fan = start == Start::He ? taps * s[3] : taps * s[3] + taps * s[4];
  const float limit = static_cast<float>(std::sqrt(6.0 / static_cast<double>(fan)));
  w.kernel.resize(static_cast<std::size_t>(taps * s[3] * s[4]));
  for (std::size_t i = 0; i < w.kernel.size(); ++i)
    w.kernel[i] = limit * (2 * random.uniform(layer, i) - 1);
  w.bias.assign(static_cast<std::size_t>(s[4]), 0.0f);
  return w;
}

std::string describe(const OpDesc& op) {
  const auto number = [](std::int64_t n) { return std::to_string(n); };
  return std::visit(
      Overloaded{
          [&](const Conv3dDesc& d) {
            return "conv3d " + d.kernel.to_string() + " " + number(d.c0) +
                   (d.c1 ? "+" + number(d.c1) : "") + " to " + number(d.co);
          },
          [&](const MaxPoolDesc& d) { return "max_pool " + number(d.channels); },
          [&](const UpConvDesc& d) { return "up_conv " + number(d.ci) + " to " + number(d.co); },
          [&](const HeadDesc& d) {
            return "head " + number(d.ci) + " to " + number(d.classes) + " classes";
          },
          [&](const CastDesc& d) { return (d.widen ? "widen " : "narrow ") + number(d.channels); }},
      op);
}

}  // namespace dfe
