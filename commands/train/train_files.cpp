// SPDX-License-Identifier: Apache-2.0
// `train`: a configuration in, a folder with weights, checkpoint, history and curves out.
#include <filesystem>

#include "commands/common/json_text.hpp"
#include "commands/common/outputs.hpp"
#include "commands/train/checkpoint_file.hpp"
#include "commands/train/read_settings.hpp"
#include "commands/train/train_data.hpp"
#include "commands/train/train_report.hpp"
#include "core/memory.hpp"
#include "core/usable_threads.hpp"
#include "dfengine/commands.hpp"
#include "engine/training/start.hpp"
#include "engine/training/trainer.hpp"
#include "io/atomic_file.hpp"
#include "io/weights_file.hpp"

namespace dfe {

namespace {

namespace fs = std::filesystem;

/// What a run writes, all in one folder.
struct RunFolder {
  fs::path folder;
  fs::path file(const char* name) const { return folder / name; }
  fs::path checkpoint() const { return file("checkpoint.h5"); }
  fs::path last() const { return file("weights_last.h5"); }
  fs::path best() const { return file("weights_best.h5"); }
};

/// Makes the folder; refuses one that holds a run, unless it is to be resumed or replaced.
void prepare_folder(const RunFolder& run, const TrainRequest& request) {
  std::error_code error;
  const bool there = fs::exists(run.checkpoint(), error);
  if (request.resume && !there)
    throw Error("train", run.checkpoint().string(), "does not exist, so there is nothing to resume",
                "start without --resume");
  if (!request.resume && there && !request.common.overwrite)
    throw Error("train", run.folder.string(), "already contains a run",
                "use --resume to continue it or --overwrite to start again");
  make_folder("train", run.folder);
}

/// The settings of two effective configurations that differ, one line each.
std::string differences(const std::string& before, const std::string& now) {
  const auto lines = [](const std::string& text) {
    std::vector<std::string> all(1);
    for (const char c : text)
      if (c == '\n')
        all.emplace_back();
      else
        all.back() += c;
    return all;
  };
  const std::vector<std::string> a = lines(before), b = lines(now);
  std::string text;
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const std::string was = i < a.size() ? a[i] : "", is = i < b.size() ? b[i] : "";
    if (was == is || text.size() >= 400) continue;
    if (!text.empty()) text += ", ";
    text.append("'").append(was).append("' is now '").append(is).append("'");
  }
  return text;
}

class TrainRun {
 public:
  /// `threads` as they were asked for; the request has what can be had.
  TrainRun(const TrainRequest& request, int threads, Observer* observer)
      : request_(request),
        threads_(threads),
        observer_(observer),
        job_("train", observer),
        config_(io::Config::read(request.config, request.overrides)),
        settings_(read_train_settings(config_, request.output)) {
    if (!request.init.empty()) settings_.network.weights = request.init;
    run_.folder = settings_.output;
  }

  CommandReport run() {
    prepare_folder(run_, request_);
    record_options();
    job_.threads(threads_);
    job_.record.device(make_training_backend(request_.compute).forward->description());
    job_.record.stage("open");
    data_ =
        open_training_data(settings_, run_.folder, request_.common, request_.compute.threads, job_);
    start();
    job_.record.stage("read");
    const sampling::Sampler sampler(data_.train, settings_.sampler, &job_);
    for (const std::string& warning : sampler.warnings()) job_.warn(warning);
    warn_of_absent_classes();
    say_start(sampler);

    job_.record.stage("train");
    SingleProcess alone;
    const TrainEvents events{
        [&](const TrainProgress& p) { keep(p); },
        [&](const TrainProgress& p, const Weights& weights) { keep_best(p, weights); },
        [&](const TrainProgress& p, const std::string& words) { keep_epoch(p, words); }, observer_};
    if (!request_.resume) keep(progress_);
    const TrainEnd end =
        train(settings_, sampler, data_.valid, request_.compute, alone, progress_, events);
    return report(end);
  }

 private:
  void record_options() {
    job_.record.option("config", request_.config);
    for (const std::string& text : request_.overrides) job_.record.option("override", text);
    job_.record.option("resume", request_.resume ? "yes" : "no");
    job_.record.option("init", settings_.network.weights.string());
    job_.record.option("settings", config_.effective());
    job_.record.input(request_.config);
  }

  /// Weights to begin with, or the checkpoint.
  void start() {
    progress_.config = config_.effective();
    progress_.epoch.sums = ClassSums(settings_.classes());
    progress_.state.weights =
        random_start(settings_.network, settings_.class_names, settings_.sampler.seed);
    if (request_.resume) {
      const std::string now = progress_.config;
      read_checkpoint(run_.checkpoint(), progress_);
      if (const std::string other = differences(progress_.config, now); !other.empty())
        job_.warn("settings differ from those of the checkpoint: " + other);
      progress_.config = now;
    } else if (const fs::path& from = settings_.network.weights; !from.empty()) {
      job_.record.input(from);
      Weights weights = io::read_weights(from);
      if (adapt_start(weights, settings_.network, settings_.class_names, settings_.sampler.seed))
        job_.warn(from.string() +
                  ": trained on a different number of classes, so the last layer starts from "
                  "random values");
      progress_.state.weights = std::move(weights);
    }
    Weights& weights = progress_.state.weights;
    weights.normalization = settings_.sampler.normalization;
    if (data_.voxel_size_angstrom > 0) weights.voxel_size_angstrom = data_.voxel_size_angstrom;
  }

  void warn_of_absent_classes() {
    if (data_.valid.empty()) {
      job_.warn("no validation tomograms, so no best weights are chosen");
      return;
    }
    for (int label = 1; label < static_cast<int>(settings_.classes()); ++label) {
      bool found = false, listed = false;
      for (const ValidationTomogram& t : data_.valid) {
        listed = listed || t.objects.has_value();
        for (const Particle& particle : t.objects.value_or(std::vector<Particle>{}))
          found = found || particle.class_label == label;
      }
      if (!found && listed)
        job_.warn("class " + settings_.class_names[static_cast<std::size_t>(label)] +
                  ": no particles in the validation lists");
    }
  }

  void say_start(const sampling::Sampler& sampler) {
    std::string objects;
    for (std::size_t c = 1; c < sampler.supply().size(); ++c)
      objects += (c > 1 ? ", " : "") + std::to_string(sampler.supply()[c].objects) + " " +
                 settings_.class_names[c];
    job_.message(LogLevel::Info, std::to_string(data_.train.size()) + " training tomograms (" +
                                     objects + "), " + std::to_string(data_.valid.size()) +
                                     " validation tomograms");
    if (request_.resume)
      job_.message(LogLevel::Info, "resuming after batch " + std::to_string(progress_.batches) +
                                       " of " + std::to_string(settings_.total_batches()));
  }

  Weights named(Weights weights, const TrainProgress& progress) const {
    weights.provenance = {{"trained_by", "dfengine " + version()},
                          {"batches", std::to_string(progress.batches)},
                          {"epochs", std::to_string(progress.history.epochs())},
                          {"config", progress.config}};
    return weights;
  }

  void keep(const TrainProgress& progress) {
    write_checkpoint(run_.checkpoint(), progress);
    io::write_weights(run_.last(), named(weights_to_use(progress.state), progress));
  }

  void keep_best(const TrainProgress& progress, const Weights& weights) {
    io::write_weights(run_.best(), named(weights, progress));
  }

  void keep_epoch(const TrainProgress& progress, const std::string& words) {
    const std::vector<std::string>& names = settings_.class_names;
    io::write_text_file(run_.file("history.csv"), history_csv(progress.history, names));
    write_history(run_.file("history.h5"), progress.history, names);
    io::write_text_file(run_.file("curves.png"),
                        io::report::encode_png(train_curves(progress.history, names)));
    io::write_text_file(run_.file("report.html"),
                        train_page(progress.history, names, progress.best_epoch, progress.config));
    io::write_text_file(run_.file("config.yaml"), progress.config);
    job_.message(LogLevel::Info, words);
  }

  CommandReport report(TrainEnd end) {
    job_.record.fact("batches", static_cast<double>(progress_.batches));
    job_.record.fact("best_epoch", static_cast<double>(progress_.best_epoch));
    job_.record.fact("peak_memory_bytes", static_cast<double>(peak_memory_bytes()));
    job_.record.output(run_.last());
    if (progress_.best_epoch > 0) job_.record.output(run_.best());
    job_.record.write_beside(run_.last());
    const bool stopped = end == TrainEnd::Stopped;
    Json json = {{"output", run_.folder.string()},     {"finished", !stopped},
                 {"batches", progress_.batches},       {"epochs", progress_.history.epochs()},
                 {"best_epoch", progress_.best_epoch}, {"weights_last", run_.last().string()}};
    if (progress_.best_epoch > 0) {
      json["best"] = progress_.best;
      json["weights_best"] = run_.best().string();
    }
    json["warnings"] = job_.warnings();
    json["seconds"] = stage_seconds(job_.record);
    std::string text;
    if (stopped)
      text = "stopped after batch " + std::to_string(progress_.batches) + " of " +
             std::to_string(settings_.total_batches()) + "; resume with: dfengine train " +
             request_.config + " --resume\n";
    else if (progress_.best_epoch > 0)
      text = run_.best().string() + ": best weights, from epoch " +
             std::to_string(progress_.best_epoch) + " (" + number_text(progress_.best) + ")\n";
    text += run_.last().string() + ": last weights\n" + run_.file("report.html").string() +
            ": training curves\n";
    return {text, json_text(json)};
  }

  const TrainRequest& request_;
  int threads_;
  Observer* observer_;  // of the training itself: the history notes what is left out there
  Job job_;
  io::Config config_;
  TrainSettings settings_;
  RunFolder run_;
  TrainingData data_;
  TrainProgress progress_;
};

}  // namespace

CommandReport run_train(const TrainRequest& request, Observer* observer) {
  TrainRequest limited = request;
  limit_threads(limited.compute, nullptr);
  return TrainRun(limited, request.compute.threads, observer).run();
}

}  // namespace dfe
