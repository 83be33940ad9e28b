// SPDX-License-Identifier: Apache-2.0
// Checkpoints as HDF5, see the header: arrays of all parameters in the flat order of
// optim/gradients.hpp, numbers as attributes.
#include "engine/training/checkpoint.hpp"

#include <algorithm>

#include "dfengine/error.hpp"
#include "io/atomic_file.hpp"
#include "io/hdf5.hpp"

namespace dfe {

namespace {

namespace h5 = io::h5;

constexpr std::int64_t kVersion = 1;
constexpr std::int64_t kMostHistory = 1 << 26;

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

void write_flat(hid_t root, const std::string& name, const std::vector<float>& values) {
  if (!values.empty())
    h5::write_floats(root, name, {static_cast<std::int64_t>(values.size())}, values.data());
}

void write_flat(hid_t root, const std::string& name, const std::vector<double>& values) {
  if (!values.empty())
    h5::write_doubles(root, name, {static_cast<std::int64_t>(values.size())}, values.data());
}

/// Empty where the dataset is not there.
std::vector<float> read_flat(hid_t root, const std::string& name, std::int64_t parameters) {
  if (!h5::is_dataset(root, name)) return {};
  std::vector<float> values = h5::read_floats(h5::open_dataset(root, name), parameters).values;
  if (static_cast<std::int64_t>(values.size()) != parameters)
    throw Error("checkpoint", h5::name_of(root) + name,
                "has " + std::to_string(values.size()) + " parameters",
                "this network has " + std::to_string(parameters) +
                    ": use the configuration that the run began with");
  return values;
}

std::int64_t read_integer(hid_t root, const std::string& name) {
  const double value = h5::read_number(root, name);  // all of ours are below 2^53
  if (!(value >= 0 && value <= 0x1p53))
    throw Error("checkpoint", h5::name_of(root), "attribute " + name + " is out of range");
  return static_cast<std::int64_t>(value);
}

void write_root(hid_t root, const TrainProgress& p) {
  const TrainingState& s = p.state;
  h5::write_integer(root, "dfengine_checkpoint", kVersion);
  h5::write_string(root, "config", p.config);
  h5::write_integer(root, "batches", p.batches);
  h5::write_integer(root, "bad_in_row", p.bad_in_row);
  h5::write_number(root, "best", p.best);
  h5::write_number(root, "best_loss", p.best_loss);
  h5::write_integer(root, "best_epoch", p.best_epoch);
  h5::write_integer(root, "adam_steps", s.adam.steps);
  h5::write_number(root, "schedule_factor", s.schedule.factor);
  h5::write_number(root, "schedule_best", s.schedule.best);
  h5::write_integer(root, "schedule_bad_validations", s.schedule.bad_validations);
  h5::write_integer(root, "pending_batches", s.pending.batches);
  h5::write_number(root, "epoch_loss", p.epoch.loss);
  h5::write_number(root, "epoch_gradient_norm", p.epoch.gradient_norm);
  h5::write_integer(root, "epoch_good", p.epoch.good);
  h5::write_integer(root, "epoch_bad", p.epoch.bad);

  write_flat(root, "weights", flatten(s.weights.layers));
  write_flat(root, "average", flatten(s.average));
  write_flat(root, "adam_m", s.adam.m);
  write_flat(root, "adam_v", s.adam.v);
  if (s.pending.batches > 0) write_flat(root, "pending", flatten(s.pending.sum));
  std::vector<double> sums;
  ClassSums epoch = p.epoch.sums;
  for (const std::vector<double>* row : epoch.rows())
    sums.insert(sums.end(), row->begin(), row->end());
  write_flat(root, "epoch_sums", sums);
  const h5::Group history = h5::create_group(root, "history");
  for (const History::Column& column : p.history.columns()) {
    h5::write_doubles(history, column.name,
                      {p.history.epochs(), static_cast<std::int64_t>(column.width)},
                      column.values.data());
  }
}

void read_history(hid_t root, History& history) {
  const h5::Group group = h5::open_group(root, "history");
  for (const std::string& name : h5::links(group)) {
    const h5::Dataset dataset = h5::open_dataset(group, name);
    const std::vector<std::int64_t> dims = h5::dims(dataset);
    const std::vector<double> values = h5::read_doubles(dataset, kMostHistory);
    if (dims.size() != 2 || dims[1] < 1)
      throw Error("checkpoint", h5::name_of(dataset), "is no (epochs, values) array");
    for (auto at = values.begin(); at != values.end(); at += dims[1])
      history.note(name, std::vector<double>(at, at + dims[1]));
  }
}

void read_root(hid_t root, const std::string& file, TrainProgress& p) {
  if (!h5::has_attribute(root, "dfengine_checkpoint"))
    throw Error("checkpoint", file, "is no checkpoint of dfengine",
                "name the folder that 'train' wrote, or start without --resume");
  if (const std::int64_t version = read_integer(root, "dfengine_checkpoint"); version != kVersion)
    throw Error("checkpoint", file, "has version " + std::to_string(version),
                "this program knows version " + std::to_string(kVersion));
  TrainingState& s = p.state;
  const std::int64_t parameters = parameter_count(s.weights.layers);
  const std::vector<float> weights = read_flat(root, "weights", parameters);
  if (weights.empty()) throw Error("checkpoint", file, "holds no weights", "it is damaged");
  unflatten(weights, s.weights.layers);
  if (const std::vector<float> average = read_flat(root, "average", parameters); !average.empty()) {
    s.average = s.weights.layers;
    unflatten(average, s.average);
  }
  s.adam.m = read_flat(root, "adam_m", parameters);
  s.adam.v = read_flat(root, "adam_v", parameters);
  s.adam.steps = read_integer(root, "adam_steps");
  s.schedule.factor = h5::read_number(root, "schedule_factor");
  s.schedule.best = h5::read_number(root, "schedule_best");
  s.schedule.bad_validations = read_integer(root, "schedule_bad_validations");
  s.pending.batches = read_integer(root, "pending_batches");
  if (s.pending.batches > 0) {
    const std::vector<double> flat =
        h5::read_doubles(h5::open_dataset(root, "pending"), parameters);
    if (static_cast<std::int64_t>(flat.size()) != parameters)
      throw Error("checkpoint", file, "has another number of gradients");
    s.pending.sum = zero_gradients(s.weights.layers);
    auto from = flat.begin();
    for (LayerGradient& layer : s.pending.sum)
      for (auto* values : {&layer.dw, &layer.db})
        for (double& value : *values) value = *from++;
  }
  p.config = h5::read_string(root, "config");
  p.batches = read_integer(root, "batches");
  p.bad_in_row = read_integer(root, "bad_in_row");
  p.best = h5::read_number(root, "best");
  p.best_loss = h5::read_number(root, "best_loss");
  p.best_epoch = read_integer(root, "best_epoch");
  p.epoch.loss = h5::read_number(root, "epoch_loss");
  p.epoch.gradient_norm = h5::read_number(root, "epoch_gradient_norm");
  p.epoch.good = read_integer(root, "epoch_good");
  p.epoch.bad = read_integer(root, "epoch_bad");
  p.epoch.sums = ClassSums(s.weights.classes);
  const std::vector<double> sums =
      h5::read_doubles(h5::open_dataset(root, "epoch_sums"), kMostHistory);
  auto from = sums.begin();
  for (std::vector<double>* row : p.epoch.sums.rows())
    for (double& value : *row) {
      if (from == sums.end()) throw Error("checkpoint", file, "is of another number of classes");
      value = *from++;
    }
  p.history = {};
  read_history(root, p.history);
}

}  // namespace

void write_checkpoint(const std::filesystem::path& path, const TrainProgress& progress) {
  io::AtomicFile atomic(path);
  h5::File file = h5::create_file(atomic.path());
  write_root(h5::open_group(file, "/"), progress);
  h5::close_file(file, path);
  atomic.commit();
}

void read_checkpoint(const std::filesystem::path& path, TrainProgress& progress) {
  const h5::File file = h5::open_file(path);
  read_root(h5::open_group(file, "/"), path.string(), progress);
}

}  // namespace dfe
