// SPDX-License-Identifier: Apache-2.0
// What the backend needs of a GPU, and nothing more: memory, three queues, convolutions and the
// project's own kernels. Two machines exist: the GPU (cuda_machine) and its stand-in on the CPU
// (host_machine), on which everything above this line is tested.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "dfengine/compute.hpp"
#include "dfengine/extent.hpp"
#include "kernels/cuda/machine/kernel.hpp"

namespace dfe::card {

/// One convolution of a window of planes: x (planes,H,W,ci) w (co,Kd,Kh,Kw,ci) bias (co) residual
/// and y (planes',H',W',co); channels are whole packs. y = relu(x * w + residual + bias), each of
/// the last three if asked for.
struct ConvShape {
  Extent3 window;  ///< planes, H, W of the input
  std::int64_t ci = 0, co = 0;
  Extent3 kernel, pad_lo, pad_hi;
  bool bias = true, residual = false, relu = true;
  Precision precision = Precision::Fp16;

  Extent3 output() const {
    return {window.z + pad_lo.z + pad_hi.z - kernel.z + 1,
            window.y + pad_lo.y + pad_hi.y - kernel.y + 1,
            window.x + pad_lo.x + pad_hi.x - kernel.x + 1};
  }
  /// "fp16 3x3x3 48 to 32 on 18x928x928 pad 0,1,1 0,1,1 residual bias relu"
  std::string to_string() const;
};

struct ConvArguments {
  const std::byte *x = nullptr, *w = nullptr, *bias = nullptr, *residual = nullptr;
  std::byte* y = nullptr;
  std::byte* workspace = nullptr;
};

class ConvPlan {
 public:
  virtual ~ConvPlan() = default;
  virtual std::string name() const = 0;
  virtual std::size_t workspace_bytes() const = 0;
  virtual void run(const ConvArguments& arguments) = 0;  ///< on the compute queue
};

/// Work in one queue is done in order. Uploads and downloads run beside the computing.
enum class Queue { Compute, Upload, Download };

class Machine {
 public:
  virtual ~Machine() = default;

  virtual std::string description() const = 0;  ///< "NVIDIA H100 80GB HBM3, sm_90, cuDNN 9.19.0"
  virtual std::int64_t free_bytes() const = 0;

  /// These throw std::bad_alloc. `pinned` memory is the host's, and copies from and to it run
  /// beside everything else.
  virtual std::byte* allocate(std::size_t bytes) = 0;
  virtual void release(std::byte* memory) noexcept = 0;
  virtual std::byte* allocate_pinned(std::size_t bytes) = 0;
  virtual void release_pinned(std::byte* memory) noexcept = 0;

  virtual void zero(std::byte* memory, std::size_t bytes, Queue queue) = 0;
  /// Between any two memories that do not overlap.
  virtual void copy(std::byte* to, const std::byte* from, std::size_t bytes, Queue queue) = 0;

  /// An event is a place in a queue. wait: the queue continues when the work before the event is
  /// done; a fresh event is done.
  virtual int make_event() = 0;
  virtual void record(int event, Queue queue) = 0;
  virtual void wait(int event, Queue queue) = 0;
  virtual void wait(int event) = 0;  ///< the calling thread waits
  virtual void synchronize() = 0;    ///< the calling thread waits for all queues

  /// Milliseconds of the compute queue between two recorded events, once done.
  virtual double milliseconds(int begin, int end) = 0;

  /// Throws `Error` naming shape and reason where there is no kernel. `like` describes a call with
  /// the same plan but for the window; where it is given the same kernel is taken if it can be.
  /// With `sample` (memory that may be overwritten) the candidates are timed.
  virtual std::unique_ptr<ConvPlan> plan(const ConvShape& shape, const ConvPlan* like,
                                         const ConvArguments* sample) = 0;

  /// What was measured once and is to stay so: a choice by its key, on this kind of GPU.
  virtual std::optional<std::string> recall(const std::string& key) const = 0;
  virtual void remember(const std::string& key, const std::string& choice, double milliseconds) = 0;

  /// Starts a kernel on the compute queue.
  virtual void run(const Kernel& kernel) = 0;

  /// Whether the machine has kernels that not every device can run: UpConvCall for 16-bit elements
  /// and has_up_conv_kernel, on devices with matrix units of that kind; HaloConvCall and
  /// HaloUpConvCall, where matrix units read shared memory.
  virtual bool has_up_conv(Precision precision, std::int64_t ci, std::int64_t co) const = 0;
  virtual bool runs_halo_conv() const = 0;
};

/// Memory of a machine that is released with its owner.
class Block {
 public:
  Block() = default;
  Block(Machine& machine, std::size_t bytes, bool pinned = false)
      : machine_(&machine),
        data_(pinned ? machine.allocate_pinned(bytes) : machine.allocate(bytes)),
        bytes_(bytes),
        pinned_(pinned) {}
  ~Block() {
    if (data_) pinned_ ? machine_->release_pinned(data_) : machine_->release(data_);
  }
  Block(Block&& other) noexcept { *this = std::move(other); }
  Block& operator=(Block&& other) noexcept {
    std::swap(machine_, other.machine_);
    std::swap(data_, other.data_);
    std::swap(bytes_, other.bytes_);
    std::swap(pinned_, other.pinned_);
    return *this;
  }
  std::byte* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }

 private:
  Machine* machine_ = nullptr;
  std::byte* data_ = nullptr;
  std::size_t bytes_ = 0;
  bool pinned_ = false;
};

}  // namespace dfe::card
