// SPDX-License-Identifier: Apache-2.0
// The run record. Inputs are hashed with XXH128, which reads as fast as the disk delivers; the JSON
// keeps the order in which things were noted, so that two records can be compared with diff.
#include "io/run_record.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <ctime>
#include <memory>
#include <nlohmann/json.hpp>

#include <xxhash.h>

#include "core/file_names.hpp"
#include "core/parallel.hpp"
#include "dfengine/error.hpp"
#include "io/atomic_file.hpp"
#include "io/input_file.hpp"

namespace dfe::io {

namespace {

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::string now_utc() {
  const std::time_t now = std::time(nullptr);
  std::tm parts{};
  gmtime_r(&now, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

/// All files in a folder in the order of their names.
std::vector<std::filesystem::path> files_in(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code code;
  for (std::filesystem::recursive_directory_iterator it(folder, code), end; !code && it != end;
       it.increment(code))
    if (it->is_regular_file()) files.push_back(it->path());
  if (code) throw Error("record", folder.string(), "cannot be listed: " + code.message());
  std::sort(files.begin(), files.end());
  return files;
}

std::int64_t size_of(const std::filesystem::path& path) {
  std::error_code code;
  if (std::filesystem::is_directory(path, code)) {
    std::int64_t bytes = 0;
    for (const auto& file : files_in(path)) bytes += size_of(file);
    return bytes;
  }
  const auto size = std::filesystem::file_size(path, code);
  if (code == std::errc::no_such_file_or_directory)
    throw Error("record", path.string(), "no such file", "check the path");
  if (code) throw Error("record", path.string(), "its size cannot be read: " + code.message());
  return static_cast<std::int64_t>(size);
}

/// Adds the bytes of a file to a hash.
void add_file(XXH3_state_t* state, const std::filesystem::path& path) {
  struct CloseFile {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  const std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "rb"));
  if (!file) throw Error("record", path.string(), "cannot be opened for hashing");
  std::setvbuf(file.get(), nullptr, _IONBF, 0);  // the blocks below are the buffer
  std::vector<char> block(std::size_t{1} << 20);
  while (const std::size_t count = std::fread(block.data(), 1, block.size(), file.get()))
    XXH3_128bits_update(state, block.data(), count);
  if (std::ferror(file.get()))
    throw Error("record", path.string(), "cannot be read to its end for hashing");
}

}  // namespace

std::filesystem::path run_record_path(const std::filesystem::path& result) {
  std::filesystem::path path = result.has_filename() ? result : result.parent_path();
  path += ".run.json";
  return path;
}

std::string file_hash(const std::filesystem::path& path) {
  struct FreeState {
    void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
  };
  const std::unique_ptr<XXH3_state_t, FreeState> state(XXH3_createState());
  if (!state || XXH3_128bits_reset(state.get()) != XXH_OK) throw std::bad_alloc();
  std::error_code code;
  if (std::filesystem::is_directory(path, code)) {
    for (const auto& file : files_in(path)) {
      const std::string name = file.lexically_relative(path).generic_string();
      const std::string head = name + '\0' + std::to_string(size_of(file)) + '\0';
      XXH3_128bits_update(state.get(), head.data(), head.size());
      add_file(state.get(), file);
    }
  } else {
    check_input_file("record", path);
    add_file(state.get(), named_volume(path).file);
  }
  XXH128_canonical_t bytes;
  XXH128_canonicalFromHash(&bytes, XXH3_128bits_digest(state.get()));
  std::string text;
  for (const unsigned char byte : bytes.digest) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

RunRecord::RunRecord(std::string command)
    : command_(std::move(command)),
      started_(std::chrono::steady_clock::now()),
      current_started_(started_),
      start_time_utc_(now_utc()) {}

void RunRecord::option(std::string name, std::string value) {
  options_.emplace_back(std::move(name), std::move(value));
}

void RunRecord::device(std::string text) { device_ = std::move(text); }

void RunRecord::input(const std::filesystem::path& path) {
  input_beside(path);
  inputs_.back().hash.get();
}

void RunRecord::input_beside(const std::filesystem::path& path) {
  std::error_code code;
  if (!std::filesystem::is_directory(path, code)) check_input_file("record", path);  // Zarr stores
  inputs_.push_back({path.string(), std::async(std::launch::async, file_hash, path),
                     size_of(named_volume(path).file)});
}

void RunRecord::output(const std::filesystem::path& path) {
  outputs_.push_back({path.string(), {}, size_of(path)});
}

void RunRecord::fact(std::string name, std::string value) {
  facts_.push_back({std::move(name), std::move(value), 0, false});
}

void RunRecord::fact(std::string name, double value) {
  facts_.push_back({std::move(name), "", value, true});
}

void RunRecord::warning(std::string text) { warnings_.push_back(std::move(text)); }

void RunRecord::stage(std::string name) {
  const double seconds = seconds_since(current_started_);
  for (Stage& stage : stages_)
    if (stage.name == current_) stage.seconds += seconds;
  current_ = std::move(name);
  current_started_ = std::chrono::steady_clock::now();
  for (const Stage& stage : stages_)
    if (stage.name == current_) return;
  stages_.push_back({current_, 0});
}

std::vector<std::pair<std::string, double>> RunRecord::timings() const {
  std::vector<std::pair<std::string, double>> result;
  for (const Stage& stage : stages_)
    result.emplace_back(
        stage.name, stage.seconds + (stage.name == current_ ? seconds_since(current_started_) : 0));
  return result;
}

std::string RunRecord::json() const {
  using Json = nlohmann::ordered_json;
  Json record;
  record["dfengine"] = DFENGINE_VERSION;
  record["command"] = command_;
  record["started_utc"] = start_time_utc_;
  record["seconds"] = seconds_since(started_);
  record["device"] = device_;
  record["host_threads"] = available_threads();
  const auto object_of = [](const auto& pairs) {
    Json object = Json::object();
    for (const auto& [name, value] : pairs) object[name] = value;
    return object;
  };
  record["options"] = object_of(options_);
  record["inputs"] = Json::array();
  for (const FileFact& file : inputs_)
    record["inputs"].push_back(
        {{"path", file.path}, {"bytes", file.bytes}, {"xxh128", file.hash.get()}});
  record["outputs"] = Json::array();
  for (const FileFact& file : outputs_)
    record["outputs"].push_back({{"path", file.path}, {"bytes", file.bytes}});
  record["timings_seconds"] = object_of(timings());
  Json facts = Json::object();
  for (const Fact& fact : facts_) {
    if (!fact.is_number)
      facts[fact.name] = fact.text;
    else if (std::isfinite(fact.number))
      facts[fact.name] = fact.number;
    else
      facts[fact.name] = nullptr;  // JSON has no NaN
  }
  record["facts"] = std::move(facts);
  record["warnings"] = warnings_;
  // File names need not be UTF-8; a record with a replacement character is better than none.
  return record.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

void RunRecord::write_beside(const std::filesystem::path& result) const {
  write_text_file(run_record_path(result), json());
}

}  // namespace dfe::io
