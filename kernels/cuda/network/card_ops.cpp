// SPDX-License-Identifier: Apache-2.0
// The ops of a GPU that run on the project's own kernels: first layer, pooling and head.
#include <algorithm>
#include <cstring>
#include <deque>

#include "dfengine/error.hpp"
#include "kernels/cuda/network/card_parts.hpp"
#include "kernels/op_weights.hpp"

namespace dfe::card {
namespace {

class CardFirstLayer final : public PlannedOp {
 public:
  CardFirstLayer(Shared& shared, const Conv3dDesc& op, const LayerWeights& weights)
      : shared_(shared), op_(op), channels_(shared.packed(op.co)) {
    set_weights(weights);
  }
  std::string name() const override { return "own, from one channel"; }
  std::size_t bytes() const override { return w_.bytes() + b_.bytes(); }

  void set_weights(const LayerWeights& weights) override {
    check_weights("cuda", "conv3d", kernel_shape(op_), weights);
    std::vector<float> w(static_cast<std::size_t>(27 * channels_), 0.0f),
        b(static_cast<std::size_t>(channels_), 0.0f);
    for (std::int64_t tap = 0; tap < 27; ++tap)
      std::copy_n(&weights.kernel[static_cast<std::size_t>(tap * op_.co)], op_.co,
                  &w[static_cast<std::size_t>(tap * channels_)]);
    std::copy(weights.bias.begin(), weights.bias.end(), b.begin());
    upload(*shared_.machine, Precision::Fp32, w, w_);
    upload(*shared_.machine, Precision::Fp32, b, b_);
  }

  void run(const PlaneBuffer& y, std::span<const PlaneBuffer> x, std::int64_t z_begin,
           std::int64_t z_end) override {
    const std::int64_t first = std::max<std::int64_t>(z_begin - 1, 0);
    shared_.run(FirstLayerCall{reinterpret_cast<const float*>(x[0].plane(first)), y.plane(z_begin),
                               reinterpret_cast<const float*>(w_.data()),
                               reinterpret_cast<const float*>(b_.data()), z_begin, z_end, first,
                               x[0].extent.z, x[0].extent.y, x[0].extent.x, channels_, op_.relu});
  }

 private:
  Shared& shared_;
  Conv3dDesc op_;
  std::int64_t channels_;
  Block w_, b_;
};

class CardMaxPool final : public PlannedOp {
 public:
  CardMaxPool(Shared& shared, const MaxPoolDesc& op)
      : shared_(shared), channels_(shared.packed(op.channels)) {}
  std::string name() const override { return "own"; }
  std::size_t bytes() const override { return 0; }

  void run(const PlaneBuffer& y, std::span<const PlaneBuffer> x, std::int64_t z_begin,
           std::int64_t z_end) override {
    shared_.run(MaxPoolCall{x[0].plane(2 * z_begin), y.plane(z_begin), z_end - z_begin, y.extent.y,
                            y.extent.x, channels_});
  }

 private:
  Shared& shared_;
  std::int64_t channels_;
};

/// Two sets of buffers, so that the host can take one slab of labels while the GPU computes the
/// next.
class CardHead final : public PlannedHead {
 public:
  CardHead(Shared& shared, const HeadDesc& op, const LayerWeights& weights)
      : shared_(shared), op_(op), channels_(shared.packed(op.ci)) {
    set_weights(weights);
    computed_ = shared.machine->make_event();
    for (Buffers& set : sets_) set.arrived = shared.machine->make_event();
  }
  std::string name() const override { return "own, with softmax and argmax"; }
  std::size_t bytes() const override {
    return w_.bytes() + b_.bytes() + sets_[0].card.bytes() + sets_[1].card.bytes() +
           scores_.bytes();
  }
  int in_flight() const override { return 2; }

  void set_weights(const LayerWeights& weights) override {
    check_weights("cuda", "head", kernel_shape(op_), weights);
    std::vector<float> w(static_cast<std::size_t>(op_.classes * channels_), 0.0f);
    for (std::int64_t i = 0; i < op_.ci; ++i)
      for (std::int64_t k = 0; k < op_.classes; ++k)
        w[static_cast<std::size_t>(k * channels_ + i)] =
            weights.kernel[static_cast<std::size_t>(i * op_.classes + k)];
    upload(*shared_.machine, Precision::Fp32, w, w_);
    upload(*shared_.machine, Precision::Fp32, weights.bias, b_);
  }

  void prepare(const PlaneBuffer& x, std::int64_t z_begin, std::int64_t z_end,
               bool with_scores) override {
    const std::size_t plane = static_cast<std::size_t>(x.extent.y * x.extent.x),
                      bytes = kFlagBytes + static_cast<std::size_t>(z_end - z_begin) * plane;
    for (Buffers& set : sets_)
      if (set.card.bytes() < bytes) {
        shared_.machine->synchronize();
        set.card = Block(*shared_.machine, bytes);
        set.host = Block(*shared_.machine, bytes, true);
      }
    const std::size_t score_bytes =
        with_scores ? plane * static_cast<std::size_t>(op_.classes) * sizeof(float) : 0;
    if (scores_.bytes() < score_bytes) scores_ = Block(*shared_.machine, score_bytes);
  }

  void run(const HeadOutput& y, const PlaneBuffer& x, std::int64_t z_begin,
           std::int64_t z_end) override {
    prepare(x, z_begin, z_end,
            y.scores != nullptr);  // nothing to do where the executable has prepared
    Machine& machine = *shared_.machine;
    Buffers& set = sets_[next_++ % 2];
    const std::int64_t area = x.extent.y * x.extent.x;
    const std::size_t bytes = kFlagBytes + static_cast<std::size_t>((z_end - z_begin) * area);
    machine.wait(set.arrived, Queue::Compute);  // what was in this set has left
    machine.zero(set.card.data(), kFlagBytes, Queue::Compute);
    HeadCall call{x.plane(z_begin),
                  reinterpret_cast<const float*>(w_.data()),
                  reinterpret_cast<const float*>(b_.data()),
                  reinterpret_cast<std::uint8_t*>(set.card.data() + kFlagBytes),
                  nullptr,
                  reinterpret_cast<int*>(set.card.data()),
                  z_end - z_begin,
                  x.extent.y,
                  x.extent.x,
                  channels_,
                  op_.classes};
    if (y.scores) {  // rare and large: plane by plane, waiting for each
      call.planes = 1;
      call.scores = reinterpret_cast<float*>(scores_.data());
      for (std::int64_t z = z_begin; z < z_end; ++z) {
        call.x = x.plane(z);
        shared_.run(call);
        call.labels += area;
        machine.copy(reinterpret_cast<std::byte*>(y.scores + (z - z_begin) * op_.classes * area),
                     scores_.data(), static_cast<std::size_t>(op_.classes * area) * sizeof(float),
                     Queue::Compute);
        machine.synchronize();
      }
    } else {
      shared_.run(call);
    }
    machine.record(computed_, Queue::Compute);
    machine.wait(computed_, Queue::Download);
    machine.copy(set.host.data(), set.card.data(), bytes, Queue::Download);
    machine.record(set.arrived, Queue::Download);
    outstanding_.push_back({&set, y.labels, bytes - kFlagBytes});
  }

  void finish() override {
    const Outstanding done = outstanding_.front();
    outstanding_.pop_front();
    shared_.machine->wait(done.set->arrived);
    int trouble = 0;
    std::memcpy(&trouble, done.set->host.data(), sizeof trouble);
    if (trouble)
      throw Error("cuda", std::string("head ") + precision_name(shared_.precision),
                  "values exceed the range of this precision",
                  "choose --precision bf16, tf32 or fp32");
    std::memcpy(done.labels, done.set->host.data() + kFlagBytes, done.bytes);
  }

 private:
  static constexpr std::size_t kFlagBytes = 16;
  struct Buffers {
    Block card, host;  // a flag, then labels
    int arrived = 0;
  };
  struct Outstanding {
    Buffers* set;
    std::uint8_t* labels;
    std::size_t bytes;
  };

  Shared& shared_;
  HeadDesc op_;
  std::int64_t channels_;
  Block w_, b_, scores_;
  Buffers sets_[2];
  int computed_ = 0;
  unsigned next_ = 0;
  std::deque<Outstanding> outstanding_;
};

}  // namespace

std::unique_ptr<PlannedOp> make_card_first_layer(Shared& shared, const Conv3dDesc& op,
                                                 const LayerWeights& weights) {
  return std::make_unique<CardFirstLayer>(shared, op, weights);
}
std::unique_ptr<PlannedOp> make_card_max_pool(Shared& shared, const MaxPoolDesc& op) {
  return std::make_unique<CardMaxPool>(shared, op);
}
std::unique_ptr<PlannedHead> make_card_head(Shared& shared, const HeadDesc& op,
                                            const LayerWeights& weights) {
  return std::make_unique<CardHead>(shared, op, weights);
}

}  // namespace dfe::card
