// SPDX-License-Identifier: Apache-2.0
// `train`: a configuration in, a folder with weights, checkpoint, history and curves out.
#include <filesystem>

#include "commands/common/json_text.hpp"
#include "commands/common/outputs.hpp"
#include "commands/common/result_folders.hpp"
#include "commands/train/checkpoint_file.hpp"
#include "commands/train/run_settings.hpp"
#include "commands/train/train_data.hpp"
#include "commands/train/train_report.hpp"
#include "core/memory.hpp"
#include "core/text.hpp"
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

/// Files that a run writes under fixed names.
constexpr const char* kNames[] = {"checkpoint.h5",   "weights_last.h5", "weights_last.h5.run.json",
                                  "weights_best.h5", "history.csv",     "history.h5",
                                  "curves.png",      "report.html",     "config.yaml"};

/// Refuses a folder where the run would replace one of its own inputs. A resumed run leaves the
/// configuration that it was given, and starts from no other weights.
void keep_inputs_of(const RunFolder& run, const TrainRequest& request, const TrainSettings& s) {
  std::vector<fs::path> outputs, inputs;
  for (const char* name : kNames) outputs.push_back(run.file(name));
  if (!request.resume) inputs = {request.config, s.network.weights};
  const auto add = [&](const std::vector<TrainingFiles>& entries, const std::string& part) {
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const TrainingFiles& files = entries[i];
      inputs.insert(inputs.end(), {files.tomogram, files.target, files.list});
      if (files.target.empty())
        outputs.push_back(painted_target(run.folder, part + "_" + std::to_string(i), files));
    }
  };
  add(s.data.train, "train");
  add(s.data.valid, "valid");
  std::error_code error;
  if (!s.data.masks.empty())
    for (const auto& mask : fs::directory_iterator(s.data.masks, error))
      inputs.push_back(mask.path());
  keep_inputs("train", outputs, inputs, "choose another folder with -o, or move the input");
}

/// Refuses a folder that has a run, unless it is to be resumed or replaced.
void check_folder(const RunFolder& run, const TrainRequest& request) {
  std::error_code error;
  const bool there = fs::exists(run.checkpoint(), error);
  if (!request.resume && there && !request.common.overwrite)
    throw Error("train", run.folder.string(), "already contains a run",
                "use --resume to continue it or --overwrite to start again");
}

class TrainRun {
 public:
  /// `threads` as they were asked for; the request has what can be had.
  TrainRun(const TrainRequest& request, int threads, Observer* observer)
      : request_(request),
        threads_(threads),
        observer_(observer),
        job_("train", observer),
        start_(read_run_settings(request)) {
    run_.folder = settings_.output;
  }

  CommandReport run() {
    keep_inputs_of(run_, request_, settings_);
    check_folder(run_, request_);
    ResultFolders folders("train");
    folders.make(run_.folder);
    record_options();
    job_.threads(threads_);
    job_.record.device(make_training_backend(request_.compute).forward->description());
    job_.record.stage("open");
    data_ = open_training_data(settings_, run_.folder, request_.compute.threads, job_);
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
    for (const std::string& text : start_.overrides) job_.record.option("override", text);
    job_.record.option("resume", request_.resume ? "yes" : "no");
    job_.record.option("init", settings_.network.weights.string());
    job_.record.option("settings", config_.effective());
    job_.record.input(request_.config);
  }

  void note_settings() {
    progress_.config = config_.effective();
    progress_.config_anywhere = start_.config_anywhere();
    progress_.overrides = start_.overrides;
  }

  /// Weights to begin with, or the checkpoint.
  void start() {
    note_settings();
    progress_.epoch.sums = ClassSums(settings_.classes());
    if (request_.resume) {  // weights to start from may have had other widths than the settings say
      const auto widths = read_checkpoint_start(run_.checkpoint()).widths;
      if (widths[0] > 0) settings_.network.widths = widths;
    }
    progress_.state.weights =
        random_start(settings_.network, settings_.class_names, settings_.sampler.seed);
    if (request_.resume) {
      read_checkpoint(run_.checkpoint(), progress_);
      note_settings();
      for (const std::string& change : start_.changes)
        job_.message(LogLevel::Info, "from here on, " + change);
    } else if (const fs::path& from = settings_.network.weights; !from.empty()) {
      job_.record.input(from);
      progress_.state.weights = start_from(from);
    }
    Weights& weights = progress_.state.weights;
    weights.normalization = settings_.sampler.normalization;
    if (data_.voxel_size_angstrom > 0) weights.voxel_size_angstrom = data_.voxel_size_angstrom;
  }

  /// Weights of another run for the classes of this one, with a word on what was done.
  Weights start_from(const fs::path& file) {
    Weights weights = io::read_weights(file);
    const std::vector<std::string> own = weights.class_names, &names = settings_.class_names;
    const AdaptedStart adapted =
        adapt_start(weights, settings_.network, names, settings_.sampler.seed);
    if (own.empty() && !adapted.random.empty())
      job_.warn(file.string() +
                ": trained on a different number of classes, so the last layer starts from random "
                "values");
    else if (own.empty())
      job_.message(LogLevel::Info, file.string() + ": names no classes; its outputs are read as " +
                                       join(names) + " (from the setting 'classes')");
    else if (!adapted.random.empty())
      job_.warn(file.string() + ": has no outputs of " + join(adapted.random) +
                ", so these start from random values; its classes are " + join(own));
    else if (adapted.reordered)
      job_.message(LogLevel::Info, file.string() + ": its classes are " + join(own) +
                                       "; its outputs are matched by name");
    return weights;
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
    std::error_code ignored;
    if (!fs::equivalent(run_.file("config.yaml"), request_.config, ignored))
      io::write_text_file(run_.file("config.yaml"), progress.config_anywhere);
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
    if (stopped) json["resume"] = resume_command();
    json["warnings"] = job_.warnings();
    json["seconds"] = stage_seconds(job_.record);
    std::string text;
    if (stopped)
      text = "stopped after batch " + std::to_string(progress_.batches) + " of " +
             std::to_string(settings_.total_batches()) + "; resume with: " + resume_command() +
             "\n";
    else if (progress_.best_epoch > 0)
      text = run_.best().string() + ": best weights, from epoch " +
             std::to_string(progress_.best_epoch) + " (" + number_text(progress_.best) + ")\n";
    text += run_.last().string() + ": last weights\n" + run_.file("report.html").string() +
            ": training curves\n";
    return {text, json_text(json)};
  }

  std::string resume_command() const {
    TrainRequest asked = request_;
    asked.compute.threads = threads_;
    return resume_line(asked, start_.overrides);
  }

  const TrainRequest& request_;
  int threads_;
  Observer* observer_;  // of the training itself: the history notes what is left out there
  Job job_;
  RunSettings start_;
  const io::Config& config_ = start_.config;
  TrainSettings& settings_ = start_.settings;
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
