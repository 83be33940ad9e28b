// SPDX-License-Identifier: Apache-2.0
// What the subcommands' options share: values that several of them take, and how a subcommand joins
// the command line.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dfengine/commands.hpp"
#include "help.hpp"
#include "values.hpp"

namespace dfe::cli {

/// The compute device and how it computes, as typed.
struct ComputeArguments {
  std::string device = "auto", memory, instruction_set = "auto", precision = "fp16";
  int threads = 0;
  bool strict = false, direct = false;
};

/// Throws a usage `Error` naming the option whose value cannot be used.
ComputeOptions parse_compute_options(const ComputeArguments& arguments);

/// Options that several subcommands share.
struct CommonOptions {
  ComputeArguments compute;
  std::optional<double> voxel_size_angstrom;
  std::optional<std::uint64_t> seed;
  bool json = false, quiet = false, verbose = false, overwrite = false, skip_existing = false;

  std::string bytes = "auto";

  CommonRequest request() const;
};

/// A subcommand: its options are values inside `run`, which makes the one api call.
struct Command {
  CLI::App* app = nullptr;
  std::function<CommandReport(Observer&)> run;
};

/// Which common options a subcommand has, besides those for messages: only those that it uses. The
/// texts describe what the option means there; empty: no such option.
struct Uses {
  std::string overwrite = {}, skip_existing = {}, seed = {}, device = {};
  bool threads = false, memory = false, bytes = false;
  std::string voxel_size = "Voxel size in Å, instead of the value in the file";
};

/// In the same order for all subcommands.
void add_common_options(CLI::App& app, CommonOptions& common, const Uses& uses);

/// Texts of `Uses` for subcommands that write one result for each input.
inline constexpr const char* kOverwrite = "Replace existing results";
inline constexpr const char* kSkipExisting = "Keep existing results and compute only missing ones";

/// How the CPU convolves; `fast` is the kind of filtering without --strict and --direct.
void add_convolution_options(CLI::App& app, ComputeArguments& arguments, const std::string& fast);

/// Throws a usage `Error` where a common option has a value that no subcommand can use.
void check_common_options(const CommonOptions& common);

/// Options of `cluster` and `pick` as typed.
struct ClusterArguments {
  std::string radius, method = "meanshift", position = "centroid", format = "auto";
  std::vector<std::string> min_size;
  bool per_class = false;
};

void add_cluster_options(CLI::App& app, ClusterArguments& arguments);

/// --format of the list to write.
void add_list_format(CLI::App& app, std::string& format);

/// Throws a usage `Error` naming the option whose value cannot be used.
ClusterOptions parse_cluster_options(const ClusterArguments& arguments, const CommonOptions& common,
                                     const std::string& command);

/// Options of `segment` and `pick` as typed; `-o`, `--labels` and the inputs belong to each of
/// them.
struct SegmentArguments {
  std::vector<std::string> tomograms;
  std::string weights, scores, classes, normalization, tile, tiling = "exact", first_skip = "auto";
  std::string labels_format;
  std::int64_t patch = 160, bin = 1, slab = 0;
  bool scores_float32 = false, rescale = false, rotate_x = false, invert = false;
};

/// The tomograms and the weights.
void add_segment_inputs(CLI::App& app, SegmentArguments& arguments);

/// The class probabilities, and the names of classes in all results.
void add_segment_results(CLI::App& app, SegmentArguments& arguments);

/// How tomograms are prepared, and the options of experts.
void add_network_options(CLI::App& app, SegmentArguments& arguments, ComputeArguments& compute);

/// What `segment` and `pick` use of the common options.
Uses uses_of_network();

/// Throws a usage `Error` naming the option whose value cannot be used.
SegmentRequest parse_segment_request(const SegmentArguments& arguments,
                                     const CommonOptions& common);

/// The description of an option that several subcommands have.
inline constexpr const char* kClassNames =
    "Class names, comma-separated, background first: background,ribosome,proteasome";

/// Options of lists to read, in the group that the app's options have by default. `of` begins the
/// description.
void add_list_reading(CLI::App& app, const std::string& name, std::string& format,
                      const std::string& of = "Format of the list to read");
void add_axes(CLI::App& app, const std::string& name, std::string& axes, const std::string& of);
void add_binning(CLI::App& app, const std::string& name, std::optional<double>& binning,
                 const std::string& text);
inline constexpr const char* kInputBinning =
    "Pixels of the list to read per voxel of the tomogram along an edge, if it counts unbinned "
    "pixels";
inline constexpr const char* kOutputBinning =
    "Pixels of the list to write per voxel of the tomogram along an edge: its binning, for "
    "unbinned "
    "pixels";

/// --like, --tomograms, --tomogram and --input-binning.
void add_frame(CLI::App& app, ListFrame& frame);

/// --tomogram-name and --output-binning of `cluster` and `pick`.
void add_written_list(CLI::App& app, std::string& name, std::optional<double>& binning);

/// Comma-separated names.
std::vector<std::string> parse_names(const std::string& text);

/// "8G", "512M", "1.5T", "100000K" or plain bytes; units are powers of 1024. Throws a usage
/// `Error`.
std::int64_t parse_bytes(const std::string& text, const std::string& option);

/// Smallest clusters, in voxels.
struct MinSizes {
  std::int64_t all = 1;
  std::vector<std::pair<std::string, std::int64_t>> of_class;  ///< by name or label
};

/// "100" for all classes, "3=50" or "ribosome=50" for one. Throws a usage `Error`.
MinSizes parse_min_size(const std::vector<std::string>& values);

Command add_pick(CLI::App& root, CommonOptions& common);
Command add_segment(CLI::App& root, CommonOptions& common);
Command add_cluster(CLI::App& root, CommonOptions& common);
Command add_match(CLI::App& root, CommonOptions& common);
Command add_train(CLI::App& root, CommonOptions& common);
Command add_target(CLI::App& root, CommonOptions& common);
Command add_simulate(CLI::App& root, CommonOptions& common);
Command add_evaluate(CLI::App& root, CommonOptions& common);
Command add_convert(CLI::App& root, CommonOptions& common);
Command add_info(CLI::App& root, CommonOptions& common);

}  // namespace dfe::cli
