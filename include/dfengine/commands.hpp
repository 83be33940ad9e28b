// SPDX-License-Identifier: Apache-2.0
// The functions behind the subcommands: files in, files out. Each checks its request before it
// works, writes outputs that appear whole or not at all, puts a run record beside each, and returns
// what happened in words and as JSON.
#pragma once

#include <cstdint>
#include <exception>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cluster.hpp"
#include "compute.hpp"
#include "error.hpp"
#include "evaluate.hpp"
#include "observer.hpp"
#include "segment.hpp"

namespace dfe {

/// Options that several subcommands share.
struct CommonRequest {
  std::optional<double> voxel_size_angstrom;  ///< overrides what files say
  bool overwrite = false;      ///< replace existing outputs; otherwise they are refused
  bool skip_existing = false;  ///< leave existing outputs as they are and go on
};

/// One of several inputs that could not be done.
struct Failure {
  std::string input;
  ErrorKind kind = ErrorKind::Failed;
  std::string text;  ///< one line, as `Error` has it; where that is not about the input, the
                     ///< input's name stands before it
};

/// An error as a failure of `input`, whatever was thrown.
Failure describe_failure(std::string input,
                         const std::exception_ptr& error = std::current_exception());

/// What a command did.
struct CommandReport {
  std::string text;                 ///< lines for a person
  std::string json;                 ///< one JSON object
  std::int64_t inputs = 1;          ///< how many were asked for
  std::vector<Failure> failures{};  ///< those of several inputs that could not be done; where there
                                    ///< is but one, its error is thrown
};

struct SegmentRequest {
  CommonRequest common;
  std::vector<std::string> tomograms;
  std::string weights;
  std::string output;                    ///< label file, or a folder for several tomograms
  std::string scores;                    ///< HDF5 file (a folder for several), or empty
  bool scores_float32 = false;           ///< float16 otherwise
  std::vector<std::string> class_names;  ///< overrides the names in the weights file
  bool rescale = false;                  ///< resample tomograms whose voxel size is not the model's
  std::int64_t bin = 1;                  ///< average blocks of bin³ voxels first
  SegmentOptions options;
};

struct PickRequest {
  SegmentRequest segment;  ///< its `output` is the label file to keep, or empty
  ClusterOptions cluster;
  std::string output;  ///< list file, or a folder for several tomograms
  std::string list_format = "auto";
};

struct ClusterRequest {
  CommonRequest common;
  std::vector<std::string> label_maps;
  std::string scores;  ///< score maps of the (single) label map, or empty
  std::string output;  ///< list file, or a folder for several
  std::string list_format = "auto";
  ClusterOptions options;
};

struct ConvertRequest {
  CommonRequest common;
  std::string input, output;
  std::string input_format = "auto", output_format = "auto";
  std::string input_xml_axes = "detect", output_xml_axes = "xyz";  ///< detect, xyz, zyx
  std::string tomogram;  ///< volume whose extent and voxel size apply, or empty
  double relion_binning = 1;
};

struct InfoRequest {
  CommonRequest common;
  std::vector<std::string> files;  ///< volumes, weights, lists; none: the machine
  bool statistics = true;          ///< read the voxels for min, max, mean
  bool ops = false;  ///< instead: the kernels that this machine's backends have for every op of the
                     ///< network, that of the one file of weights or the default one
  std::string
      like;  ///< tomogram that lists refer to, for formats that count from its centre; may be empty
};

struct EvaluateRequest {
  CommonRequest common;
  std::vector<std::string> predicted, truth;  ///< particle lists or label volumes: as many of each,
                                              ///< or one truth list for all predictions
  std::string axes = "detect",
              truth_axes = "detect";  ///< of XML lists and SHREC location files: detect, xyz, zyx
  std::string tomogram;               ///< volume whose extent and voxel size apply, or empty
  double relion_binning = 1;
  Point3 shift;                          ///< added to predicted positions, voxels
  std::vector<std::string> class_names;  ///< index = label, background first; or empty
  EvaluateOptions options;               ///< radii and weights come from the next two
  std::vector<std::pair<std::string, Length>>
      radii;  ///< by class name or label; an empty name is every class
  std::vector<std::pair<std::string, double>> weights;  ///< likewise
  std::string hit_boxes;                                ///< volume for the rule `Shrec`, or empty
  std::optional<SweepValue> sweep;                      ///< threshold sweep over this value
  std::int64_t bootstrap = 0;                           ///< resamplings for 95 % intervals; 0: none
  std::uint64_t seed = 0;                               ///< of the resamplings
  std::string membrane;    ///< label volume to measure distances from, or empty
  int membrane_label = 0;  ///< 0: any label above 0
  std::string score_maps;  ///< score maps whose local maxima are counted, or empty
  std::string
      overlap;      ///< "sets.star": sets_both.star, sets_only_predicted.star, sets_only_truth.star
  std::string csv;  ///< table of all scores, or empty
  std::string plots;       ///< plots are PLOTS_f1.png, PLOTS_confusion.png, ..., or empty
  std::string report;      ///< HTML page, or empty
  ComputeOptions compute;  ///< threads
};

struct TargetRequest {
  CommonRequest common;
  std::string list;     ///< particles
  std::string like;     ///< tomogram whose geometry the target takes
  std::string output;   ///< label file
  std::string spheres;  ///< radii, "6,6,3" or "1=6,ribosome=110A", or empty
  std::string masks;    ///< folder with a mask per class, for those without a radius; or empty
  std::vector<std::string> merges;       ///< FILE[:LABEL][:over|under]
  std::string tomogram;                  ///< name or index in the list, or empty
  std::vector<std::string> class_names;  ///< index = label, background first; overrides the list's
  std::string compatible;                ///< "deepfinder", or empty
  std::string list_format = "auto";
  std::string xml_axes = "detect";  ///< detect, xyz, zyx
  double relion_binning = 1;
  ComputeOptions compute;  ///< threads
};

struct TrainRequest {
  CommonRequest common;
  std::string config;  ///< YAML file (docs/train.md)
  std::vector<std::string>
      overrides;       ///< "optimizer.rate=1e-3": settings that replace those of the file
  std::string output;  ///< folder for all that the run writes; empty: the setting `output`
  std::string
      init;  ///< weights to begin with; empty: the setting `network.weights`, or random ones
  bool resume = false;     ///< go on from the checkpoint in the output folder
  ComputeOptions compute;  ///< all but precision; device: auto, cpu or ref
};

struct SimulateRequest {
  CommonRequest common;
  std::string config;  ///< YAML file (docs/simulate.md)
  std::vector<std::string>
      overrides;           ///< "noise.snr=0.05": settings that replace those of the file
  std::string output;      ///< folder for the data set
  ComputeOptions compute;  ///< threads and memory
};

CommandReport run_segment(const SegmentRequest& request, Observer* observer = nullptr);
CommandReport run_pick(const PickRequest& request, Observer* observer = nullptr);
CommandReport run_cluster(const ClusterRequest& request, Observer* observer = nullptr);
CommandReport run_evaluate(const EvaluateRequest& request, Observer* observer = nullptr);
CommandReport run_target(const TargetRequest& request, Observer* observer = nullptr);

/// Trains until the last epoch, or until `observer` asks to stop: then a checkpoint is written and
/// the report says how to go on. A resumed run gives the same bits as one that never stopped, on
/// any number of threads.
CommandReport run_train(const TrainRequest& request, Observer* observer = nullptr);
CommandReport run_simulate(const SimulateRequest& request, Observer* observer = nullptr);
CommandReport run_convert(const ConvertRequest& request, Observer* observer = nullptr);
CommandReport run_info(const InfoRequest& request, Observer* observer = nullptr);

/// {"error": "<text>"} as one line of JSON: what `--json` prints where a command fails.
std::string error_json(std::string_view text);

/// "0.1.0"
std::string version();

}  // namespace dfe
