// SPDX-License-Identifier: Apache-2.0
#include "engine/training/train_step.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/api/error.hpp"
#include "kernels/common/softmax_loss.hpp"

namespace dfe {
namespace {

/// Sum of make(i) for i in [first, last) as a binary tree; `add` adds its second argument to its first.
template <class Make, class Add>
auto tree_sum(std::int64_t first, std::int64_t last, Make&& make, Add&& add) -> decltype(make(first)) {
  if (last - first == 1) return make(first);
  const std::int64_t middle = first + (last - first) / 2;
  auto sum = tree_sum(first, middle, make, add);
  add(sum, tree_sum(middle, last, make, add));
  return sum;
}

}  // namespace

BatchGradient::BatchGradient(const Graph& graph, const TrainingBackend& backend, const Extent3& patch, std::int64_t batch,
                             const LossSpec& loss, Communicator& communicator)
    : classes_(graph.head().classes),
      batch_(batch),
      loss_(loss),
      communicator_(&communicator),
      executable_(graph, backend, patch, needs_probabilities(loss) ? batch : 1) {
  check_loss(loss, classes_);
  if (batch < 1) throw Error(ErrorKind::Usage, "training", "batch", "is " + std::to_string(batch), "expected at least one sample");
}

void BatchGradient::check_labels(const std::vector<TrainingSample>& samples) const {
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const std::uint8_t most = *std::max_element(samples[i].labels, samples[i].labels + executable_.patch().voxels());
    if (most >= classes_)
      throw Error("training", "sample " + std::to_string(i), "has label " + std::to_string(most),
                  "the network has " + std::to_string(classes_) + " classes, labels 0 to " + std::to_string(classes_ - 1));
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

BatchResult BatchGradient::run(const Weights& weights, const std::vector<TrainingSample>& samples) {
  if (static_cast<std::int64_t>(samples.size()) != batch_)
    throw Error("training", "batch", std::to_string(samples.size()) + " samples", "expected " + std::to_string(batch_));
  check_labels(samples);
  executable_.set_weights(weights);
  const auto sample = [&](std::int64_t i) -> const TrainingSample& { return samples[static_cast<std::size_t>(i)]; };
  const auto add_classes = [](ClassSums& to, const ClassSums& from) { add_sums(to, from); };
  const bool whole_batch_first = needs_probabilities(loss_);

  BatchResult result;
  result.sums = tree_sum(
      0, batch_,
      [&](std::int64_t i) {
        if (whole_batch_first) return executable_.forward(i, sample(i).voxels, sample(i).labels);
        ClassSums counts(classes_);
        for (std::int64_t v = 0; v < executable_.patch().voxels(); ++v) counts.voxels[sample(i).labels[v]] += 1;
        return counts;
      },
      add_classes);
  sum_over_processes(result.sums);
  const LossSlopes slopes = loss_slopes(loss_, result.sums);

  std::vector<ClassSums> of_samples;
  result.gradients = tree_sum(
      0, batch_,
      [&](std::int64_t i) {
        if (!whole_batch_first) of_samples.push_back(executable_.forward(0, sample(i).voxels, sample(i).labels));
        Gradients gradients = zero_gradients(weights.layers);
        executable_.backward(whole_batch_first ? i : 0, sample(i).labels, slopes, gradients);
        return gradients;
      },
      [](Gradients& to, const Gradients& from) { add(to, from); });
  sum_over_processes(result.gradients);
  if (!whole_batch_first) {
    result.sums = tree_sum(
        0, batch_, [&](std::int64_t i) { return of_samples[static_cast<std::size_t>(i)]; }, add_classes);
    sum_over_processes(result.sums);
  }
  result.loss = loss_value(loss_, result.sums);
  return result;
}

ClassSums BatchGradient::evaluate(const Weights& weights, const std::vector<TrainingSample>& samples) {
  check_labels(samples);
  executable_.set_weights(weights);
  ClassSums sums(classes_);
  for (const TrainingSample& sample : samples) add_sums(sums, executable_.forward(0, sample.voxels, sample.labels));
  sum_over_processes(sums);
  return sums;
}

void check_optimizer(const OptimizerOptions& o) {
  const auto require = [](bool good, const char* name, double value, const char* expected) {
    if (!good) throw Error(ErrorKind::Usage, "optimizer", name, "is " + std::to_string(value), std::string("expected ") + expected);
  };
  require(o.adam.beta1 >= 0 && o.adam.beta1 < 1, "beta1", o.adam.beta1, "0 up to, not including, 1");
  require(o.adam.beta2 >= 0 && o.adam.beta2 < 1, "beta2", o.adam.beta2, "0 up to, not including, 1");
  require(std::isfinite(o.adam.epsilon) && o.adam.epsilon > 0, "epsilon", o.adam.epsilon, "a number above zero");
  require(std::isfinite(o.adam.weight_decay) && o.adam.weight_decay >= 0, "weight_decay", o.adam.weight_decay, "zero or more");
  require(std::isfinite(o.clip_norm) && o.clip_norm >= 0, "clip_norm", o.clip_norm, "zero (off) or more");
  require(o.average_decay >= 0 && o.average_decay < 1, "average_decay", o.average_decay, "zero (off) up to, not including, 1");
  require(o.batches_per_step >= 1, "batches_per_step", static_cast<double>(o.batches_per_step), "1 or more");
  check_schedule(o.schedule);
}

StepReport apply_batch(const OptimizerOptions& options, BatchResult batch, TrainingState& state) {
  StepReport report;
  report.loss = batch.loss;
  report.gradient_norm = global_norm(batch.gradients);
  report.learning_rate = learning_rate(options.schedule, state.schedule, state.adam.steps);
  if (!std::isfinite(batch.loss) || !std::isfinite(report.gradient_norm)) {
    report.problem = std::isfinite(batch.loss) ? "a gradient is not finite" : "the loss is not finite";
    return report;
  }
  if (!accumulate(state.pending, batch.gradients, options.batches_per_step)) return report;
  report.gradient_norm = global_norm(batch.gradients);
  clip(batch.gradients, report.gradient_norm, options.clip_norm);
  adam_step(options.adam, report.learning_rate, batch.gradients, state.weights.layers, state.adam);
  if (options.average_decay > 0) average_weights(options.average_decay, state.weights.layers, state.average);
  report.stepped = true;
  return report;
}

}  // namespace dfe
