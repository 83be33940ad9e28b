// SPDX-License-Identifier: Apache-2.0
// Output rules, see the header. Paths are compared by what they point to (links resolved), not by
// how they are written.
#include "outputs.hpp"

#include <unistd.h>

#include <algorithm>
#include <map>
#include <system_error>
#include <utility>

#include "core/file_names.hpp"
#include "io/atomic_file.hpp"
#include "io/input_file.hpp"
#include "io/run_record.hpp"
#include "io/volume.hpp"

namespace dfe {

namespace fs = std::filesystem;

namespace {

/// "picks.star" for several inputs is meant as a file: a folder of such a name must exist, or be
/// written with a slash.
void check_folder_name(std::string_view area, const OutputKind& kind, std::size_t inputs) {
  const fs::path path(kind.value);
  std::error_code ignored;
  if (!path.has_extension() || kind.value.ends_with('/') || fs::exists(path, ignored)) return;
  throw Error(
      ErrorKind::Usage, area, kind.value,
      kind.option + " is the name of a file, but there are " + std::to_string(inputs) + " inputs",
      "give a folder, or end the name with a slash if it is one");
}

/// "tomo.zarr/", as a shell completes it, is "tomo.zarr".
fs::path without_slash(const fs::path& path) {
  return path.has_filename() ? path : path.parent_path();
}

bool looks_like_folder(const std::string& value) {
  std::error_code ignored;
  if (io::is_zarr_file_name(value)) return false;  // one volume, though a folder for the system
  return value.ends_with('/') || fs::is_directory(value, ignored);
}

fs::path folder_of(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

/// One spelling per file, whether or not it or what a link points to exists yet.
std::string identity(const fs::path& path) {
  std::error_code error;
  const fs::path plain = fs::absolute(without_slash(path), error);
  try {
    const fs::path resolved = fs::weakly_canonical(io::follow_links(plain), error);
    if (!error) return resolved.string();
  } catch (const Error&) {  // links in a circle, which nobody can read or write
  }
  return plain.lexically_normal().string();
}

/// Results are written under another name first and then renamed, which streams cannot be.
bool is_stream(const fs::path& path) {
  if (path == "-") return true;
  const std::string name = path.lexically_normal().string();
  if (name.starts_with("/proc/") || name.starts_with("/dev/fd/") || name == "/dev/stdout" ||
      name == "/dev/stderr" || name == "/dev/stdin")
    return true;
  std::error_code error;
  const fs::file_type type = fs::status(path, error).type();
  return type == fs::file_type::character || type == fs::file_type::fifo ||
         type == fs::file_type::block || type == fs::file_type::socket;
}

void check_writable(std::string_view area, const fs::path& folder) {
  if (access(folder.c_str(), W_OK | X_OK) != 0)
    throw Error(area, folder.string(), "the folder cannot be written", "check its permissions");
}

/// `may_be_made`: the folder holds the results of several inputs and is created later.
void check_output(std::string_view area, const fs::path& asked, bool may_be_made) {
  check_place(area, asked);
  const fs::path output = io::follow_links(asked);
  std::error_code error;
  if (output.filename().string().size() >
      200)  // file systems take 255 bytes; the temporary name and the run record's are longer
    throw Error(area, output.string(), "the file name has more than 200 bytes",
                "choose a shorter one");
  if (fs::is_directory(output, error) && !io::is_zarr_file_name(output))
    throw Error(area, output.string(), "is a folder", "give a file name");
  if (fs::exists(output, error) && io::is_zarr_file_name(output) && !io::is_volume_folder(output))
    throw Error(area, output.string(), "exists and is no Zarr store",
                "remove it or choose another name");
  const fs::path folder = folder_of(output);
  if (fs::is_directory(folder, error)) {
    check_writable(area, folder);
    return;
  }
  if (fs::exists(folder, error))
    throw Error(area, folder.string(), "is not a folder", "choose another folder for the results");
  const fs::path above = folder_of(folder);
  if (may_be_made && fs::is_directory(above, error)) {
    check_writable(area, above);
    return;
  }
  throw Error(area, output.string(),
              "the folder '" + (may_be_made ? above : folder).string() + "' does not exist",
              "create it first");
}

/// One file under two names: links of either kind are followed.
bool is_same_file(const fs::path& a, const fs::path& b) {
  std::error_code ignored;
  return identity(a) == identity(b) || fs::equivalent(a, b, ignored);
}

/// An input may be a level of a Zarr store that would be replaced.
bool would_replace(const fs::path& output, const fs::path& name) {
  const fs::path input = io::named_volume(name).file;
  if (is_same_file(output, input)) return true;
  return io::is_zarr_file_name(output) && identity(input).starts_with(identity(output) + "/");
}

/// What is read and what will be written, each file under one spelling.
class Places {
 public:
  Places(std::string_view area, const CommonRequest& common) : area_(area), common_(common) {}

  void reads(const std::string& input) {
    if (!input.empty()) read_.emplace(identity(io::named_volume(input).file), input);
  }

  /// Adds the results of `job.input` to the job.
  void plan(OutputJob& job, const std::vector<OutputKind>& kinds, bool several) {
    bool all_exist = true;
    fs::path existing;
    for (const OutputKind& kind : kinds) {
      fs::path& output = job.outputs.emplace_back();
      if (kind.value.empty()) continue;
      const bool in_folder = several || looks_like_folder(kind.value);
      if (in_folder && io::is_volume_folder(kind.value))
        throw Error(ErrorKind::Usage, area_, kind.value, "is a volume, not a folder for results",
                    "choose another folder");
      const std::string name = kind.name_of ? kind.name_of(job.input) : base_name(job.input);
      output = in_folder ? fs::path(kind.value) / (name + kind.suffix) : without_slash(kind.value);
      check_output(area_, output, in_folder);
      if (kind.check_name) kind.check_name(output);
      claim(output, kind.option, job.input);
      claim_record(output, kind.option, job.input);
      std::error_code error;
      if (fs::exists(output, error))
        existing = output;
      else
        all_exist = false;
      const fs::path beside = kind.beside ? kind.beside(output) : fs::path();
      if (beside.empty()) continue;
      claim(beside, kind.option, job.input);
      if (fs::exists(beside, error)) existing = beside;
    }
    if (!existing.empty() && !common_.overwrite && !common_.skip_existing)
      throw Error(area_, existing.string(), "already exists",
                  "use --overwrite to replace it or --skip-existing to keep it");
    job.skip = !existing.empty() && all_exist && common_.skip_existing;
  }

 private:
  /// One file is one result, and no input.
  void claim(const fs::path& output, const std::string& option, const std::string& input) {
    const std::string id = identity(output);
    if (const auto found = find_input(output, id); found != read_.end())
      throw Error(ErrorKind::Usage, area_, output.string(),
                  option + " would replace the input '" + found->second + "'",
                  "choose another name");
    const auto [found, fresh] = written_.emplace(id, Use{option, input});
    if (fresh) return;
    const Use& first = found->second;
    throw Error(ErrorKind::Usage, area_, output.string(),
                "would be written twice, " +
                    (first.option == option ? "for '" + first.input + "' and for '" + input + "'"
                                            : "by " + first.option + " and by " + option),
                "give the results different names or folders");
  }

  /// The run record beside a result is a file of its own; one of an earlier run may be replaced.
  void claim_record(const fs::path& output, const std::string& option, const std::string& input) {
    const fs::path record = io::run_record_path(output);
    claim(record, "the run record of " + option, input);
    std::error_code error;
    if (fs::is_directory(record, error))
      throw Error(area_, record.string(), "is a folder, but the run record goes there",
                  "choose another name for the result");
  }

  std::map<std::string, std::string>::const_iterator find_input(const fs::path& output,
                                                                const std::string& id) const {
    const auto found = read_.find(id);
    std::error_code error;
    const bool linked = fs::hard_link_count(output, error) > 1 && !error;
    if (found != read_.end() || (!linked && !io::is_zarr_file_name(output))) return found;
    return std::find_if(read_.begin(), read_.end(),
                        [&](const auto& input) { return would_replace(output, input.second); });
  }

  std::string_view area_;
  const CommonRequest& common_;
  std::map<std::string, std::string> read_;  // identity -> as the user wrote it
  struct Use {
    std::string option, input;
  };
  std::map<std::string, Use> written_;  // identity -> what it is for
};

}  // namespace

void check_place(std::string_view area, const fs::path& asked) {
  const fs::path output = io::follow_links(asked);
  if (is_stream(asked) || is_stream(output))
    throw Error(
        ErrorKind::Usage, area, asked.string(),
        "is a stream or a device; results are written to files",
        asked == "-" ? "give a file name, or ./- for a file of this name" : "give a file name");
  for (fs::path folder = fs::path(identity(asked)).parent_path(); folder.has_relative_path();
       folder = folder.parent_path())
    if (io::is_volume_folder(folder))
      throw Error(ErrorKind::Usage, area, asked.string(),
                  "is inside the Zarr store '" + folder.string() + "'",
                  "choose a folder outside of it");
}

void check_input(std::string_view area, const std::string& input) {
  if (!io::is_volume_folder(input)) io::check_input_file(area, input);
}

void refuse_repeated(std::string_view area, const std::vector<std::string>& inputs) {
  std::map<std::pair<std::string, std::string>, std::string> seen;
  std::vector<std::string> linked;  // under several names: an equal file may have another path
  const auto refuse = [&](const std::string& input, const std::string& other) {
    throw Error(ErrorKind::Usage, area, input,
                input == other ? "is given twice" : "is the same file as '" + other + "'",
                "give each file once, or it counts twice");
  };
  for (const std::string& input : inputs) {
    const VolumeName name = split_volume_name(input);
    const auto [found, fresh] = seen.emplace(std::pair(identity(name.file), name.part), input);
    if (!fresh) refuse(input, found->second);
    std::error_code error;
    if (fs::hard_link_count(name.file, error) < 2 || error) continue;
    for (const std::string& other : linked) {
      const VolumeName other_name = split_volume_name(other);
      if (name.part == other_name.part && fs::equivalent(name.file, other_name.file, error))
        refuse(input, other);
    }
    linked.push_back(input);
  }
}

void keep_inputs(std::string_view area, const std::vector<fs::path>& outputs,
                 const std::vector<fs::path>& inputs, const std::string& remedy) {
  for (const fs::path& output : outputs) {
    std::error_code error;
    if (!fs::exists(output, error)) continue;
    for (const fs::path& input : inputs)
      if (!input.empty() && would_replace(output, input))
        throw Error(ErrorKind::Usage, area, output.string(),
                    "would be written, but it is the input '" + input.string() + "'", remedy);
  }
}

void check_existing_rule(std::string_view area, const CommonRequest& common) {
  if (common.overwrite && common.skip_existing)
    throw Error(ErrorKind::Usage, area, "--overwrite", "cannot be combined with --skip-existing",
                "choose one of them");
}

std::vector<OutputJob> plan_outputs(std::string_view area, const std::vector<std::string>& inputs,
                                    const std::vector<OutputKind>& kinds,
                                    const CommonRequest& common,
                                    const std::vector<std::string>& other_inputs) {
  if (inputs.empty()) throw Error(ErrorKind::Usage, area, "", "no input file", "give at least one");
  check_existing_rule(area, common);
  const bool several = inputs.size() > 1;
  Places places(area, common);
  std::vector<OutputJob> jobs;
  for (const std::string& input : inputs) {
    OutputJob& job = jobs.emplace_back();
    job.input = input;
    try {
      if (!input.empty()) check_input(area, input);
    } catch (const Error&) {
      if (!several) throw;
      job.failure = describe_failure(input);
    }
    places.reads(input);
  }
  for (const std::string& input : other_inputs) {
    if (!input.empty()) check_input(area, input);
    places.reads(input);
  }
  for (const OutputKind& kind : kinds)
    if (several) check_folder_name(area, kind, inputs.size());
  for (OutputJob& job : jobs) places.plan(job, kinds, several);
  return jobs;
}

}  // namespace dfe
