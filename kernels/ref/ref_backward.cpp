// SPDX-License-Identifier: Apache-2.0
// Backward ops in double on (H, W, C) planes. Each loop is the derivative of the forward loop
// beside it (ref_backend.cpp), turned so that every number has one writer: dx gathers from dy, dw
// from pairs of voxels.
#include "kernels/ref/ref_backward.hpp"

#include <algorithm>

#include "core/parallel.hpp"
#include "kernels/common/softmax_loss.hpp"
#include "kernels/op_weights.hpp"
#include "kernels/ref/ref_planes.hpp"

namespace dfe {
namespace {

/// Calls body(z, y, x) for every voxel, planes in parallel.
template <class Body>
void for_voxels(ThreadPool& pool, const Extent3& extent, Body&& body) {
  parallel_for(pool, 0, extent.z, 1, [&](std::int64_t z, std::int64_t, int) {
    for (std::int64_t y = 0; y < extent.y; ++y)
      for (std::int64_t x = 0; x < extent.x; ++x) body(z, y, x);
  });
}

/// dy is zero where y is not above zero; db is the sum of dy.
void mask_and_sum(ThreadPool& pool, bool relu, const PlaneBuffer& y, const PlaneBuffer& dy,
                  std::vector<double>& db) {
  db.assign(static_cast<std::size_t>(dy.channels), 0.0);
  parallel_for(pool, 0, dy.channels, 1, [&](std::int64_t o, std::int64_t, int) {
    for (std::int64_t z = 0; z < dy.extent.z; ++z)
      for (std::int64_t i = 0; i < dy.extent.y * dy.extent.x; ++i) {
        double& g = voxel(dy, z, 0, i)[o];
        if (relu && !(voxel(y, z, 0, i)[o] > 0)) g = 0;
        db[static_cast<std::size_t>(o)] += g;
      }
  });
}

class RefConv3dBackward final : public PlannedBackward {
 public:
  RefConv3dBackward(ThreadPool& pool, const Conv3dDesc& op) : pool_(pool), op_(op) {}
  std::string name() const override { return "ref"; }
  std::size_t bytes() const override { return kernel_.size() * sizeof(double); }
  void set_weights(const LayerWeights& w) override {
    check_weights("ref", "conv3d backward", kernel_shape(op_), w);
    kernel_.assign(w.kernel.begin(), w.kernel.end());
  }

  void run(const BackwardTensors& t, LayerGradient* gradient) override {
    mask_and_sum(pool_, op_.relu, t.y, t.dy, gradient->db);
    gradient->dw.assign(static_cast<std::size_t>(op_.kernel.voxels() * (op_.c0 + op_.c1) * op_.co),
                        0.0);
    std::int64_t first_ci = 0;
    for (std::size_t i = 0; i < t.x.size(); ++i) {
      filter(t.x[i], t.dy, first_ci, gradient->dw.data());
      if (t.dx[i].data) data(t.dx[i], t.dy, first_ci);
      first_ci += t.x[i].channels;
    }
  }

 private:
  /// dw[k][ci][co] = Σ over v of x[v + k - pad][ci] · dy[v][co]
  void filter(const PlaneBuffer& x, const PlaneBuffer& dy, std::int64_t first_ci, double* dw) {
    parallel_for(pool_, 0, op_.kernel.voxels(), 1, [&](std::int64_t k, std::int64_t, int) {
      const Extent3 tap = tap_of(k);
      double* const to = dw + (k * (op_.c0 + op_.c1) + first_ci) * op_.co;
      for (std::int64_t z = 0; z < dy.extent.z; ++z)
        for (std::int64_t row = 0; row < dy.extent.y; ++row)
          for (std::int64_t col = 0; col < dy.extent.x; ++col) {
            const std::int64_t zi = z + tap.z - op_.pad_lo.z, yi = row + tap.y - op_.pad_lo.y,
                               xi = col + tap.x - op_.pad_lo.x;
            if (!inside(x.extent, zi, yi, xi)) continue;
            const double *const in = voxel(x, zi, yi, xi), *const g = voxel(dy, z, row, col);
            for (std::int64_t c = 0; c < x.channels; ++c)
              for (std::int64_t o = 0; o < op_.co; ++o) to[c * op_.co + o] += in[c] * g[o];
          }
    });
  }

  /// dx[v][ci] = Σ over k, co of dy[v - k + pad][co] · w[k][ci][co]
  void data(const PlaneBuffer& dx, const PlaneBuffer& dy, std::int64_t first_ci) {
    for_voxels(pool_, dx.extent, [&](std::int64_t z, std::int64_t row, std::int64_t col) {
      double* const to = voxel(dx, z, row, col);
      std::fill_n(to, dx.channels, 0.0);
      for (std::int64_t k = 0; k < op_.kernel.voxels(); ++k) {
        const Extent3 tap = tap_of(k);
        const std::int64_t zo = z - tap.z + op_.pad_lo.z, yo = row - tap.y + op_.pad_lo.y,
                           xo = col - tap.x + op_.pad_lo.x;
        if (!inside(dy.extent, zo, yo, xo)) continue;
        const double* const g = voxel(dy, zo, yo, xo);
        const double* const w = kernel_.data() + (k * (op_.c0 + op_.c1) + first_ci) * op_.co;
        for (std::int64_t c = 0; c < dx.channels; ++c)
          for (std::int64_t o = 0; o < op_.co; ++o) to[c] += g[o] * w[c * op_.co + o];
      }
    });
  }

  Extent3 tap_of(std::int64_t k) const {
    return {k / (op_.kernel.y * op_.kernel.x), k / op_.kernel.x % op_.kernel.y, k % op_.kernel.x};
  }

  ThreadPool& pool_;
  Conv3dDesc op_;
  std::vector<double> kernel_;
};

class RefMaxPoolBackward final : public PlannedBackward {
 public:
  explicit RefMaxPoolBackward(ThreadPool& pool) : pool_(pool) {}
  std::string name() const override { return "ref"; }
  std::size_t bytes() const override { return 0; }

  void run(const BackwardTensors& t, LayerGradient*) override {
    for_voxels(pool_, t.dy.extent, [&](std::int64_t z, std::int64_t row, std::int64_t col) {
      for (std::int64_t c = 0; c < t.dy.channels; ++c)
        for (std::int64_t k = 0; k < 8; ++k) {  // the first of equals in (z, y, x) order
          const std::int64_t zi = 2 * z + (k >> 2), yi = 2 * row + (k >> 1 & 1),
                             xi = 2 * col + (k & 1);
          if (voxel(t.x[0], zi, yi, xi)[c] != voxel(t.y, z, row, col)[c]) continue;
          voxel(t.dx[0], zi, yi, xi)[c] += voxel(t.dy, z, row, col)[c];
          break;
        }
    });
  }

 private:
  ThreadPool& pool_;
};

class RefUpConvBackward final : public PlannedBackward {
 public:
  RefUpConvBackward(ThreadPool& pool, const UpConvDesc& op) : pool_(pool), op_(op) {}
  std::string name() const override { return "ref"; }
  std::size_t bytes() const override { return kernel_.size() * sizeof(double); }
  void set_weights(const LayerWeights& w) override {
    check_weights("ref", "up_conv backward", kernel_shape(op_), w);
    kernel_.assign(w.kernel.begin(), w.kernel.end());
  }

  void run(const BackwardTensors& t, LayerGradient* gradient) override {
    mask_and_sum(pool_, op_.relu, t.y, t.dy, gradient->db);
    const PlaneBuffer &x = t.x[0], &dy = t.dy;
    gradient->dw.assign(static_cast<std::size_t>(8 * op_.ci * op_.co), 0.0);
    parallel_for(pool_, 0, 8, 1, [&](std::int64_t k, std::int64_t, int) {
      double* const dw = gradient->dw.data() + k * op_.ci * op_.co;
      for (std::int64_t z = 0; z < dy.extent.z; ++z)
        for (std::int64_t row = 0; row < dy.extent.y; ++row)
          for (std::int64_t col = 0; col < dy.extent.x; ++col) {
            const std::int64_t zi = z + (k >> 2), yi = row + (k >> 1 & 1), xi = col + (k & 1);
            if (!inside(dy.extent, zi, yi, xi)) continue;
            const double *const in = voxel(x, zi / 2, yi / 2, xi / 2), *const g =
                                                                           voxel(dy, z, row, col);
            for (std::int64_t c = 0; c < op_.ci; ++c)
              for (std::int64_t o = 0; o < op_.co; ++o) dw[c * op_.co + o] += in[c] * g[o];
          }
    });
    if (!t.dx[0].data) return;
    for_voxels(pool_, x.extent, [&](std::int64_t z, std::int64_t row, std::int64_t col) {
      double* const to = voxel(t.dx[0], z, row, col);
      std::fill_n(to, op_.ci, 0.0);
      for (std::int64_t copy = 0; copy < 8;
           ++copy)  // the voxel stands 8 times in the doubled tensor
        for (std::int64_t k = 0; k < 8; ++k) {
          const std::int64_t zo = 2 * z + (copy >> 2) - (k >> 2),
                             yo = 2 * row + (copy >> 1 & 1) - (k >> 1 & 1),
                             xo = 2 * col + (copy & 1) - (k & 1);
          if (!inside(dy.extent, zo, yo, xo)) continue;
          const double *const g = voxel(dy, zo, yo, xo), *const w =
                                                             kernel_.data() + k * op_.ci * op_.co;
          for (std::int64_t c = 0; c < op_.ci; ++c)
            for (std::int64_t o = 0; o < op_.co; ++o) to[c] += g[o] * w[c * op_.co + o];
        }
    });
  }

 private:
  ThreadPool& pool_;
  UpConvDesc op_;
  std::vector<double> kernel_;
};

class RefLoss final : public PlannedLoss {
 public:
  explicit RefLoss(std::int64_t classes) : classes_(classes) {}

  ClassSums forward(const PlaneBuffer& logits, const std::uint8_t* labels) override {
    ClassSums sums(classes_);
    for (std::int64_t z = 0; z < logits.extent.z; ++z)
      for (std::int64_t i = 0; i < logits.extent.y * logits.extent.x; ++i)
        softmax_voxel(voxel(logits, z, 0, i), classes_, *labels++, sums);
    return sums;
  }

  void backward(const PlaneBuffer& p, const std::uint8_t* labels,
                const LossSlopes& slopes) override {
    for (std::int64_t z = 0; z < p.extent.z; ++z)
      for (std::int64_t i = 0; i < p.extent.y * p.extent.x; ++i)
        softmax_gradient_voxel(voxel(p, z, 0, i), classes_, *labels++, slopes);
  }

 private:
  std::int64_t classes_;
};

class RefBackwardPlanner final : public BackwardPlanner {
 public:
  explicit RefBackwardPlanner(int threads) : pool_(threads) {}
  std::unique_ptr<PlannedBackward> plan(const Conv3dDesc& op, std::int64_t) override {
    return std::make_unique<RefConv3dBackward>(pool_, op);
  }
  std::unique_ptr<PlannedBackward> plan(const MaxPoolDesc&) override {
    return std::make_unique<RefMaxPoolBackward>(pool_);
  }
  std::unique_ptr<PlannedBackward> plan(const UpConvDesc& op, std::int64_t) override {
    return std::make_unique<RefUpConvBackward>(pool_, op);
  }
  std::unique_ptr<PlannedLoss> plan_loss(std::int64_t classes) override {
    return std::make_unique<RefLoss>(classes);
  }

 private:
  ThreadPool pool_;
};

}  // namespace

std::unique_ptr<BackwardPlanner> make_ref_backward(int threads) {
  return std::make_unique<RefBackwardPlanner>(threads);
}

}  // namespace dfe
