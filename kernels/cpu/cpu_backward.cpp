// SPDX-License-Identifier: Apache-2.0
// The planner of backward ops on `cpu`, with pooling and the loss, which are short. Convolutions
// are in backward_conv.cpp, their filter gradients in backward_winograd.cpp and backward_parts.cpp,
// up-convolutions in backward_up_conv.cpp. See docs/design/training.md, "Backward ops of `cpu`".
#include "kernels/cpu/cpu_backward.hpp"

#include "dfengine/error.hpp"
#include "kernels/common/softmax_loss.hpp"
#include "kernels/cpu/backward_parts.hpp"

namespace dfe {
namespace cpu {
namespace {

class CpuMaxPoolBackward final : public PlannedBackward {
 public:
  explicit CpuMaxPoolBackward(BackwardContext& shared) : shared_(shared) {}
  std::string name() const override { return std::string("rows ") + shared_.table.name; }
  std::size_t bytes() const override { return 0; }

  void run(const BackwardTensors& t, LayerGradient*) override {
    shared_.context.for_rows(
        0, t.y.extent.z, t.y.extent.y, [&](std::int64_t z, std::int64_t y, int) {
          const PlaneRows x[2] = {{t.x[0], 2 * z}, {t.x[0], 2 * z + 1}},
                          dx[2] = {{t.dx[0], 2 * z}, {t.dx[0], 2 * z + 1}};
          for (std::int64_t b = 0; b < blocks_of(t.y.channels); ++b) {
            const float* const in[4] = {x[0].at(b, 2 * y), x[0].at(b, 2 * y + 1), x[1].at(b, 2 * y),
                                        x[1].at(b, 2 * y + 1)};
            float* const out[4] = {dx[0].at(b, 2 * y), dx[0].at(b, 2 * y + 1), dx[1].at(b, 2 * y),
                                   dx[1].at(b, 2 * y + 1)};
            shared_.table.unpool_row(in, out, PlaneRows(t.y, z).at(b, y),
                                     PlaneRows(t.dy, z).at(b, y), t.y.extent.x);
          }
        });
  }

 private:
  BackwardContext& shared_;
};

class CpuLoss final : public PlannedLoss {
 public:
  CpuLoss(BackwardContext& shared, std::int64_t classes) : shared_(shared), classes_(classes) {}

  ClassSums forward(const PlaneBuffer& logits, const std::uint8_t* labels) override {
    std::vector<ClassSums> planes(static_cast<std::size_t>(logits.extent.z), ClassSums(classes_));
    for_voxels(logits, labels, [&](std::int64_t z, double* p, std::uint8_t label) {
      softmax_voxel(p, classes_, label, planes[static_cast<std::size_t>(z)]);
    });
    ClassSums sums(classes_);
    for (const ClassSums& plane : planes) add_sums(sums, plane);
    return sums;
  }

  void backward(const PlaneBuffer& probabilities, const std::uint8_t* labels,
                const LossSlopes& slopes) override {
    for_voxels(probabilities, labels, [&](std::int64_t, double* p, std::uint8_t label) {
      softmax_gradient_voxel(p, classes_, label, slopes);
    });
  }

 private:
  /// Calls body(z, values, label) for every voxel, its channels as doubles, and writes the values
  /// back; planes in parallel.
  template <class Body>
  void for_voxels(const PlaneBuffer& x, const std::uint8_t* labels, Body&& body) {
    parallel_for(shared_.context.pool, 0, x.extent.z, 1, [&](std::int64_t z, std::int64_t, int) {
      const PlaneRows rows(x, z);
      double values[256];
      for (std::int64_t y = 0; y < x.extent.y; ++y)
        for (std::int64_t i = 0; i < x.extent.x; ++i) {
          float* const voxel = rows.at(0, y) + i * kBlock;
          const auto at = [&](std::int64_t c) -> float& {
            return voxel[c / kBlock * rows.block + c % kBlock];
          };
          for (std::int64_t c = 0; c < classes_; ++c) values[c] = static_cast<double>(at(c));
          body(z, values, labels[(z * x.extent.y + y) * x.extent.x + i]);
          for (std::int64_t c = 0; c < classes_; ++c) at(c) = static_cast<float>(values[c]);
        }
    });
  }

  BackwardContext& shared_;
  std::int64_t classes_;
};

class CpuBackwardPlanner final : public BackwardPlanner {
 public:
  CpuBackwardPlanner(Backend& forward, const std::string& instruction_set, Convolution convolution)
      : shared_(forward, instruction_set, convolution) {}

  std::unique_ptr<PlannedBackward> plan(const Conv3dDesc& op, std::int64_t widest) override {
    return make_conv3d_backward(shared_, op, widest);
  }
  std::unique_ptr<PlannedBackward> plan(const MaxPoolDesc& op) override {
    if (op.channels < 2)
      throw Error("cpu", "max_pool backward", "no kernel for one channel",
                  "expected at least 2 channels");
    return std::make_unique<CpuMaxPoolBackward>(shared_);
  }
  std::unique_ptr<PlannedBackward> plan(const UpConvDesc& op, std::int64_t widest) override {
    return make_up_conv_backward(shared_, op, widest);
  }
  std::unique_ptr<PlannedLoss> plan_loss(std::int64_t classes) override {
    if (classes < 2 || classes > 256)
      throw Error("cpu", "loss", std::to_string(classes) + " classes", "expected 2 to 256");
    return std::make_unique<CpuLoss>(shared_, classes);
  }

 private:
  BackwardContext shared_;
};

}  // namespace
}  // namespace cpu

std::unique_ptr<BackwardPlanner> make_cpu_backward(Backend& forward,
                                                   const std::string& instruction_set,
                                                   Convolution convolution) {
  return std::make_unique<cpu::CpuBackwardPlanner>(forward, instruction_set, convolution);
}

}  // namespace dfe
