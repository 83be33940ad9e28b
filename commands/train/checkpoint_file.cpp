// SPDX-License-Identifier: Apache-2.0
// Checkpoints as HDF5, see the header: arrays of all parameters in the flat order of
// optim/gradients.hpp, numbers as attributes.
#include "commands/train/checkpoint_file.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "dfengine/error.hpp"
#include "io/hdf5/hdf5_file.hpp"

namespace dfe {

namespace {

namespace h5 = io::h5;

constexpr std::int64_t kVersion = 1;
constexpr std::int64_t kMostHistory = 1 << 26;

constexpr std::string_view kBetween = "\x1e";  // overrides: a record separator is in no setting

std::vector<std::string> read_overrides(const h5::Reader& file) {
  if (!file.has_attribute("/", "overrides")) return {};
  const std::string text = file.read_string("/", "overrides");
  if (text.empty()) return {};
  const std::vector<std::string_view> parts = split(text, kBetween.front());
  return {parts.begin(), parts.end()};
}

std::string width_name(std::size_t level) { return "width_" + std::to_string(level); }

std::vector<float> flatten(const std::vector<LayerWeights>& layers) {
  std::vector<float> flat;
  for (const LayerWeights& layer : layers)
    for (const auto* values : {&layer.kernel, &layer.bias})
      flat.insert(flat.end(), values->begin(), values->end());
  return flat;
}

void unflatten(const std::vector<float>& flat, std::vector<LayerWeights>& layers) {
  auto from = flat.begin();
  for (LayerWeights& layer : layers)
    for (auto* values : {&layer.kernel, &layer.bias}) {
      const auto to = from + static_cast<std::ptrdiff_t>(values->size());
      std::copy(from, to, values->begin());
      from = to;
    }
}

std::vector<double> flatten(const Gradients& gradients) {
  std::vector<double> flat;
  for (const LayerGradient& layer : gradients)
    for (const auto* values : {&layer.dw, &layer.db})
      flat.insert(flat.end(), values->begin(), values->end());
  return flat;
}

template <class Real>
void write_flat(h5::Writer& file, const std::string& name, const std::vector<Real>& values) {
  constexpr auto kType =
      sizeof(Real) == sizeof(float) ? h5::StoredType::Float32 : h5::StoredType::Float64;
  if (!values.empty())
    file.write_dataset(name, {static_cast<std::int64_t>(values.size())}, kType, std::span(values));
}

/// Empty if the file has no such dataset.
std::vector<float> read_flat(const h5::Reader& file, const std::string& name,
                             std::int64_t parameters) {
  if (!file.is_dataset(name)) return {};
  std::vector<float> values = file.read_floats(name, parameters).values;
  if (static_cast<std::int64_t>(values.size()) != parameters)
    throw Error("checkpoint", file.name_of(name),
                "has " + std::to_string(values.size()) + " parameters",
                "this network has " + std::to_string(parameters) +
                    "; use the configuration that the run started with");
  return values;
}

std::int64_t read_integer(const h5::Reader& file, const std::string& name) {
  const double value = file.read_number("/", name);  // all of ours are below 2^53
  if (!(value >= 0 && value <= 0x1p53))
    throw Error("checkpoint", file.name_of("/"), "attribute " + name + " is out of range",
                "the file is damaged");
  return static_cast<std::int64_t>(value);
}

void write_root(h5::Writer& file, const TrainProgress& p) {
  const TrainingState& s = p.state;
  file.write_attribute("/", "dfengine_checkpoint", kVersion);
  file.write_attribute("/", "config", p.config);
  file.write_attribute("/", "config_anywhere", p.config_anywhere);
  file.write_attribute("/", "overrides", join(p.overrides, kBetween));
  for (std::size_t i = 0; i < s.weights.widths.size(); ++i)
    file.write_attribute("/", width_name(i), s.weights.widths[i]);
  file.write_attribute("/", "batches", p.batches);
  file.write_attribute("/", "bad_in_row", p.bad_in_row);
  file.write_attribute("/", "best", p.best);
  file.write_attribute("/", "best_loss", p.best_loss);
  file.write_attribute("/", "best_epoch", p.best_epoch);
  file.write_attribute("/", "adam_steps", s.adam.steps);
  file.write_attribute("/", "schedule_factor", s.schedule.factor);
  file.write_attribute("/", "schedule_best", s.schedule.best);
  file.write_attribute("/", "schedule_bad_validations", s.schedule.bad_validations);
  file.write_attribute("/", "pending_batches", s.pending.batches);
  file.write_attribute("/", "epoch_loss", p.epoch.loss);
  file.write_attribute("/", "epoch_gradient_norm", p.epoch.gradient_norm);
  file.write_attribute("/", "epoch_good", p.epoch.good);
  file.write_attribute("/", "epoch_bad", p.epoch.bad);

  write_flat(file, "weights", flatten(s.weights.layers));
  write_flat(file, "average", flatten(s.average));
  write_flat(file, "adam_m", s.adam.m);
  write_flat(file, "adam_v", s.adam.v);
  if (s.pending.batches > 0) write_flat(file, "pending", flatten(s.pending.sum));
  std::vector<double> sums;
  ClassSums epoch = p.epoch.sums;
  for (const std::vector<double>* row : epoch.rows())
    sums.insert(sums.end(), row->begin(), row->end());
  write_flat(file, "epoch_sums", sums);
  file.create_group("history");
  for (const History::Column& column : p.history.columns())
    file.write_dataset("history/" + column.name,
                       {p.history.epochs(), static_cast<std::int64_t>(column.width)},
                       h5::StoredType::Float64, std::span(column.values));
}

void read_history(const h5::Reader& file, History& history) {
  for (const std::string& name : file.links("history")) {
    const std::string path = "history/" + name;
    const std::vector<std::int64_t> sizes = file.facts(path).sizes;
    const std::vector<double> values = file.read_doubles(path, kMostHistory);
    if (sizes.size() != 2 || sizes[1] < 1)
      throw Error("checkpoint", file.name_of(path), "is not an (epochs, values) array",
                  "the file is damaged");
    for (auto at = values.begin(); at != values.end(); at += sizes[1])
      history.note(name, std::vector<double>(at, at + sizes[1]));
  }
}

void check_kind(const h5::Reader& file, const std::string& name) {
  if (!file.has_attribute("/", "dfengine_checkpoint"))
    throw Error("checkpoint", name, "is not a checkpoint of dfengine",
                "give the output folder of an earlier run, or start without --resume");
  if (const std::int64_t version = read_integer(file, "dfengine_checkpoint"); version != kVersion)
    throw Error("checkpoint", name, "has version " + std::to_string(version),
                "this program reads version " + std::to_string(kVersion));
}

void read_root(const h5::Reader& file, const std::string& name, TrainProgress& p) {
  check_kind(file, name);
  TrainingState& s = p.state;
  const std::int64_t parameters = parameter_count(s.weights.layers);
  const std::vector<float> weights = read_flat(file, "weights", parameters);
  if (weights.empty())
    throw Error("checkpoint", name, "contains no weights", "the file is damaged");
  unflatten(weights, s.weights.layers);
  if (const std::vector<float> average = read_flat(file, "average", parameters); !average.empty()) {
    s.average = s.weights.layers;
    unflatten(average, s.average);
  }
  s.adam.m = read_flat(file, "adam_m", parameters);
  s.adam.v = read_flat(file, "adam_v", parameters);
  s.adam.steps = read_integer(file, "adam_steps");
  s.schedule.factor = file.read_number("/", "schedule_factor");
  s.schedule.best = file.read_number("/", "schedule_best");
  s.schedule.bad_validations = read_integer(file, "schedule_bad_validations");
  s.pending.batches = read_integer(file, "pending_batches");
  if (s.pending.batches > 0) {
    const std::vector<double> flat = file.read_doubles("pending", parameters);
    if (static_cast<std::int64_t>(flat.size()) != parameters)
      throw Error("checkpoint", name, "has a different number of gradients than the network",
                  "use the configuration that the run started with");
    s.pending.sum = zero_gradients(s.weights.layers);
    auto from = flat.begin();
    for (LayerGradient& layer : s.pending.sum)
      for (auto* values : {&layer.dw, &layer.db})
        for (double& value : *values) value = *from++;
  }
  p.config = file.read_string("/", "config");
  p.overrides = read_overrides(file);
  p.batches = read_integer(file, "batches");
  p.bad_in_row = read_integer(file, "bad_in_row");
  p.best = file.read_number("/", "best");
  p.best_loss = file.read_number("/", "best_loss");
  p.best_epoch = read_integer(file, "best_epoch");
  p.epoch.loss = file.read_number("/", "epoch_loss");
  p.epoch.gradient_norm = file.read_number("/", "epoch_gradient_norm");
  p.epoch.good = read_integer(file, "epoch_good");
  p.epoch.bad = read_integer(file, "epoch_bad");
  p.epoch.sums = ClassSums(s.weights.classes);
  const std::vector<double> sums = file.read_doubles("epoch_sums", kMostHistory);
  auto from = sums.begin();
  for (std::vector<double>* row : p.epoch.sums.rows())
    for (double& value : *row) {
      if (from == sums.end())
        throw Error("checkpoint", name, "has a different number of classes",
                    "use the configuration that the run started with");
      value = *from++;
    }
  p.history = {};
  read_history(file, p.history);
}

}  // namespace

void write_checkpoint(const std::filesystem::path& path, const TrainProgress& progress) {
  h5::Writer file(path);
  write_root(file, progress);
  file.commit();
}

CheckpointStart read_checkpoint_start(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error))
    throw Error("train", path.string(), "does not exist, so there is nothing to resume",
                "start without --resume, or give the folder of the run with -o");
  const h5::Reader file(path);
  check_kind(file, path.string());
  CheckpointStart start;
  start.config = file.read_string("/", "config");
  if (file.has_attribute("/", "config_anywhere"))
    start.config_anywhere = file.read_string("/", "config_anywhere");
  start.overrides = read_overrides(file);
  for (std::size_t i = 0; i < start.widths.size(); ++i)
    if (file.has_attribute("/", width_name(i))) start.widths[i] = read_integer(file, width_name(i));
  return start;
}

void read_checkpoint(const std::filesystem::path& path, TrainProgress& progress) {
  read_root(h5::Reader(path), path.string(), progress);
}

void write_history(const std::filesystem::path& path, const History& history,
                   const std::vector<std::string>& class_names) {
  h5::Writer file(path);
  file.write_attribute("/", "class_names", class_names);
  for (const History::Column& column : history.columns()) {
    std::vector<std::int64_t> sizes{history.epochs()};
    if (column.width > 1) sizes.push_back(static_cast<std::int64_t>(column.width));
    file.write_dataset(column.name, sizes, h5::StoredType::Float64, std::span(column.values));
  }
  file.commit();
}

}  // namespace dfe
