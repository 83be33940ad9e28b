// SPDX-License-Identifier: Apache-2.0
// From YAML to settings: one function per section, in the order of the file.
#include "commands/train/read_settings.hpp"

#include <algorithm>
#include <cmath>

#include "core/class_names.hpp"
#include "dfengine/error.hpp"

namespace dfe {

namespace {

using io::Config;

[[noreturn]] void refuse(const Config& config, const char* key, const std::string& fact,
                         const std::string& remedy) {
  throw Error(ErrorKind::Usage, "train", config.where(key), fact, remedy);
}

std::int64_t at_least(const Config& config, const char* key, std::int64_t fallback,
                      std::int64_t least) {
  const std::int64_t value = config.integer(key, fallback);
  if (value < least || value > 1'000'000'000)
    refuse(config, key, "is " + std::to_string(value),
           "give " + std::to_string(least) + " to 1000000000");
  return value;
}

std::vector<TrainingFiles> read_entries(const Config& data, const std::filesystem::path& root,
                                        const char* key) {
  std::vector<TrainingFiles> entries;
  for (const Config& entry : data.sections(key)) {
    entry.required_text("tomogram");
    TrainingFiles files{entry.path("tomogram", root), entry.path("target", root),
                        entry.path("list", root), entry.text("name", "")};
    if (files.target.empty() && files.list.empty())
      refuse(entry, "target", "is missing, and so is the list", "give a target, a list or both");
    entries.push_back(std::move(files));
  }
  return entries;
}

/// FOLDER/NAME_objl.xml says that NAME.mrc and NAME_target.mrc are there too; in the order of
/// names.
std::vector<TrainingFiles> list_folder(const std::filesystem::path& folder) {
  std::vector<TrainingFiles> entries;
  std::error_code error;
  const std::string ending = "_objl.xml";
  for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    const std::string file = it->path().filename().string();
    if (!file.ends_with(ending) || file.starts_with('.')) continue;
    const std::string name = file.substr(0, file.size() - ending.size());
    entries.push_back({folder / (name + ".mrc"), folder / (name + "_target.mrc"), it->path(), {}});
  }
  if (error)
    throw Error("train", folder.string(), "cannot be listed: " + error.message(), "check the path");
  std::sort(entries.begin(), entries.end(),
            [](const TrainingFiles& a, const TrainingFiles& b) { return a.tomogram < b.tomogram; });
  return entries;
}

DataSettings read_data(const Config& data) {
  DataSettings d;
  const std::filesystem::path folder = data.path("folder");
  const std::filesystem::path root = data.path("root");
  d.train = read_entries(data, root, "train");
  d.valid = read_entries(data, root, "valid");
  if (!folder.empty()) {
    if (!d.train.empty() || !d.valid.empty())
      refuse(data, "folder", "cannot be combined with data.train and data.valid",
             "give one or the other");
    d.train = list_folder(folder / "train");
    if (std::filesystem::is_directory(folder / "valid")) d.valid = list_folder(folder / "valid");
    if (d.train.empty())
      refuse(data, "folder", "has no train/NAME_objl.xml",
             "put NAME.mrc, NAME_target.mrc and NAME_objl.xml there");
  }
  if (d.train.empty())
    refuse(data, "train", "names no tomogram", "add '- tomogram: FILE' with a target or a list");
  d.spheres = data.text("spheres", d.spheres);
  d.masks = data.path("masks");
  d.axes = data.choice("axes", d.axes, {"detect", "xyz", "zyx"});
  if (const double binning = data.number("input_binning", 0); binning != 0) {
    if (binning < 0)
      refuse(data, "input_binning", "is negative",
             "give the list's pixels per voxel of the tomogram, or 0 for none");
    d.input_binning = binning;
  }
  const std::string bytes = data.choice("bytes", "auto", {"auto", "signed", "unsigned"});
  if (bytes != "auto") d.signed_bytes = bytes == "signed";
  if (const double size = data.number("voxel_size", 0); size != 0) {
    if (size < 0)
      refuse(data, "voxel_size", "is negative",
             "give Å per voxel, or 0 to use the voxel size of the files");
    d.voxel_size_angstrom = size;
  }
  return d;
}

NetworkSettings read_network(const Config& network) {
  NetworkSettings n;
  const std::vector<double> widths = network.numbers("widths", {32, 48, 64});
  const auto good = [](double w) { return w == std::floor(w) && w >= 1 && w <= 1024; };
  if (widths.size() != 3 || !std::all_of(widths.begin(), widths.end(), good))
    refuse(network, "widths", "are not three whole numbers from 1 to 1024",
           "give the channels at full, half and quarter resolution");
  for (std::size_t i = 0; i < 3; ++i) n.widths[i] = static_cast<std::int64_t>(widths[i]);
  n.start = network.choice("start", "glorot", {"glorot", "he"}) == "he" ? Start::He : Start::Glorot;
  n.weights = network.path("weights");
  return n;
}

Extent3 read_patch(const Config& patches) {
  const std::vector<double> size = patches.numbers("size", {56});
  const auto whole = [](double v) { return v == std::floor(v) && v >= 4 && v <= 512; };
  if ((size.size() != 1 && size.size() != 3) || !std::all_of(size.begin(), size.end(), whole))
    refuse(patches, "size", "is not one or three whole numbers from 4 to 512",
           "give one size or [z, y, x], in multiples of 4");
  const auto at = [&](std::size_t i) {
    return static_cast<std::int64_t>(size[size.size() == 1 ? 0 : i]);
  };
  return {at(0), at(1), at(2)};
}

sampling::Augmentation read_augmentation(const Config& c) {
  sampling::Augmentation a;
  const auto number = [&](const char* key, double& value) { value = c.number(key, value); };
  number("turn_y", a.turn_y);
  number("turn_z", a.turn_z);
  number("turn_x", a.turn_x);
  number("mirror_z", a.mirror_z);
  number("mirror_y", a.mirror_y);
  number("mirror_x", a.mirror_x);
  number("quarter_turn", a.quarter_turn);
  number("rotation", a.rotation);
  number("in_plane_deg", a.in_plane_deg);
  number("out_of_plane_deg", a.out_of_plane_deg);
  number("blur", a.blur);
  number("blur_voxels", a.blur_voxels);
  number("intensity", a.intensity);
  number("scale", a.scale);
  number("shift", a.shift);
  number("noise", a.noise);
  number("noise_deviation", a.noise_deviation);
  number("mixup", a.mixup);
  number("mixup_alpha", a.mixup_alpha);
  return a;
}

LossSpec read_loss(const Config& loss, std::int64_t classes) {
  LossSpec spec;
  spec.cross_entropy = loss.number("cross_entropy", spec.cross_entropy);
  const double foreground = loss.number("foreground_weight", 1);
  spec.class_weights = loss.numbers("class_weights");
  spec.tversky = loss.number("tversky", spec.tversky);
  spec.alpha = loss.number("alpha", spec.alpha);
  spec.beta = loss.number("beta", spec.beta);
  spec.epsilon = loss.number("epsilon", spec.epsilon);
  if (foreground != 1) {
    if (!spec.class_weights.empty())
      refuse(loss, "class_weights", "cannot be combined with foreground_weight",
             "give one or the other");
    spec.class_weights.assign(static_cast<std::size_t>(classes), foreground);
    spec.class_weights[0] = 1;
  }
  check_loss(spec, classes);
  return spec;
}

OptimizerOptions read_optimizer(const Config& c, std::int64_t total_steps) {
  OptimizerOptions o;
  ScheduleOptions& s = o.schedule;
  s.rate = c.number("rate", s.rate);
  s.curve = c.choice("schedule", "constant", {"constant", "cosine"}) == "cosine"
                ? RateCurve::Cosine
                : RateCurve::Constant;
  s.warm_up_steps = c.integer("warm_up_steps", s.warm_up_steps);
  s.final_share = c.number("final_share", s.final_share);
  s.plateau_factor = c.number("plateau_factor", s.plateau_factor);
  s.plateau_patience = c.integer("plateau_patience", s.plateau_patience);
  s.plateau_min_rate = c.number("plateau_min_rate", s.plateau_min_rate);
  o.adam.beta1 = c.number("beta1", o.adam.beta1);
  o.adam.beta2 = c.number("beta2", o.adam.beta2);
  o.adam.epsilon = c.number("epsilon", o.adam.epsilon);
  o.adam.weight_decay = c.number("weight_decay", o.adam.weight_decay);
  o.clip_norm = c.number("clip_norm", o.clip_norm);
  o.average_decay = c.number("average_decay", o.average_decay);
  o.batches_per_step = c.integer("batches_per_step", o.batches_per_step);
  if (o.batches_per_step >= 1) s.total_steps = total_steps / o.batches_per_step;
  if (s.curve == RateCurve::Cosine && s.warm_up_steps >= s.total_steps)
    refuse(c, "warm_up_steps",
           "is " + std::to_string(s.warm_up_steps) + ", but the run has only " +
               std::to_string(s.total_steps) +
               " steps (training.epochs times training.steps, over optimizer.batches_per_step)",
           "lower it, or train longer");
  check_optimizer(o);
  return o;
}

Length read_length(const Config& c, const char* key, const char* fallback) {
  const std::string text = c.text(key, fallback);
  return text == "0" ? Length{} : Length::parse(text, c.where(key));
}

ValidationSettings read_validation(const Config& c) {
  ValidationSettings v;
  v.every = at_least(c, "every", v.every, 1);
  v.cluster.method = c.choice("method", "meanshift", {"meanshift", "components"}) == "components"
                         ? ClusterMethod::ConnectedComponents
                         : ClusterMethod::MeanShift;
  v.cluster.radius = read_length(c, "radius", "0");
  v.cluster.min_size = at_least(c, "min_size", v.cluster.min_size, 0);
  v.cluster.per_class = c.flag("per_class", v.cluster.per_class);
  v.match.distance = read_length(c, "distance", "10");
  if (v.match.distance->value <= 0)
    refuse(c, "distance", "is 0", "give the largest distance at which a particle counts as found");
  v.best = c.choice("best", v.best, {"auto", "objects", "voxels", "loss"});
  return v;
}

}  // namespace

TrainSettings read_train_settings(const Config& config, const std::filesystem::path& output) {
  TrainSettings s;
  config.refuse_keys_of(
      "simulate", {"size", "voxel_size", "tomograms", "decoys", "placement", "membranes", "tilts",
                   "ctf", "noise", "misalignment", "reconstruction", "outputs"});
  if (output.empty()) config.required_text("output");
  s.output = config.path("output");
  if (!output.empty()) s.output = output;
  s.class_names = config.texts("classes");
  if (s.classes() < 2 || s.classes() > 255)
    refuse(
        config, "classes",
        s.class_names.empty() ? "is missing" : "names " + std::to_string(s.classes()) + " classes",
        "name 2 to 255 classes, background first: [background, ribosome]");
  check_class_names(s.class_names, "train", config.where("classes"));
  const auto seed = config.integer("seed", 0);
  if (seed < 0) refuse(config, "seed", "is negative", "give a whole number of at least 0");
  s.data = read_data(config.section("data"));
  s.network = read_network(config.section("network"));

  const Config patches = config.section("patches");
  sampling::SamplerOptions& p = s.sampler;
  p.patch = read_patch(patches);
  p.classes = static_cast<int>(s.classes());
  p.class_names = s.class_names;
  p.shift = patches.integer("shift", p.shift);
  p.balanced = patches.flag("balanced", p.balanced);
  p.background = patches.number("background", p.background);
  p.normalization = parse_normalization(patches.text("normalization", "tomogram"),
                                        patches.where("normalization"));
  p.augmentation = read_augmentation(config.section("augmentation"));
  p.seed = static_cast<std::uint64_t>(seed);

  const Config run = config.section("training");
  s.epochs = at_least(run, "epochs", s.epochs, 1);
  s.steps = at_least(run, "steps", s.steps, 1);
  if (s.total_batches() > 2'000'000'000)
    refuse(run, "epochs", "times training.steps is more than two billion batches",
           "lower one of them");
  s.batch = at_least(run, "batch", s.batch, 1);
  s.most_bad_batches = at_least(run, "most_bad_batches", s.most_bad_batches, 1);
  s.checkpoint_minutes = run.number("checkpoint_minutes", s.checkpoint_minutes);
  if (s.checkpoint_minutes <= 0)
    refuse(run, "checkpoint_minutes", "is not above 0", "give a number of minutes");
  s.loss = read_loss(config.section("loss"), s.classes());
  s.optimizer = read_optimizer(config.section("optimizer"), s.total_batches());
  s.validation = read_validation(config.section("validation"));
  config.refuse_unknown();
  return s;
}

}  // namespace dfe
