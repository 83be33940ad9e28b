// SPDX-License-Identifier: Apache-2.0
// Requests of a Writer. Errors name the file as it will be called, not the temporary one.
#include <map>

#include "dfengine/error.hpp"
#include "io/atomic_file.hpp"
#include "io/hdf5/library.hpp"

namespace dfe::io::h5 {

struct Writer::State {
  std::filesystem::path path;
  AtomicFile target;
  File file;
  std::map<std::string, Dataset> open;

  explicit State(const std::filesystem::path& final_path)
      : path(final_path), target(final_path), file(create_file(target.path())) {}

  [[noreturn]] void fail(const std::string& fact) const {
    h5::fail(path.string(), fact, "is the disk full?");
  }

  Dataset create(const std::string& name, const std::vector<std::int64_t>& sizes,
                 StoredType type) const {
    Dataset dataset = h5::create_dataset(file, name, sizes, type);
    if (!dataset) fail("dataset '" + name + "' cannot be created");
    return dataset;
  }

  void write(hid_t dataset, const std::string& name, std::span<const std::int64_t> start,
             std::span<const std::int64_t> count, const Values& values) const {
    if (!h5::write_block(dataset, start, count, values))
      fail("dataset '" + name + "' cannot be written");
  }
};

Writer::Writer(const std::filesystem::path& path) : state_(std::make_unique<State>(path)) {}

Writer::~Writer() = default;
Writer::Writer(Writer&&) noexcept = default;
Writer& Writer::operator=(Writer&&) noexcept = default;

void Writer::create_group(const std::string& path) {
  if (!h5::create_group(state_->file, path)) state_->fail("group '" + path + "' cannot be created");
}

void Writer::create_dataset(const std::string& path, const std::vector<std::int64_t>& sizes,
                            StoredType type) {
  state_->open[path] = state_->create(path, sizes, type);
}

void Writer::write_block(const std::string& dataset, std::span<const std::int64_t> start,
                         std::span<const std::int64_t> count, const Values& values) {
  state_->write(state_->open.at(dataset), dataset, start, count, values);
}

void Writer::write_dataset(const std::string& path, const std::vector<std::int64_t>& sizes,
                           StoredType type, const Values& values) {
  state_->write(state_->create(path, sizes, type), path, {}, {}, values);
}

void Writer::write_attribute(const std::string& path, const std::string& name,
                             const AttributeValue& value) {
  if (!h5::write_attribute(open_object(state_->file, path), name, value))
    state_->fail("attribute '" + name + "' of '" + path + "' cannot be written");
}

void Writer::link(const std::string& target, const std::string& path) {
  const Lock lock;
  if (H5Lcreate_hard(state_->file, target.c_str(), state_->file, path.c_str(), H5P_DEFAULT,
                     H5P_DEFAULT) < 0)
    state_->fail("'" + path + "' cannot be linked to '" + target + "'");
}

void Writer::commit() {
  state_->open.clear();
  close_file(state_->file, state_->path);
  state_->target.commit();
}

}  // namespace dfe::io::h5
