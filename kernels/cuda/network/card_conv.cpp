// SPDX-License-Identifier: Apache-2.0
// Convolutions by cuDNN: one convolution on windows of planes (WindowConv), a convolution of one or
// two inputs (CardConv), and the up-convolution in one of two ways (CardUpConv). Two inputs are two
// convolutions; the second adds the partial sum of the first. Inputs need not be joined by a copy,
// and the partial sum is a fifth of that copy. See docs/design/cuda.md, "Convolutions".
#include <algorithm>
#include <cstring>

#include "kernels/common/sub_pixel.hpp"
#include "kernels/cuda/network/card_parts.hpp"
#include "kernels/op_weights.hpp"

namespace dfe::card {

void upload(Machine& machine, Precision precision, const std::vector<float>& values, Block& to) {
  with_element(precision, [&](auto element) {
    using T = decltype(element);
    std::vector<T> elements(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) from_float(values[i], elements[i]);
    upload(machine, elements, to);
  });
}

std::vector<float> filter_order(const float* w, std::int64_t taps, std::int64_t all_ci,
                                std::int64_t ci_begin, std::int64_t ci, std::int64_t co,
                                std::int64_t packed_ci, std::int64_t packed_co) {
  std::vector<float> filter(static_cast<std::size_t>(packed_co * taps * packed_ci), 0.0f);
  for (std::int64_t t = 0; t < taps; ++t)
    for (std::int64_t i = 0; i < ci; ++i)
      for (std::int64_t o = 0; o < co; ++o)
        filter[static_cast<std::size_t>((o * taps + t) * packed_ci + i)] =
            w[(t * all_ci + ci_begin + i) * co + o];
  return filter;
}

void WindowConv::set_weights(const std::vector<float>& filter, const std::vector<float>& bias) {
  upload(*shared_.machine, shape_.precision, filter, filter_);
  if (shape_.bias) upload(*shared_.machine, shape_.precision, bias, bias_);
}

void WindowConv::for_steps(const Extent3& plane, std::int64_t depth, std::int64_t z_begin,
                           std::int64_t z_end, const std::function<void(const Step&)>& step) const {
  const std::int64_t overlap = shape_.kernel.z - 1;
  const std::int64_t plane_bytes =
      plane.y * plane.x * std::max(shape_.ci, shape_.co) * element_bytes(shape_.precision);
  const std::int64_t most =
      std::max<std::int64_t>(((std::int64_t{1} << 31) - 1) / plane_bytes - overlap, 1);
  const std::int64_t pieces = (z_end - z_begin + most - 1) / most;
  for (std::int64_t i = 0; i < pieces; ++i) {
    Step s;
    s.z_begin = z_begin + (z_end - z_begin) * i / pieces;
    s.z_end = z_begin + (z_end - z_begin) * (i + 1) / pieces;
    const std::int64_t first = s.z_begin - shape_.pad_lo.z,
                       last = s.z_end - shape_.pad_lo.z + overlap;
    s.in_begin = std::max<std::int64_t>(first, 0);
    s.in_end = std::min(last, depth);
    s.shape = shape_;
    s.shape.window = {s.in_end - s.in_begin, plane.y, plane.x};
    s.shape.pad_lo.z = s.in_begin - first;
    s.shape.pad_hi.z = last - s.in_end;
    step(s);
  }
}

void WindowConv::prepare(const Step& step, const ConvArguments* sample) {
  std::unique_ptr<ConvPlan>& plan = plans_[key(step.shape)];
  if (plan) return;
  ConvArguments arguments;
  if (sample) {
    arguments = *sample;
    arguments.w = filter_.data();
    arguments.bias = bias_.data();
  }
  plan = shared_.machine->plan(step.shape, first_, sample ? &arguments : nullptr);
  if (!first_) first_ = plan.get();
  workspace_bytes_ = std::max(workspace_bytes_, plan->workspace_bytes());
}

void WindowConv::run(const Step& step, ConvArguments arguments) {
  arguments.w = filter_.data();
  arguments.bias = bias_.data();
  plans_.at(key(step.shape))->run(arguments);
}

namespace {

/// Where plane z of a buffer lies when it is the first of a window.
std::byte* window(const PlaneBuffer& x, std::int64_t z) { return x.plane(z); }

ConvShape conv_shape(const Shared& shared, const Conv3dDesc& op, std::int64_t ci) {
  ConvShape shape;
  shape.ci = shared.packed(ci);
  shape.co = shared.packed(op.co);
  shape.kernel = op.kernel;
  shape.pad_lo = op.pad_lo;
  shape.pad_hi = op.pad_hi;
  shape.relu = op.relu;
  shape.precision = shared.precision;
  return shape;
}

std::vector<float> packed_bias(const Shared& shared, const LayerWeights& weights,
                               std::int64_t copies) {
  const std::int64_t co = static_cast<std::int64_t>(weights.bias.size()),
                     packed = shared.packed(co);
  std::vector<float> bias(static_cast<std::size_t>(packed * copies), 0.0f);
  for (std::int64_t i = 0; i < copies; ++i)
    std::copy(weights.bias.begin(), weights.bias.end(), bias.begin() + i * packed);
  return bias;
}

class CardConv final : public PlannedOp {
 public:
  CardConv(Shared& shared, const Conv3dDesc& op, const LayerWeights& weights)
      : shared_(shared), op_(op) {
    const auto add = [&](std::int64_t ci, bool last) {
      ConvShape shape = conv_shape(shared, op, ci);
      shape.bias = last;
      shape.residual = !convs_.empty();
      shape.relu = last && op.relu;
      convs_.push_back(std::make_unique<WindowConv>(shared, shape));
    };
    add(op.c0, op.c1 == 0);
    if (op.c1 > 0) add(op.c1, true);
    set_weights(weights);
  }

  std::string name() const override {
    return convs_.size() == 1 ? convs_[0]->name()
                              : "two inputs: " + convs_[0]->name() + " then " + convs_[1]->name();
  }
  std::size_t bytes() const override {
    std::size_t sum = 0;
    for (const auto& conv : convs_) sum += conv->bytes();
    return sum;
  }
  std::size_t workspace_bytes(const Extent3& y, std::int64_t channels) const override {
    return partial_bytes(y.voxels(), channels);
  }

  void set_weights(const LayerWeights& weights) override {
    check_weights("cuda", "conv3d", kernel_shape(op_), weights);
    std::int64_t begin = 0;
    for (std::size_t i = 0; i < convs_.size(); ++i) {
      const std::int64_t ci = i == 0 ? op_.c0 : op_.c1;
      const ConvShape& shape = convs_[i]->shape();
      convs_[i]->set_weights(filter_order(weights.kernel.data(), op_.kernel.voxels(),
                                          op_.c0 + op_.c1, begin, ci, op_.co, shape.ci, shape.co),
                             packed_bias(shared_, weights, 1));
      begin += ci;
    }
  }

  void prepare(const PlaneBuffer& y, std::span<const PlaneBuffer> x, std::int64_t z_begin,
               std::int64_t z_end) override {
    const std::size_t partial =
        partial_bytes((z_end - z_begin) * y.extent.y * y.extent.x, y.channels);
    shared_.reserve(partial);
    for (std::size_t i = 0; i < convs_.size(); ++i)
      convs_[i]->for_steps(
          x[i].extent, x[i].extent.z, z_begin, z_end, [&](const WindowConv::Step& step) {
            // any memory will do to measure on
            const ConvArguments sample{x[i].data, nullptr,
                                       nullptr,   i > 0 ? shared_.workspace.data() : nullptr,
                                       y.data,    nullptr};
            convs_[i]->prepare(step, &sample);
            shared_.reserve(partial + convs_[i]->workspace_bytes());
          });
  }

  void run(const PlaneBuffer& y, std::span<const PlaneBuffer> x, std::int64_t z_begin,
           std::int64_t z_end) override {
    const std::int64_t area = y.extent.y * y.extent.x;
    std::byte* const partial = shared_.workspace.data();
    std::byte* const workspace = partial + partial_bytes((z_end - z_begin) * area, y.channels);
    for (std::size_t i = 0; i < convs_.size(); ++i)
      convs_[i]->for_steps(
          x[i].extent, x[i].extent.z, z_begin, z_end, [&](const WindowConv::Step& step) {
            std::byte* const between =
                partial + shared_.bytes((step.z_begin - z_begin) * area, y.channels);
            const bool last = i + 1 == convs_.size();
            convs_[i]->run(
                step, {window(x[i], step.in_begin), nullptr, nullptr, i > 0 ? between : nullptr,
                       last ? window(y, step.z_begin) : between, workspace});
          });
  }

 private:
  std::size_t partial_bytes(std::int64_t voxels, std::int64_t channels) const {
    return convs_.size() > 1 ? (shared_.bytes(voxels, channels) + 255) / 256 * 256 : 0;
  }

  Shared& shared_;
  Conv3dDesc op_;
  std::vector<std::unique_ptr<WindowConv>> convs_;  // one per input
};

/// All eight parities of an up-convolution as one convolution.
ConvShape parities_shape(const Shared& shared, const UpConvDesc& op) {
  ConvShape shape;
  shape.ci = shared.packed(op.ci);
  shape.co = 8 * shared.packed(op.co);
  shape.kernel = {2, 2, 2};
  shape.pad_lo = {0, 0, 0};
  shape.pad_hi = {1, 1, 1};
  shape.relu = op.relu;
  shape.precision = shared.precision;
  return shape;
}

/// Its kernel (taps, ci, 8 co) with `co` whole packs, from that of the up-convolution.
std::vector<float> parities_kernel(const UpConvDesc& op, std::int64_t co, const float* w) {
  std::vector<float> kernel(static_cast<std::size_t>(8 * op.ci * 8 * co), 0.0f);
  for (std::int64_t parity = 0; parity < 8; ++parity) {
    const std::int64_t pz = parity >> 2, py = parity >> 1 & 1, px = parity & 1;
    const std::vector<float> part = sub_pixel_weights(w, op.ci * op.co, pz, py, px);
    const float* from = part.data();
    for (std::int64_t a = 0; a <= pz; ++a)
      for (std::int64_t b = 0; b <= py; ++b)
        for (std::int64_t c = 0; c <= px; ++c)
          for (std::int64_t i = 0; i < op.ci; ++i, from += op.co)
            std::copy_n(from, op.co,
                        &kernel[static_cast<std::size_t>(
                            (((a * 4 + b * 2 + c) * op.ci + i) * 8 + parity) * co)]);
  }
  return kernel;
}

/// In one of two ways, the faster on this GPU. Own kernel: 27 taps, nothing in between. cuDNN: all
/// eight parities are channels of one convolution on the small tensor, 8·co wide, which keeps the
/// matrix units busy; then they are spread. 37 of its 64 products are with zeros.
class CardUpConv final : public PlannedOp {
 public:
  CardUpConv(Shared& shared, const UpConvDesc& op, const LayerWeights& weights)
      : shared_(shared), op_(op), conv_(shared, parities_shape(shared, op)) {
    if (shared.machine->has_up_conv(shared.precision, shared.packed(op.ci), shared.packed(op.co))) {
      has_own_ = true;
      for (int& event : events_) event = shared.machine->make_event();
    }
    set_weights(weights);
  }

  std::string name() const override {
    if (has_own_ && !decided_) return "27 taps or parities as channels, the faster when it runs";
    return own_ ? "own, 27 taps" : "parities as channels: " + conv_.name();
  }
  std::size_t bytes() const override { return conv_.bytes() + fragments_.bytes() + bias_.bytes(); }

  void set_weights(const LayerWeights& weights) override {
    check_weights("cuda", "up_conv", kernel_shape(op_), weights);
    const std::int64_t ci = shared_.packed(op_.ci), co = shared_.packed(op_.co);
    const float* const w = weights.kernel.data();
    conv_.set_weights(
        filter_order(parities_kernel(op_, co, w).data(), 8, op_.ci, 0, op_.ci, 8 * co, ci, 8 * co),
        packed_bias(shared_, weights, 8));
    if (!has_own_) return;
    with_16_bits(shared_.precision, [&](auto element) {
      upload(*shared_.machine, up_conv_fragments<decltype(element)>(w, op_.ci, op_.co, ci, co),
             fragments_);
    });
    upload(*shared_.machine, Precision::Fp32, packed_bias(shared_, weights, 1), bias_);
  }

  std::size_t workspace_bytes(const Extent3& y, std::int64_t channels) const override {
    return parities_bytes({y.z / 2 + 1, y.y / 2, y.x / 2}, channels);
  }

  void prepare(const PlaneBuffer& y, std::span<const PlaneBuffer> x, std::int64_t z_begin,
               std::int64_t z_end) override {
    if (own_) return;
    const std::size_t parities = parities_bytes(small(x[0].extent, z_begin, z_end), y.channels);
    shared_.reserve(parities);
    steps(x[0], z_begin, z_end, [&](const WindowConv::Step& step) {
      const ConvArguments sample{x[0].data, nullptr, nullptr, nullptr, shared_.workspace.data(),
                                 nullptr};
      conv_.prepare(step, &sample);
      shared_.reserve(parities + conv_.workspace_bytes());
    });
    if (has_own_ && !decided_) decide(y, x[0], z_begin, z_end);
  }

  void run(const PlaneBuffer& y, std::span<const PlaneBuffer> x, std::int64_t z_begin,
           std::int64_t z_end) override {
    own_ ? run_own(y, x[0], z_begin, z_end) : run_parities(y, x[0], z_begin, z_end);
  }

 private:
  void run_own(const PlaneBuffer& y, const PlaneBuffer& x, std::int64_t z_begin,
               std::int64_t z_end) {
    const std::int64_t first = z_begin / 2;
    shared_.run(UpConvCall{window(x, first), window(y, z_begin),
                           reinterpret_cast<const std::uint32_t*>(fragments_.data()),
                           reinterpret_cast<const float*>(bias_.data()), z_begin, z_end, first,
                           x.extent.z, x.extent.y, x.extent.x, shared_.packed(x.channels),
                           shared_.packed(op_.co), op_.relu});
  }

  void run_parities(const PlaneBuffer& y, const PlaneBuffer& x, std::int64_t z_begin,
                    std::int64_t z_end) {
    const Extent3 extent = small(x.extent, z_begin, z_end);
    std::byte* const parities = shared_.workspace.data();
    steps(x, z_begin, z_end, [&](const WindowConv::Step& step) {
      std::byte* const to =
          parities + shared_.bytes((step.z_begin - z_begin / 2) * extent.y * extent.x,
                                   8 * shared_.packed(op_.co));
      conv_.run(step, {window(x, step.in_begin), nullptr, nullptr, nullptr, to,
                       parities + parities_bytes(extent, y.channels)});
    });
    shared_.run(SpreadCall{parities, window(y, z_begin), z_begin, z_end, y.extent.y, y.extent.x,
                           shared_.packed(op_.co)});
  }

  /// Times both ways on the planes of a first step, unless that was done on such a GPU before. Any
  /// memory will do to measure on.
  void decide(const PlaneBuffer& y, const PlaneBuffer& x, std::int64_t z_begin,
              std::int64_t z_end) {
    Machine& machine = *shared_.machine;
    decided_ = true;
    const std::string key = "up-convolution " + conv_.name() + " " +
                            std::to_string(z_end - z_begin) + "x" + y.extent.to_string();
    if (const auto choice = machine.recall(key)) {
      own_ = *choice == "own";
      return;
    }
    PlaneBuffer from = x, to = y;
    from.base = z_begin / 2;
    to.base = z_begin;
    double best[2];
    for (int way = 0; way < 2; ++way)
      for (int i = 0; i < 4; ++i) {  // the first run loads the kernels
        machine.record(events_[0], Queue::Compute);
        way == 0 ? run_own(to, from, z_begin, z_end) : run_parities(to, from, z_begin, z_end);
        machine.record(events_[1], Queue::Compute);
        machine.wait(events_[1]);
        const double ms = machine.milliseconds(events_[0], events_[1]);
        best[way] = i <= 1 ? ms : std::min(best[way], ms);
      }
    own_ = best[0] <= best[1];
    machine.remember(key, own_ ? "own" : "parities", std::min(best[0], best[1]));
  }

  static Extent3 small(const Extent3& x, std::int64_t z_begin, std::int64_t z_end) {
    return {(z_end + 1) / 2 - z_begin / 2, x.y, x.x};
  }
  std::size_t parities_bytes(const Extent3& e, std::int64_t channels) const {
    return (shared_.bytes(e.voxels(), 8 * shared_.packed(channels)) + 255) / 256 * 256;
  }
  template <class Body>
  void steps(const PlaneBuffer& x, std::int64_t z_begin, std::int64_t z_end, Body&& body) const {
    conv_.for_steps(x.extent, x.extent.z, z_begin / 2, (z_end + 1) / 2, body);
  }

  Shared& shared_;
  UpConvDesc op_;
  WindowConv conv_;
  Block fragments_, bias_;  // of the own kernel, where there is one
  bool has_own_ = false, own_ = false, decided_ = false;
  int events_[2] = {};
};

}  // namespace

std::unique_ptr<PlannedOp> make_card_conv(Shared& shared, const Conv3dDesc& op,
                                          const LayerWeights& weights) {
  return std::make_unique<CardConv>(shared, op, weights);
}

std::unique_ptr<PlannedOp> make_card_up_conv(Shared& shared, const UpConvDesc& op,
                                             const LayerWeights& weights) {
  return std::make_unique<CardUpConv>(shared, op, weights);
}

}  // namespace dfe::card
