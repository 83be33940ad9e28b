// SPDX-License-Identifier: Apache-2.0
// One convolution as a cuDNN graph (backend API): conv, + residual, + bias, ReLU, fused. Plans are
// made for a GPU by its handle, or for a description of a GPU with no GPU there, which is how
// tests build every plan of the network.
#pragma once

#include <cudnn.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "kernels/cuda/machine/machine.hpp"

namespace dfe::card {

/// A descriptor of cuDNN's backend API, destroyed with its owner.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(cudnnBackendDescriptorType_t type);
  ~Descriptor();
  Descriptor(Descriptor&& other) noexcept : raw_(std::exchange(other.raw_, nullptr)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(raw_, other.raw_);
    return *this;
  }
  cudnnBackendDescriptor_t raw() const { return raw_; }

 private:
  cudnnBackendDescriptor_t raw_ = nullptr;
};

/// For what plans are made: a GPU by its handle, or a description.
struct PlanTarget {
  cudnnHandle_t handle = nullptr;
  Descriptor description;  ///< used where there is no handle
};

/// From cuDNN's JSON of device properties (cuDNN 9.8 and later). Throws `Error`.
PlanTarget describe_card(const std::string& json);

/// A kernel of cuDNN and its settings: all that a plan needs besides the graph. Reads and writes as
/// "62 0=5 7=1".
struct EngineChoice {
  std::int64_t engine = -1;
  std::vector<std::pair<std::int64_t, std::int64_t>> knobs;  ///< kind and value

  std::string to_string() const;
  /// False where the text is none.
  static bool parse(const std::string& text, EngineChoice& choice);
};

/// A choice that cuDNN proposes, with what it says of it.
struct Candidate {
  EngineChoice choice;
  bool deterministic = true;
  bool tensor_core = false;
  bool runtime_compiled = false;  ///< seconds at the first use
};

class ConvGraph {
 public:
  /// Throws `Error` where cuDNN does not take the graph.
  ConvGraph(const PlanTarget& target, const ConvShape& shape);

  /// What the heuristics propose, best first: mode A, and the fallback list where that is empty.
  std::vector<Candidate> candidates() const;

  /// Those that may run: deterministic, and for Fp32 without matrix units, which would round to 10
  /// bits.
  std::vector<Candidate> usable_candidates() const;

  struct Plan {
    Descriptor engine, config, plan;
    std::vector<Descriptor> knobs;
    std::int64_t workspace_bytes = 0;
  };
  /// Throws `Error` where the choice does not fit graph or GPU.
  Plan build(const EngineChoice& choice) const;

  const ConvShape& shape() const { return shape_; }

 private:
  const PlanTarget& target_;
  ConvShape shape_;
  std::vector<Descriptor> parts_;
  Descriptor graph_;
};

/// Runs a plan on the handle's stream. Throws `Error`.
void execute(cudnnHandle_t handle, const ConvGraph::Plan& plan, const ConvShape& shape,
             const ConvArguments& arguments);

/// Throws `Error("cuda", object, ...)` with expression, code and text unless `status` is success.
void check_cudnn(cudnnStatus_t status, const char* expression, const std::string& object);
#define DFE_CUDNN(expression, object) ::dfe::card::check_cudnn((expression), #expression, (object))

}  // namespace dfe::card
