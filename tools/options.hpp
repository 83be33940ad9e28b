// SPDX-License-Identifier: Apache-2.0
// What the subcommands' options share: values that several of them take, and how a subcommand hangs
// itself into the command line.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "dfengine/commands.hpp"

namespace dfe::cli {

/// What computes, as typed.
struct ComputeArguments {
  std::string device = "auto", memory, instruction_set = "auto", precision = "fp16";
  int threads = 0;
  bool strict = false, direct = false;
};

/// Throws a usage `Error` naming the option whose value cannot be used.
ComputeOptions parse_compute_options(const ComputeArguments& arguments);

/// Which of them a subcommand takes.
enum class Computes {
  Plain,     ///< device, threads and memory, as every subcommand does
  Training,  ///< and how the CPU convolves
  Network,   ///< and what a GPU computes with
};

/// Options of every subcommand.
struct CommonOptions {
  ComputeArguments compute;
  std::optional<double> voxel_size_angstrom;
  std::uint64_t seed = 0;
  bool json = false, quiet = false, verbose = false, overwrite = false, skip_existing = false;

  CommonRequest request() const { return {voxel_size_angstrom, overwrite, skip_existing}; }
};

/// A subcommand: its options are values inside `run`, which makes the one api call.
struct Command {
  CLI::App* app = nullptr;
  std::function<CommandReport(Observer&)> run;
};

void add_common_options(CLI::App& app, CommonOptions& common, Computes computes = Computes::Plain);

/// Throws a usage `Error` where a common option has a value that no subcommand can use.
void check_common_options(const CommonOptions& common);

/// Options of `cluster` and `pick` as typed.
struct ClusterArguments {
  std::string radius, method = "meanshift", position = "centroid", format = "auto";
  std::vector<std::string> min_size;
  bool per_class = false;
};

void add_cluster_options(CLI::App& app, ClusterArguments& arguments);

/// Throws a usage `Error` naming the option whose value cannot be used.
ClusterOptions parse_cluster_options(const ClusterArguments& arguments, const CommonOptions& common,
                                     const std::string& command);

/// Options of `segment` and `pick` as typed; `-o`, `--labels` and the inputs belong to each of
/// them.
struct SegmentArguments {
  std::vector<std::string> tomograms;
  std::string weights, scores, classes, normalization, tile, tiling = "exact", first_skip = "auto";
  std::int64_t patch = 160, bin = 1, slab = 0;
  bool scores_float32 = false, rescale = false;
};

void add_segment_options(CLI::App& app, SegmentArguments& arguments);

/// Throws a usage `Error` naming the option whose value cannot be used.
SegmentRequest parse_segment_request(const SegmentArguments& arguments,
                                     const CommonOptions& common);

/// Names with commas between.
std::vector<std::string> parse_names(const std::string& text);

/// "8G", "512M", "1.5T", "100000K" or plain bytes; units are powers of 1024. Throws a usage
/// `Error`.
std::int64_t parse_bytes(const std::string& text, const std::string& option);

/// "100" for all classes, "3=50" for class 3. Throws a usage `Error`.
void parse_min_size(const std::vector<std::string>& values, std::int64_t& all,
                    std::map<int, std::int64_t>& of_class);

Command add_pick(CLI::App& root, CommonOptions& common);
Command add_segment(CLI::App& root, CommonOptions& common);
Command add_cluster(CLI::App& root, CommonOptions& common);
Command add_train(CLI::App& root, CommonOptions& common);
Command add_target(CLI::App& root, CommonOptions& common);
Command add_simulate(CLI::App& root, CommonOptions& common);
Command add_evaluate(CLI::App& root, CommonOptions& common);
Command add_convert(CLI::App& root, CommonOptions& common);
Command add_info(CLI::App& root, CommonOptions& common);

}  // namespace dfe::cli
