// SPDX-License-Identifier: Apache-2.0
// The backend `cuda`: which kernel an op gets, memory and planes on the device. Ops are in
// card_conv.cpp (cuDNN), card_halo_conv.cpp (own convolutions) and card_ops.cpp (first layer,
// pooling, head). It talks to machine.hpp alone, so all of it runs on the stand-in, too. See
// docs/design/cuda.md.
#include "kernels/cuda/network/card_backend.hpp"

#include <algorithm>
#include <cstring>

#include "dfengine/error.hpp"
#include "kernels/cuda/machine/stages.hpp"
#include "kernels/cuda/network/card_parts.hpp"
#include "kernels/cuda/voxels/card_voxels.hpp"

namespace dfe::card {

std::string ConvShape::to_string() const {
  const auto triple = [](const Extent3& e) {
    return std::to_string(e.z) + "," + std::to_string(e.y) + "," + std::to_string(e.x);
  };
  return std::string(precision_name(precision)) + " " + kernel.to_string() + " " +
         std::to_string(ci) + " to " + std::to_string(co) + " on " + window.to_string() + " pad " +
         triple(pad_lo) + " " + triple(pad_hi) + (residual ? " residual" : "") +
         (bias ? " bias" : "") + (relu ? " relu" : "");
}

namespace {

void refuse_unless(bool supported, const char* op, const std::string& shape, const char* reason) {
  if (!supported) throw Error("cuda", op, "no kernel for " + shape + ": " + reason);
}

class CardBackend final : public Backend {
 public:
  CardBackend(std::unique_ptr<Machine> machine, Precision precision)
      : shared_{std::move(machine), precision, {}}, stages_(*shared_.machine) {}
  ~CardBackend() override {
    try {
      shared_.machine->synchronize();
    } catch (...) {  // of a GPU that has failed there is nothing to wait for
    }
  }

  std::string description() const override {
    return shared_.machine->description() + ", " + precision_name(shared_.precision);
  }
  int threads() const override { return 1; }
  std::int64_t preferred_slab_planes() const override { return 16; }
  bool contiguous_planes() const override { return true; }
  std::optional<std::int64_t> card_bytes() const override { return shared_.machine->free_bytes(); }

  std::size_t plane_bytes(std::int64_t channels, std::int64_t height,
                          std::int64_t width) const override {
    return channels == 1 ? static_cast<std::size_t>(height * width) * sizeof(float)
                         : shared_.bytes(height * width, channels);
  }
  std::size_t tail_bytes() const override { return 0; }

  Arena allocate(std::size_t bytes) override {
    Block block(*shared_.machine, bytes);
    shared_.machine->zero(block.data(), bytes, Queue::Compute);
    auto* const owner = new Block(std::move(block));
    return Arena(
        owner->data(), bytes, [](void* p) { delete static_cast<Block*>(p); }, owner);
  }

  void move_planes(const PlaneBuffer& x, std::int64_t begin, std::int64_t end) override {
    std::int64_t step = begin - x.base;  // pieces of this many planes do not overlap where they go
    for (std::int64_t z = begin; z < end; z += step)
      shared_.machine->copy(x.plane(z - step), x.plane(z),
                            static_cast<std::size_t>(std::min(step, end - z)) * x.plane_bytes,
                            Queue::Compute);
  }

  std::unique_ptr<PlannedOp> plan(const Conv3dDesc& op, const LayerWeights& weights,
                                  std::int64_t) override {
    const std::string shape = op.kernel.to_string() + " " + std::to_string(op.c0) + "+" +
                              std::to_string(op.c1) + " to " + std::to_string(op.co);
    refuse_unless(op.co > 1, "conv3d", shape, "at least 2 output channels");
    refuse_unless(op.c1 != 1 && (op.c1 == 0 || op.c0 > 1), "conv3d", shape,
                  "two inputs need at least 2 channels each");
    for (const auto [k, lo, hi] : {std::array{op.kernel.z, op.pad_lo.z, op.pad_hi.z},
                                   std::array{op.kernel.y, op.pad_lo.y, op.pad_hi.y},
                                   std::array{op.kernel.x, op.pad_lo.x, op.pad_hi.x}})
      refuse_unless(k >= 1 && lo >= 0 && hi >= 0 && lo + hi == k - 1, "conv3d", shape,
                    "the padding must keep the size");
    if (has_card_halo_conv(shared_, op)) return make_card_halo_conv(shared_, op, weights);
    if (op.c0 > 1) return make_card_conv(shared_, op, weights);
    refuse_unless(op.kernel == Extent3{3, 3, 3} && op.pad_lo == Extent3{1, 1, 1}, "conv3d", shape,
                  "one channel needs a 3x3x3 kernel");
    return make_card_first_layer(shared_, op, weights);
  }
  std::unique_ptr<PlannedOp> plan(const MaxPoolDesc& op) override {
    refuse_unless(op.channels > 1, "max_pool", std::to_string(op.channels) + " channels",
                  "at least 2 channels");
    return make_card_max_pool(shared_, op);
  }
  std::unique_ptr<PlannedOp> plan(const UpConvDesc& op, const LayerWeights& weights,
                                  std::int64_t) override {
    refuse_unless(op.ci > 1 && op.co > 1, "up_conv",
                  std::to_string(op.ci) + " to " + std::to_string(op.co), "at least 2 channels");
    if (has_card_halo_up_conv(shared_, op)) return make_card_halo_up_conv(shared_, op, weights);
    return make_card_up_conv(shared_, op, weights);
  }
  std::unique_ptr<PlannedHead> plan(const HeadDesc& op, const LayerWeights& weights,
                                    std::int64_t) override {
    const std::string shape =
        std::to_string(op.ci) + " to " + std::to_string(op.classes) + " classes";
    refuse_unless(op.ci > 1, "head", shape, "at least 2 input channels");
    refuse_unless(op.classes >= 1 && op.classes <= 256, "head", shape, "1 to 256 classes");
    return make_card_head(shared_, op, weights);
  }

  void store_plane(const PlaneBuffer& x, std::int64_t z, const float* plane) override {
    const std::size_t bytes =
        static_cast<std::size_t>(x.extent.y * x.extent.x * x.channels) * sizeof(float);
    stages_.send(
        bytes, [&](std::byte* to) { std::memcpy(to, plane, bytes); },
        [&](std::byte* on_card) {
          if (x.channels == 1)
            shared_.machine->copy(x.plane(z), on_card, bytes, Queue::Compute);
          else
            shared_.run(PackCall{{reinterpret_cast<float*>(on_card), x.plane(z), x.extent.y,
                                  x.extent.x, x.channels}});
        });
  }

  void load_plane(const PlaneBuffer& x, std::int64_t z, float* plane) const override {
    const std::size_t bytes =
        static_cast<std::size_t>(x.extent.y * x.extent.x * x.channels) * sizeof(float);
    Machine& machine = *shared_.machine;
    const Block plain(machine, bytes);  // for tests and benchmarks: it may allocate
    if (x.channels == 1)
      machine.copy(plain.data(), x.plane(z), bytes, Queue::Compute);
    else
      shared_.run(UnpackCall{{reinterpret_cast<float*>(plain.data()), x.plane(z), x.extent.y,
                              x.extent.x, x.channels}});
    machine.copy(reinterpret_cast<std::byte*>(plane), plain.data(), bytes, Queue::Compute);
    machine.synchronize();
  }

  std::unique_ptr<VoxelInput> voxels(const VolumeSource& volume, bool keep) override {
    return make_card_voxels(*shared_.machine, stages_, volume, keep);
  }

 private:
  Shared shared_;
  Stages stages_;
};

}  // namespace

std::unique_ptr<Backend> make_card_backend(std::unique_ptr<Machine> machine, Precision precision) {
  return std::make_unique<CardBackend>(std::move(machine), precision);
}

}  // namespace dfe::card
