// SPDX-License-Identifier: Apache-2.0
// Gradients of a batch, summed in trees over samples and processes so that no number depends on how
// the work is shared, and their use by the optimizer. See docs/design/training.md, "The path of a
// batch" and "The same bits".
#include "engine/training/train_step.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "dfengine/error.hpp"
#include "kernels/common/softmax_loss.hpp"

namespace dfe {
namespace {

/// Sum of make(i) for i in [first, last) as a binary tree; `add` adds its second argument to its
/// first.
template <class Make, class Add>
auto tree_sum(std::int64_t first, std::int64_t last, Make&& make, Add&& add)
    -> decltype(make(first)) {
  if (last - first == 1) return make(first);
  const std::int64_t middle = first + (last - first) / 2;
  auto sum = tree_sum(first, middle, make, add);
  add(sum, tree_sum(middle, last, make, add));
  return sum;
}

}  // namespace

BatchGradient::BatchGradient(const Graph& graph, std::span<const TrainingBackend> backends,
                             const Extent3& patch, std::int64_t batch, const LossSpec& loss,
                             Communicator& communicator)
    : classes_(graph.head().classes),
      batch_(batch),
      loss_(loss),
      communicator_(&communicator),
      pool_(static_cast<int>(backends.size())) {
  check_loss(loss, classes_);
  if (batch < 1)
    throw Error(ErrorKind::Usage, "training", "batch", "is " + std::to_string(batch),
                "expected at least one sample");
  const auto lanes = static_cast<std::int64_t>(backends.size());
  for (const TrainingBackend& backend : backends)
    lanes_.push_back(std::make_unique<TrainingExecutable>(
        graph, backend, patch, needs_probabilities(loss) ? (batch + lanes - 1) / lanes : 1));
}

std::size_t BatchGradient::bytes() const {
  std::size_t sum = 0;
  for (const auto& lane : lanes_) sum += lane->bytes();
  return sum;
}

/// Calls work(sample, executable, slot) for every sample, those of different lanes side by side.
template <class Work>
void BatchGradient::for_samples(std::size_t count, Work&& work) {
  const std::size_t lanes = lanes_.size();
  parallel_for(pool_, 0, static_cast<std::int64_t>(lanes), 1,
               [&](std::int64_t first, std::int64_t, int) {
                 const auto lane = static_cast<std::size_t>(first);
                 for (std::size_t i = lane; i < count; i += lanes)
                   work(i, *lanes_[lane], static_cast<std::int64_t>(i / lanes));
               });
}

void BatchGradient::check_labels(const std::vector<TrainingSample>& samples) const {
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const std::uint8_t most =
        *std::max_element(samples[i].labels, samples[i].labels + lanes_.front()->patch().voxels());
    if (most >= classes_)
      throw Error("training", "sample " + std::to_string(i), "has label " + std::to_string(most),
                  "the network has " + std::to_string(classes_) + " classes, labels 0 to " +
                      std::to_string(classes_ - 1));
  }
}

void BatchGradient::sum_over_processes(ClassSums& sums) {
  for (std::vector<double>* row : sums.rows()) communicator_->sum(*row);
}

void BatchGradient::sum_over_processes(Gradients& gradients) {
  for (LayerGradient& layer : gradients) {
    communicator_->sum(layer.dw);
    communicator_->sum(layer.db);
  }
}

/// The tree of tree_sum, in place: gradients_[first] takes the sum of [first, last) of one layer.
void BatchGradient::sum_samples(std::size_t layer, std::size_t first, std::size_t last) {
  if (last - first == 1) return;
  const std::size_t middle = first + (last - first) / 2;
  sum_samples(layer, first, middle);
  sum_samples(layer, middle, last);
  add(gradients_[first][layer], gradients_[middle][layer]);
}

BatchResult BatchGradient::run(const Weights& weights, const std::vector<TrainingSample>& samples) {
  if (static_cast<std::int64_t>(samples.size()) != batch_)
    throw Error("training", "batch", std::to_string(samples.size()) + " samples",
                "expected " + std::to_string(batch_));
  check_labels(samples);
  if (gradients_.empty()) gradients_.assign(samples.size(), zero_gradients(weights.layers));
  parallel_for(pool_, 0, static_cast<std::int64_t>(lanes_.size()), 1,
               [&](std::int64_t lane, std::int64_t, int) {
                 lanes_[static_cast<std::size_t>(lane)]->set_weights(weights);
               });

  std::vector<ClassSums> of_samples(samples.size());
  const auto sum_classes = [&] {
    ClassSums sums = tree_sum(
        0, batch_, [&](std::int64_t i) { return of_samples[static_cast<std::size_t>(i)]; },
        [](ClassSums& to, const ClassSums& from) { add_sums(to, from); });
    sum_over_processes(sums);
    return sums;
  };
  const auto backward = [&](std::size_t i, TrainingExecutable& executable, std::int64_t slot,
                            const LossSlopes& slopes) {
    executable.backward(slot, samples[i].labels, slopes, gradients_[i]);
  };

  BatchResult result;
  if (needs_probabilities(loss_)) {
    for_samples(samples.size(),
                [&](std::size_t i, TrainingExecutable& executable, std::int64_t slot) {
                  of_samples[i] = executable.forward(slot, samples[i].voxels, samples[i].labels);
                });
    result.sums = sum_classes();
    const LossSlopes slopes = loss_slopes(loss_, result.sums);
    for_samples(samples.size(), [&](std::size_t i, TrainingExecutable& executable,
                                    std::int64_t slot) { backward(i, executable, slot, slopes); });
  } else {
    for (std::size_t i = 0; i < samples.size(); ++i) {
      of_samples[i] = ClassSums(classes_);
      for (std::int64_t v = 0; v < lanes_.front()->patch().voxels(); ++v)
        of_samples[i].voxels[samples[i].labels[v]] += 1;
    }
    const LossSlopes slopes = loss_slopes(loss_, sum_classes());
    for_samples(samples.size(), [&](std::size_t i, TrainingExecutable& executable, std::int64_t) {
      of_samples[i] = executable.forward(0, samples[i].voxels, samples[i].labels);
      backward(i, executable, 0, slopes);
    });
    result.sums = sum_classes();
  }
  parallel_for(pool_, 0, static_cast<std::int64_t>(weights.layers.size()), 1,
               [&](std::int64_t layer, std::int64_t, int) {
                 sum_samples(static_cast<std::size_t>(layer), 0, samples.size());
               });
  result.gradients = gradients_.front();
  sum_over_processes(result.gradients);
  result.loss = loss_value(loss_, result.sums);
  return result;
}

void check_optimizer(const OptimizerOptions& o) {
  const auto require = [](bool good, const char* name, double value, const char* expected) {
    if (!good)
      throw Error(ErrorKind::Usage, "optimizer", name, "is " + std::to_string(value),
                  std::string("expected ") + expected);
  };
  require(o.adam.beta1 >= 0 && o.adam.beta1 < 1, "beta1", o.adam.beta1, "at least 0 and below 1");
  require(o.adam.beta2 >= 0 && o.adam.beta2 < 1, "beta2", o.adam.beta2, "at least 0 and below 1");
  require(std::isfinite(o.adam.epsilon) && o.adam.epsilon > 0, "epsilon", o.adam.epsilon,
          "a number above zero");
  require(std::isfinite(o.adam.weight_decay) && o.adam.weight_decay >= 0, "weight_decay",
          o.adam.weight_decay, "zero or more");
  require(std::isfinite(o.clip_norm) && o.clip_norm >= 0, "clip_norm", o.clip_norm,
          "zero (off) or more");
  require(o.average_decay >= 0 && o.average_decay < 1, "average_decay", o.average_decay,
          "zero (off) or more, but below 1");
  require(o.batches_per_step >= 1, "batches_per_step", static_cast<double>(o.batches_per_step),
          "1 or more");
  check_schedule(o.schedule);
}

StepReport apply_batch(const OptimizerOptions& options, BatchResult batch, TrainingState& state) {
  StepReport report;
  report.loss = batch.loss;
  report.gradient_norm = global_norm(batch.gradients);
  report.learning_rate = learning_rate(options.schedule, state.schedule, state.adam.steps);
  if (!std::isfinite(batch.loss) || !std::isfinite(report.gradient_norm)) {
    report.problem =
        std::isfinite(batch.loss) ? "a gradient is not finite" : "the loss is not finite";
    return report;
  }
  if (!accumulate(state.pending, batch.gradients, options.batches_per_step)) return report;
  report.gradient_norm = global_norm(batch.gradients);
  clip(batch.gradients, report.gradient_norm, options.clip_norm);
  adam_step(options.adam, report.learning_rate, batch.gradients, state.weights.layers, state.adam);
  if (options.average_decay > 0)
    average_weights(options.average_decay, state.weights.layers, state.average);
  report.stepped = true;
  return report;
}

}  // namespace dfe
