// SPDX-License-Identifier: Apache-2.0
// `info`: finds out what kind of file each one is, by its content where names are not telling, and
// describes it.
#include <array>
#include <filesystem>
#include <fstream>

#include "commands/common/failures.hpp"
#include "commands/common/list_frame.hpp"
#include "commands/common/read_options.hpp"
#include "core/file_names.hpp"
#include "core/text.hpp"
#include "dfengine/commands.hpp"
#include "info_parts.hpp"
#include "io/input_file.hpp"
#include "io/particle_list.hpp"
#include "io/volume.hpp"

namespace dfe {

namespace {

enum class Kind { List, Hdf5, Zip, Volume };

/// Files of tomograms, whose reader of lists says what they are for, and compressed lists.
bool is_list(const std::string& path) {
  std::filesystem::path name = path;
  const std::string ending = to_lower(name.extension().string());
  if (ending == ".gz" || ending == ".bz2") name.replace_extension();
  return io::is_list_file_name(name) || io::is_motive_list(path) || ending == ".tomostar" ||
         ending == ".settings";
}

/// `listed`: the user says which format the lists have.
Kind kind_of(const std::string& path, bool listed) {
  if (io::is_volume_folder(path)) return Kind::Volume;
  io::check_input_file("info", path);
  if (!io::named_volume(path).part.empty()) return Kind::Volume;
  if (is_list(path)) return Kind::List;
  std::array<char, 8> head{};
  std::ifstream in(path, std::ios::binary);
  in.read(head.data(), head.size());
  const std::string_view text(head.data(), static_cast<std::size_t>(in.gcount()));
  const bool binary = text.find('\0') != std::string_view::npos;
  if (!binary && to_lower(std::filesystem::path(path).extension().string()) == ".txt")
    return Kind::List;
  if (text == std::string_view("\x89HDF\r\n\x1a\n", 8)) return Kind::Hdf5;
  if (text.starts_with("PK\x03\x04")) return Kind::Zip;
  if (listed && !io::is_volume_file_name(path)) return Kind::List;
  return Kind::Volume;
}

InfoPart volume(const std::string& path, const InfoRequest& request, Observer* observer) {
  return info_volume(*io::open_volume(path, read_options(request.common)), request.statistics,
                     observer);
}

/// HDF5 holds weights, score maps or a volume; the first reader that takes the file is right.
InfoPart hdf5(const std::string& path, const InfoRequest& request, Observer* observer) {
  std::vector<std::string> reasons;
  const auto attempt = [&](const char* kind, auto&& describe) -> std::optional<InfoPart> {
    try {
      return describe();
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::Failed) throw;  // a volume that is not named, too
      reasons.push_back(std::string("as ") + kind + ": " + error.what());
      return std::nullopt;
    }
  };
  if (auto part = attempt("weights", [&] { return info_weights(path); })) return *part;
  if (auto part = attempt("scores", [&] { return info_scores(path); })) return *part;
  if (auto part = attempt("volume", [&] { return volume(path, request, observer); })) return *part;
  throw Error("info", path, "unknown kind of HDF5 file (" + join(reasons, "; ") + ")",
              "expected weights, score maps or a volume in 'dataset'");
}

InfoPart describe(const std::string& path, const InfoRequest& request, const io::ListOptions& frame,
                  Observer* observer) {
  switch (kind_of(path, frame.format != io::ListFormat::Auto)) {
    case Kind::List:
      return info_list(path, frame);
    case Kind::Zip:
      return info_weights(path);
    case Kind::Hdf5:
      return hdf5(path, request, observer);
    case Kind::Volume:
      break;
  }
  return volume(path, request, observer);
}

}  // namespace

CommandReport run_info(const InfoRequest& request, Observer* observer) {
  if (request.ops) {
    const InfoPart part = info_ops(request.files);
    return {part.text, json_text(part.json)};
  }
  if (request.files.empty()) {
    const InfoPart part = info_machine();
    return {part.text, json_text(part.json)};
  }
  io::ListOptions frame = list_frame(request.frame, request.common);  // of all lists
  frame.format = io::parse_list_format(request.list_format);
  Failures failures(request.files.size(), observer);
  CommandReport report;
  Json files = Json::array();
  for (const std::string& path : request.files) {
    if (failures.stopped("info", path)) break;
    try {
      InfoPart part = describe(path, request, frame, observer);
      report.text += part.text;
      files.push_back(std::move(part.json));
    } catch (...) {
      if (failures.caught_stop("info", path)) break;
      const Failure failure = failures.caught(path);
      failures.note(failure);
      files.push_back(failure_json("path", failure));
    }
  }
  report.inputs = static_cast<std::int64_t>(request.files.size());
  report.unfinished = report.inputs - static_cast<std::int64_t>(files.size());
  Json json = failures.several() ? Json{{"files", files}} : files.at(0);
  failures.finish(report, json);
  report.json = json_text(json);
  return report;
}

}  // namespace dfe
