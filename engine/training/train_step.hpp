// SPDX-License-Identifier: Apache-2.0
// One step of training: gradients of a batch, and their use. A step whose loss or gradients are not
// finite changes nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/comm/communicator.hpp"
#include "core/parallel.hpp"
#include "engine/training/training_executable.hpp"
#include "layers/losses.hpp"
#include "optim/adam.hpp"
#include "optim/schedule.hpp"
#include "optim/weight_average.hpp"

namespace dfe {

/// One patch with its truth, both (z, y, x) of the executable's extent. Voxels are normalized
/// already.
struct TrainingSample {
  const float* voxels = nullptr;
  const std::uint8_t* labels = nullptr;
};

/// A batch's loss, sums and gradients, the same on every process.
struct BatchResult {
  double loss = 0;
  ClassSums sums;
  Gradients gradients;
};

/// Computes gradients of batches. Its memory is made once.
class BatchGradient {
 public:
  /// `batch` is this process's number of samples; sample i is worked on by backend i modulo their
  /// number, which changes no bit. A loss that needs sums over the batch keeps the activations of
  /// all samples, else of one per backend.
  BatchGradient(const Graph& graph, std::span<const TrainingBackend> backends, const Extent3& patch,
                std::int64_t batch, const LossSpec& loss, Communicator& communicator);
  BatchGradient(const Graph& graph, const TrainingBackend& backend, const Extent3& patch,
                std::int64_t batch, const LossSpec& loss, Communicator& communicator)
      : BatchGradient(graph, std::span(&backend, 1), patch, batch, loss, communicator) {}

  std::size_t bytes() const;

  /// Throws `Error` for a batch of another size, or a label that is no class.
  BatchResult run(const Weights& weights, const std::vector<TrainingSample>& samples);

 private:
  template <class Work>
  void for_samples(std::size_t count, Work&& work);
  void check_labels(const std::vector<TrainingSample>& samples) const;
  void sum_over_processes(ClassSums& sums);
  void sum_over_processes(Gradients& gradients);
  void sum_samples(std::size_t layer, std::size_t first, std::size_t last);

  std::int64_t classes_, batch_;
  LossSpec loss_;
  Communicator* communicator_;
  std::vector<std::unique_ptr<TrainingExecutable>> lanes_;
  ThreadPool pool_;  // a thread per lane
  std::vector<Gradients>
      gradients_;  // of each sample; kept, because touching fresh memory costs more than the sums
};

struct OptimizerOptions {
  AdamOptions adam = {};
  ScheduleOptions schedule = {};
  double clip_norm = 0;               ///< limit of the gradients' global norm; 0 is none
  double average_decay = 0;           ///< of the moving average of the weights; 0 keeps none
  std::int64_t batches_per_step = 1;  ///< gradient accumulation
};

/// Throws a usage `Error` where numbers are out of range.
void check_optimizer(const OptimizerOptions& options);

/// Everything that training changes, as plain data: saved and loaded bit for bit, it resumes as if
/// it had never stopped.
struct TrainingState {
  Weights weights;
  std::vector<LayerWeights> average;  ///< moving average; empty without one
  AdamState adam;
  ScheduleState schedule;
  GradientSum pending;  ///< batches that wait for a step
};

struct StepReport {
  double loss = 0;
  double gradient_norm = 0;  ///< before clipping
  double learning_rate = 0;
  bool stepped = false;  ///< the weights changed; false while batches are gathered
  std::string problem;   ///< why the batch was left out; empty where all was well
};

/// Uses a batch's gradients: gathers, clips, steps, averages. Where the loss or a gradient is not
/// finite, `state` stays as it is.
StepReport apply_batch(const OptimizerOptions& options, BatchResult batch, TrainingState& state);

}  // namespace dfe
