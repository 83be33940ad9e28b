// SPDX-License-Identifier: Apache-2.0
// Every op in double, as defined. Nothing clever here: a reader should see at once that each loop
// is the definition.
#include "kernels/ref/ref_backend.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/parallel.hpp"
#include "dfengine/error.hpp"
#include "kernels/op_weights.hpp"
#include "kernels/ref/ref_planes.hpp"

namespace dfe {
namespace {

/// sums[co] += x[ci] · w[ci][co]
void multiply_add(std::vector<double>& sums, const double* x, std::int64_t ci, const double* w) {
  const std::int64_t co = static_cast<std::int64_t>(sums.size());
  for (std::int64_t i = 0; i < ci; ++i)
    for (std::int64_t o = 0; o < co; ++o) sums[static_cast<std::size_t>(o)] += x[i] * w[i * co + o];
}

struct RefWeights {
  std::vector<double> kernel, bias;

  void set(const char* op, const KernelShape& shape, const LayerWeights& w) {
    check_weights("ref", op, shape, w);
    kernel.assign(w.kernel.begin(), w.kernel.end());
    bias.assign(w.bias.begin(), w.bias.end());
  }
  std::size_t bytes() const { return (kernel.size() + bias.size()) * sizeof(double); }
};

void store_sums(const std::vector<double>& sums, bool relu, double* y) {
  for (std::size_t o = 0; o < sums.size(); ++o) y[o] = relu ? std::max(sums[o], 0.0) : sums[o];
}

/// Calls body(z, y) for every row of the planes [z_begin, z_end).
template <class Body>
void for_rows(ThreadPool& pool, std::int64_t z_begin, std::int64_t z_end, std::int64_t height,
              Body&& body) {
  parallel_for(pool, 0, (z_end - z_begin) * height, 1, [&](std::int64_t row, std::int64_t, int) {
    body(z_begin + row / height, row % height);
  });
}

class RefConv3d final : public PlannedOp {
 public:
  RefConv3d(ThreadPool& pool, const Conv3dDesc& op, const LayerWeights& w) : pool_(pool), op_(op) {
    set_weights(w);
  }
  std::string name() const override { return "ref"; }
  std::size_t bytes() const override { return w_.bytes(); }
  void set_weights(const LayerWeights& w) override { w_.set("conv3d", kernel_shape(op_), w); }

  void run(const PlaneBuffer& y, std::span<const PlaneBuffer> x, std::int64_t z_begin,
           std::int64_t z_end) override {
    for_rows(pool_, z_begin, z_end, y.extent.y, [&](std::int64_t z, std::int64_t row) {
      std::vector<double> sums;
      for (std::int64_t col = 0; col < y.extent.x; ++col) {
        sums = w_.bias;
        const double* w = w_.kernel.data();
        for (std::int64_t kd = 0; kd < op_.kernel.z; ++kd)
          for (std::int64_t kh = 0; kh < op_.kernel.y; ++kh)
            for (std::int64_t kw = 0; kw < op_.kernel.x; ++kw)
              for (const PlaneBuffer& input : x) {
                const std::int64_t zi = z + kd - op_.pad_lo.z, yi = row + kh - op_.pad_lo.y,
                                   xi = col + kw - op_.pad_lo.x;
                if (inside(input.extent, zi, yi, xi))
                  multiply_add(sums, voxel(input, zi, yi, xi), input.channels, w);
                w += input.channels * op_.co;
              }
        store_sums(sums, op_.relu, voxel(y, z, row, col));
      }
    });
  }

 private:
  ThreadPool& pool_;
  Conv3dDesc op_;
  RefWeights w_;
};

class RefMaxPool final : public PlannedOp {
 public:
  explicit RefMaxPool(ThreadPool& pool) : pool_(pool) {}
  std::string name() const override { return "ref"; }
  std::size_t bytes() const override { return 0; }

  void run(const PlaneBuffer& y, std::span<const PlaneBuffer> x, std::int64_t z_begin,
           std::int64_t z_end) override {
    for_rows(pool_, z_begin, z_end, y.extent.y, [&](std::int64_t z, std::int64_t row) {
      for (std::int64_t col = 0; col < y.extent.x; ++col)
        for (std::int64_t c = 0; c < y.channels; ++c) {
          double best = voxel(x[0], 2 * z, 2 * row, 2 * col)[c];
          for (std::int64_t k = 1; k < 8; ++k)
            best = std::max(
                best, voxel(x[0], 2 * z + (k >> 2), 2 * row + (k >> 1 & 1), 2 * col + (k & 1))[c]);
          voxel(y, z, row, col)[c] = best;
        }
    });
  }

 private:
  ThreadPool& pool_;
};

class RefUpConv final : public PlannedOp {
 public:
  RefUpConv(ThreadPool& pool, const UpConvDesc& op, const LayerWeights& w) : pool_(pool), op_(op) {
    set_weights(w);
  }
  std::string name() const override { return "ref"; }
  std::size_t bytes() const override { return w_.bytes(); }
  void set_weights(const LayerWeights& w) override { w_.set("up_conv", kernel_shape(op_), w); }

  void run(const PlaneBuffer& y, std::span<const PlaneBuffer> x, std::int64_t z_begin,
           std::int64_t z_end) override {
    for_rows(pool_, z_begin, z_end, y.extent.y, [&](std::int64_t z, std::int64_t row) {
      std::vector<double> sums;
      for (std::int64_t col = 0; col < y.extent.x; ++col) {
        sums = w_.bias;
        for (std::int64_t k = 0; k < 8;
             ++k) {  // the doubled tensor at (z, row, col) + k is the small one at half of that
          const std::int64_t zi = z + (k >> 2), yi = row + (k >> 1 & 1), xi = col + (k & 1);
          if (inside(y.extent, zi, yi, xi))
            multiply_add(sums, voxel(x[0], zi / 2, yi / 2, xi / 2), op_.ci,
                         w_.kernel.data() + k * op_.ci * op_.co);
        }
        store_sums(sums, op_.relu, voxel(y, z, row, col));
      }
    });
  }

 private:
  ThreadPool& pool_;
  UpConvDesc op_;
  RefWeights w_;
};

class RefHead final : public PlannedHead {
 public:
  RefHead(ThreadPool& pool, const HeadDesc& op, const LayerWeights& w) : pool_(pool), op_(op) {
    set_weights(w);
  }
  std::string name() const override { return "ref"; }
  std::size_t bytes() const override { return w_.bytes(); }
  void set_weights(const LayerWeights& w) override { w_.set("head", kernel_shape(op_), w); }

  void run(const HeadOutput& y, const PlaneBuffer& x, std::int64_t z_begin,
           std::int64_t z_end) override {
    const std::int64_t height = x.extent.y, width = x.extent.x, plane = height * width;
    for_rows(pool_, z_begin, z_end, height, [&](std::int64_t z, std::int64_t row) {
      std::vector<double> logits;
      for (std::int64_t col = 0; col < width; ++col) {
        logits = w_.bias;
        multiply_add(logits, voxel(x, z, row, col), op_.ci, w_.kernel.data());
        const auto best = std::max_element(logits.begin(), logits.end());  // the first of equals
        y.labels[(z - z_begin) * plane + row * width + col] =
            static_cast<std::uint8_t>(best - logits.begin());
        if (!y.scores) continue;
        const double highest = *best;
        double sum = 0;
        for (double& l : logits) sum += l = std::exp(l - highest);
        float* const scores = y.scores + (z - z_begin) * op_.classes * plane + row * width + col;
        for (std::int64_t c = 0; c < op_.classes; ++c)
          scores[c * plane] = static_cast<float>(logits[static_cast<std::size_t>(c)] / sum);
      }
    });
  }

 private:
  ThreadPool& pool_;
  HeadDesc op_;
  RefWeights w_;
};

class RefBackend final : public Backend {
 public:
  explicit RefBackend(int threads) : pool_(threads) {}
  std::string description() const override {
    return "ref (double, " + std::to_string(pool_.threads()) +
           (pool_.threads() == 1 ? " thread)" : " threads)");
  }
  int threads() const override { return pool_.threads(); }
  std::size_t plane_bytes(std::int64_t channels, std::int64_t height,
                          std::int64_t width) const override {
    return static_cast<std::size_t>(channels * height * width) * sizeof(double);
  }
  std::size_t tail_bytes() const override { return 0; }
  std::unique_ptr<PlannedOp> plan(const Conv3dDesc& op, const LayerWeights& weights,
                                  std::int64_t) override {
    return std::make_unique<RefConv3d>(pool_, op, weights);
  }
  std::unique_ptr<PlannedOp> plan(const MaxPoolDesc&) override {
    return std::make_unique<RefMaxPool>(pool_);
  }
  std::unique_ptr<PlannedOp> plan(const UpConvDesc& op, const LayerWeights& weights,
                                  std::int64_t) override {
    return std::make_unique<RefUpConv>(pool_, op, weights);
  }
  std::unique_ptr<PlannedHead> plan(const HeadDesc& op, const LayerWeights& weights,
                                    std::int64_t) override {
    if (op.classes < 1 || op.classes > 256)
      throw Error("ref", "head", std::to_string(op.classes) + " classes", "1 to 256 fit a label");
    return std::make_unique<RefHead>(pool_, op, weights);
  }
  void store_plane(const PlaneBuffer& x, std::int64_t z, const float* plane) override {
    std::copy_n(plane, x.extent.y * x.extent.x * x.channels, voxel(x, z, 0, 0));
  }
  void load_plane(const PlaneBuffer& x, std::int64_t z, float* plane) const override {
    const double* const from = voxel(x, z, 0, 0);
    for (std::int64_t i = 0; i < x.extent.y * x.extent.x * x.channels; ++i)
      plane[i] = static_cast<float>(from[i]);
  }

 private:
  ThreadPool pool_;
};

}  // namespace

std::unique_ptr<Backend> make_ref_backend(int threads) {
  return std::make_unique<RefBackend>(threads);
}

}  // namespace dfe
