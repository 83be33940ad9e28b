// SPDX-License-Identifier: Apache-2.0
// The loop, see the header. An epoch is over when its row is in the history; between its last batch
// and that lies validation, so a run that is stopped there validates when it resumes.
#include "engine/training/trainer.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <limits>

#include "core/memory.hpp"
#include "core/usable_threads.hpp"
#include "dfengine/error.hpp"
#include "engine/graph.hpp"
#include "kernels/common/softmax_loss.hpp"

namespace dfe {

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

std::string fixed(double value, const char* format) {
  if (std::isnan(value)) return "-";
  char text[40];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

/// As many backends side by side as the batch, the threads and the memory allow. Throws a usage
/// `Error` where the memory is too small for one.
std::vector<TrainingBackend> backends_for(const TrainSettings& settings, const Graph& graph,
                                          const ComputeOptions& compute) {
  constexpr std::int64_t kScratch =
      128 << 20;  // of a backend: weights as its kernels want them, points of tiles
  const std::int64_t sample = activation_bytes(graph, settings.sampler.patch);
  const std::int64_t budget =
      compute.memory_bytes > 0 ? compute.memory_bytes : available_memory_bytes();
  const auto needed = [&](std::int64_t lanes) {
    const std::int64_t kept = needs_probabilities(settings.loss) ? settings.batch : lanes;
    return kept * sample + lanes * (sample + kScratch);
  };
  if (budget > 0 && needed(1) > budget)
    throw Error(ErrorKind::Usage, "train", "--memory",
                "training needs " + std::to_string(needed(1) >> 20) + " MiB, but only " +
                    std::to_string(budget >> 20) + " MiB are available",
                "lower training.batch or patches.size; with loss.tversky 0 only one patch is kept "
                "in memory");
  std::int64_t lanes = std::min<std::int64_t>(settings.batch, usable_threads(compute.threads));
  while (budget > 0 && lanes > 1 && needed(lanes) > budget) --lanes;
  return make_training_lanes(compute, lanes);
}

/// Hands on everything but the messages of the steps within, which would come anew at every
/// validation.
class Hushed final : public Observer {
 public:
  explicit Hushed(Observer* observer) : observer_(observer) {}
  void progress(std::string_view stage, std::int64_t done, std::int64_t total) override {
    if (observer_) observer_->progress(stage, done, total);
  }
  bool cancelled() override { return observer_ && observer_->cancelled(); }

 private:
  Observer* observer_;
};

class Trainer {
 public:
  Trainer(const TrainSettings& settings, const sampling::Sampler& sampler,
          const std::vector<ValidationTomogram>& validation, const ComputeOptions& compute,
          Communicator& communicator, TrainProgress& progress, const TrainEvents& events)
      : settings_(settings),
        sampler_(sampler),
        validation_(validation),
        compute_(compute),
        communicator_(communicator),
        progress_(progress),
        events_(events),
        graph_(deepfinder_graph({.widths = progress.state.weights.widths,
                                 .classes = progress.state.weights.classes,
                                 .streamed = false})),
        backends_(backends_for(settings, graph_, compute)),
        gradient_(graph_, backends_, settings.sampler.patch, settings.batch, settings.loss,
                  communicator),
        pool_(compute.threads),
        voxels_(static_cast<std::size_t>(settings.batch * settings.sampler.patch.voxels())),
        labels_(voxels_.size()) {
    for (std::int64_t i = 0; i < settings.batch; ++i) {
      const std::int64_t at = i * settings.sampler.patch.voxels();
      samples_.push_back({voxels_.data() + at, labels_.data() + at});
    }
  }

  TrainEnd run() {
    last_checkpoint_ = epoch_start_ = Clock::now();
    while (progress_.history.epochs() < settings_.epochs) {
      if (cancelled()) return stop();
      if (progress_.batches < (progress_.history.epochs() + 1) * settings_.steps) {
        step();
        continue;
      }
      try {
        finish_epoch();
      } catch (const Error& error) {
        if (error.kind() != ErrorKind::Cancelled) throw;
        return stop();  // in the middle of validation; the epoch's batches are kept
      }
    }
    return TrainEnd::Finished;
  }

 private:
  using Clock = std::chrono::steady_clock;
  static double seconds_since(Clock::time_point t) {
    return std::chrono::duration<double>(Clock::now() - t).count();
  }

  bool cancelled() const { return events_.observer && events_.observer->cancelled(); }

  TrainEnd stop() {
    events_.checkpoint(progress_);
    return TrainEnd::Stopped;
  }

  void step() {
    const std::int64_t n = settings_.batch;
    sampler_.draw_batch(pool_, static_cast<std::uint32_t>(progress_.batches),
                        static_cast<std::uint64_t>(communicator_.rank() * n), n, voxels_.data(),
                        labels_.data());
    BatchResult batch = gradient_.run(progress_.state.weights, samples_);
    const ClassSums sums = batch.sums;
    const StepReport report = apply_batch(settings_.optimizer, std::move(batch), progress_.state);
    ++progress_.batches;
    EpochSums& epoch = progress_.epoch;
    if (report.problem.empty()) {
      progress_.bad_in_row = 0;
      ++epoch.good;
      epoch.loss += report.loss;
      epoch.gradient_norm += report.gradient_norm;
      add_sums(epoch.sums, sums);
    } else {
      note_bad_batch(report);
    }
    if (events_.observer)
      events_.observer->progress("training", progress_.batches, settings_.total_batches());
    if (seconds_since(last_checkpoint_) > 60 * settings_.checkpoint_minutes) {
      events_.checkpoint(progress_);
      last_checkpoint_ = Clock::now();
    }
  }

  void note_bad_batch(const StepReport& report) {
    ++progress_.epoch.bad;
    ++progress_.bad_in_row;
    const std::string which = "batch " + std::to_string(progress_.batches);
    if (events_.observer)
      events_.observer->message(LogLevel::Warning,
                                which + ": " + report.problem + "; the batch is skipped");
    if (progress_.bad_in_row < settings_.most_bad_batches) return;
    progress_.bad_in_row = 0;  // a run resumed from here, with other settings, has all its chances
    events_.checkpoint(progress_);
    throw Error(
        "training", which,
        std::to_string(settings_.most_bad_batches) + " batches in a row were not finite",
        "resume from the checkpoint with a lower optimizer.rate or with optimizer.clip_norm");
  }

  void finish_epoch() {
    const std::int64_t number = progress_.history.epochs() + 1;
    const double trained = seconds_since(epoch_start_);
    const Weights weights = weights_to_use(progress_.state);
    const bool due = !validation_.empty() &&
                     (number % settings_.validation.every == 0 || number == settings_.epochs);
    std::optional<ValidationResult> result;
    Hushed hushed(events_.observer);
    if (due)
      result = validate(weights, validation_, settings_.validation, validation_options(), &hushed);
    const double validated = seconds_since(epoch_start_) - trained;

    add_row(number, result);
    const std::string words = words_of(number, result) + "; " + fixed(trained, "%.1f s") +
                              (due ? " + " + fixed(validated, "%.1f s") : "");
    progress_.epoch = {0, 0, 0, 0, ClassSums(settings_.classes())};
    if (result) {
      const double loss = loss_value(settings_.loss, result->sums);
      if (report_validation(settings_.optimizer.schedule, progress_.state.schedule, loss) &&
          events_.observer)
        events_.observer->message(
            LogLevel::Info, "the validation loss no longer improves; the learning rate is lowered");
      keep_if_best(number, *result, loss, weights);
    }
    events_.checkpoint(progress_);
    events_.epoch(progress_, words);
    last_checkpoint_ = epoch_start_ = Clock::now();
  }

  /// The budget is what is left beside the memory of training.
  SegmentOptions validation_options() const {
    SegmentOptions options;
    options.compute = compute_;
    options.normalization = settings_.sampler.normalization;
    if (options.compute.device == "auto") options.compute.device = "cpu";  // where training runs
    std::int64_t& memory = options.compute.memory_bytes;
    if (memory > 0) memory = std::max<std::int64_t>(memory - resident_memory_bytes(), 1);
    return options;
  }

  void keep_if_best(std::int64_t number, const ValidationResult& result, double loss,
                    const Weights& weights) {
    const std::string& by = settings_.validation.best;
    const bool objects = result.objects && (by == "auto" || by == "objects");
    const double score = objects        ? result.objects->mean.f1
                         : by == "loss" ? -loss
                                        : mean_voxel_f1(result.sums);
    const bool better =
        score > progress_.best || (score == progress_.best && loss < progress_.best_loss);
    if (!better) return;
    progress_.best = score;
    progress_.best_loss = loss;
    progress_.best_epoch = number;
    events_.best(progress_, weights);
  }

  /// Adds the epoch's row to the history: what its batches gave, then what validation found.
  void add_row(std::int64_t number, const std::optional<ValidationResult>& result) {
    History& h = progress_.history;
    const EpochSums& epoch = progress_.epoch;
    const double good = epoch.good > 0 ? static_cast<double>(epoch.good) : kNan;
    h.note("epoch", static_cast<double>(number));
    h.note("batches", static_cast<double>(progress_.batches));
    h.note("bad_batches", static_cast<double>(epoch.bad));
    h.note("rate", learning_rate(settings_.optimizer.schedule, progress_.state.schedule,
                                 std::max<std::int64_t>(progress_.state.adam.steps - 1, 0)));
    h.note("gradient_norm", epoch.gradient_norm / good);
    h.note("loss", epoch.loss / good);
    h.note("accuracy", voxel_accuracy(epoch.sums));
    h.note("f1", by_class([&](std::size_t c) { return voxel_score(epoch.sums, c).f1; }));
    note_voxels(h, result ? &result->sums : nullptr);
    note_objects(h, result && result->objects ? &*result->objects : nullptr);
  }

  /// `sums` is null where there was no validation.
  void note_voxels(History& h, const ClassSums* sums) const {
    const auto of_class = [&](double Score::*value) {
      return by_class([&](std::size_t c) { return sums ? voxel_score(*sums, c).*value : kNan; });
    };
    h.note("valid_loss", sums ? loss_value(settings_.loss, *sums) : kNan);
    h.note("valid_accuracy", sums ? voxel_accuracy(*sums) : kNan);
    h.note("valid_precision", of_class(&Score::precision));
    h.note("valid_recall", of_class(&Score::recall));
    h.note("valid_f1", of_class(&Score::f1));
    h.note("valid_mean_f1", sums ? mean_voxel_f1(*sums) : kNan);
  }

  /// `objects` is null where none were scored.
  void note_objects(History& h, const Scores* objects) const {
    const auto of_class = [&](double Score::*value) {
      return by_class([&](std::size_t c) {
        if (!objects) return kNan;
        const auto found = objects->classes.find(static_cast<int>(c));
        return found != objects->classes.end() ? found->second.*value : kNan;
      });
    };
    h.note("object_precision", of_class(&Score::precision));
    h.note("object_recall", of_class(&Score::recall));
    h.note("object_f1", of_class(&Score::f1));
    h.note("object_localization_f1", objects ? objects->localization.f1 : kNan);
    h.note("object_mean_f1", objects ? objects->mean.f1 : kNan);
  }

  template <class Value>
  std::vector<double> by_class(Value&& value) const {
    std::vector<double> values;
    for (std::size_t c = 0; c < static_cast<std::size_t>(settings_.classes()); ++c)
      values.push_back(value(c));
    return values;
  }

  std::string words_of(std::int64_t number, const std::optional<ValidationResult>& result) const {
    const EpochSums& epoch = progress_.epoch;
    const double good = epoch.good > 0 ? static_cast<double>(epoch.good) : kNan;
    std::string words = "epoch " + std::to_string(number) + " of " +
                        std::to_string(settings_.epochs) + ": loss " +
                        fixed(epoch.loss / good, "%.4f");
    if (epoch.bad > 0) words += " (" + std::to_string(epoch.bad) + " batches skipped)";
    if (!result) return words;
    words += ", validation " + fixed(loss_value(settings_.loss, result->sums), "%.4f") +
             "; voxels F1 " + fixed(mean_voxel_f1(result->sums), "%.3f");
    if (const auto& objects = result->objects)
      words += ", objects F1 " + fixed(objects->mean.f1, "%.3f") + " (localization " +
               fixed(objects->localization.f1, "%.3f") + ")";
    return words;
  }

  const TrainSettings& settings_;
  const sampling::Sampler& sampler_;
  const std::vector<ValidationTomogram>& validation_;
  const ComputeOptions& compute_;
  Communicator& communicator_;
  TrainProgress& progress_;
  const TrainEvents& events_;
  Graph graph_;
  std::vector<TrainingBackend> backends_;
  BatchGradient gradient_;
  ThreadPool pool_;
  std::vector<float> voxels_;
  std::vector<std::uint8_t> labels_;
  std::vector<TrainingSample> samples_;
  Clock::time_point last_checkpoint_, epoch_start_;
};

}  // namespace

Weights weights_to_use(const TrainingState& state) {
  Weights weights = state.weights;
  if (!state.average.empty()) weights.layers = state.average;
  return weights;
}

TrainEnd train(const TrainSettings& settings, const sampling::Sampler& sampler,
               const std::vector<ValidationTomogram>& validation, const ComputeOptions& compute,
               Communicator& communicator, TrainProgress& progress, const TrainEvents& events) {
  ComputeOptions limited = compute;
  limit_threads(limited, events.observer);
  return Trainer(settings, sampler, validation, limited, communicator, progress, events).run();
}

}  // namespace dfe
