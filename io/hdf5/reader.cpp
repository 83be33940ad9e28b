// SPDX-License-Identifier: Apache-2.0
// Requests of a Reader, each on an object that is opened for it alone, but for the datasets that
// `keep_open` named: theirs stay open, with the chunks that were read.
#include <map>

#include "dfengine/error.hpp"
#include "io/hdf5/library.hpp"

namespace dfe::io::h5 {

namespace {

template <class T>
T single(std::vector<T> values, const std::string& object, const std::string& attribute,
         const char* what) {
  if (values.size() != 1)
    throw Error("hdf5", object,
                "attribute '" + attribute + "' holds " + std::to_string(values.size()) + " " + what,
                "expected one");
  return std::move(values.front());
}

}  // namespace

struct Reader::State {
  std::string name;
  File file;
  std::map<std::string, Dataset> open;

  /// Calls `use` with the dataset's handle.
  template <class Use>
  auto with(const std::string& path, Use use) const {
    const Lock lock;
    if (const auto found = open.find(path); found != open.end()) return use(found->second.get());
    return use(open_dataset(file, path).get());
  }
};

Reader::Reader(const std::filesystem::path& path)
    : state_(new State{path.string(), open_file(path), {}}) {}

Reader::Reader(std::span<const std::byte> image, const std::string& name)
    : state_(new State{name, open_image(image, name), {}}) {}

Reader::~Reader() = default;
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;

std::string Reader::name_of(const std::string& path) const {
  if (path.empty() || path == "/") return state_->name;
  return state_->name + (path.front() == '/' ? ":" : ":/") + path;
}

bool Reader::is_group(const std::string& path) const {
  return kind_of(state_->file, path) == H5I_GROUP;
}

bool Reader::is_dataset(const std::string& path) const {
  return kind_of(state_->file, path) == H5I_DATASET;
}

std::vector<std::string> Reader::links(const std::string& group) const {
  return h5::links(open_group(state_->file, group));
}

bool Reader::has_attribute(const std::string& path, const std::string& name) const {
  return h5::has_attribute(open_object(state_->file, path), name);
}

std::vector<std::string> Reader::read_strings(const std::string& path,
                                              const std::string& name) const {
  return h5::read_strings(open_object(state_->file, path), name);
}

std::string Reader::read_string(const std::string& path, const std::string& name) const {
  return single(read_strings(path, name), name_of(path), name, "texts");
}

std::vector<double> Reader::read_numbers(const std::string& path, const std::string& name) const {
  return h5::read_numbers(open_object(state_->file, path), name);
}

double Reader::read_number(const std::string& path, const std::string& name) const {
  return single(read_numbers(path, name), name_of(path), name, "numbers");
}

DatasetFacts Reader::facts(const std::string& dataset) const {
  return state_->with(dataset, facts_of);
}

std::int64_t Reader::checked_elements(const std::string& dataset) const {
  return state_->with(dataset, h5::checked_elements);
}

void Reader::keep_open(const std::string& dataset, std::int64_t chunk_cache_bytes) {
  Dataset opened = open_dataset(state_->file, dataset, chunk_cache_bytes);
  check_filters(opened);
  state_->open[dataset] = std::move(opened);
}

void Reader::read_block(const std::string& dataset, std::span<const std::int64_t> start,
                        std::span<const std::int64_t> count, float* out) const {
  state_->with(dataset, [&](hid_t id) { h5::read_block(id, start, count, out); });
}

FloatArray Reader::read_floats(const std::string& dataset, std::int64_t max_elements) const {
  return state_->with(dataset, [&](hid_t id) { return h5::read_floats(id, max_elements); });
}

std::vector<double> Reader::read_doubles(const std::string& dataset,
                                         std::int64_t max_elements) const {
  return state_->with(dataset, [&](hid_t id) { return h5::read_doubles(id, max_elements); });
}

}  // namespace dfe::io::h5
