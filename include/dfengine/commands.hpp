// SPDX-License-Identifier: Apache-2.0
// The functions behind the subcommands: files in, files out. Each function checks its request
// before it starts to work, writes outputs that appear complete or not at all, writes a run record
// next to each output, and returns a report as text and as JSON.
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
  std::optional<double> voxel_size_angstrom;  ///< overrides the voxel size of files, Å
  bool overwrite = false;                 ///< replace existing outputs; otherwise they are an error
  bool skip_existing = false;             ///< skip inputs whose outputs exist
  std::optional<bool> signed_bytes = {};  ///< how 8-bit volumes are read; not set: as the file says
};

/// One of several inputs that failed.
struct Failure {
  std::string input;
  ErrorKind kind = ErrorKind::Failed;
  std::string text;  ///< the text of the `Error`, one line; it begins with the input's name if the
                     ///< error is not about the input
};

/// Turns any exception into a failure of `input`.
Failure describe_failure(std::string input,
                         const std::exception_ptr& error = std::current_exception());

/// The result of a command.
struct CommandReport {
  std::string text;                    ///< lines for the user
  std::string json;                    ///< one JSON object
  std::int64_t inputs = 1;             ///< number of inputs of the request
  std::int64_t skipped = 0;            ///< inputs whose outputs existed (`skip_existing`)
  std::vector<Failure> failures{};     ///< inputs that failed, of several; the error of a single
                                       ///< input is thrown
  std::optional<Failure> cancelled{};  ///< where the observer stopped the work on several inputs;
                                       ///< with a single input it is thrown
  std::int64_t unfinished = 0;         ///< inputs that were not done when it stopped
};

/// What the user says of the tomograms of lists that are read.
struct ListFrame {
  std::string like;       ///< volume that gives size and voxel size, or empty
  std::string tomograms;  ///< table that gives those of several: RELION's tomograms.star; or empty
  std::string tomogram;   ///< name that a list has for `like`; empty: the file's
  std::optional<double> binning;  ///< as ListOptions::binning
};

struct SegmentRequest {
  CommonRequest common;
  std::vector<std::string> tomograms;
  std::string weights;
  std::string output;                    ///< label file, or a folder for several tomograms
  std::string labels_format;             ///< file extension of label maps in a folder: "mrc", "h5",
                                         ///< "zarr", "mrc.gz", ...; empty: mrc
  std::string scores;                    ///< HDF5 file, a folder for several tomograms, or empty
  bool scores_float32 = false;           ///< float16 otherwise
  std::vector<std::string> class_names;  ///< orders the weights' classes, or names them
  bool rescale = false;   ///< resample tomograms whose voxel size differs from the weights'
  std::int64_t bin = 1;   ///< binning factor: average blocks of bin³ voxels first
  bool rotate_x = false;  ///< y is along the beam, as IMOD's tilt writes it: rotate the tomogram by
                          ///< -90° about x for the network, and the results back
  bool invert = false;    ///< negate the voxels: particles are bright, but were dark in training
  SegmentOptions options;
};

/// Lengths and sizes in voxels are those of the tomogram as given, also with `bin` and `rescale`.
struct PickRequest {
  SegmentRequest segment;  ///< `output` is the label file to write, or empty
  ClusterOptions cluster;
  std::vector<std::pair<std::string, std::int64_t>>
      min_sizes;       ///< smallest cluster by class name or label; into `cluster` at the start
  std::string output;  ///< list file, or a folder for several tomograms
  std::string list_format = "auto";
  std::string tomogram_name;             ///< pattern of the name in the list, or empty
  std::optional<double> output_binning;  ///< of the list, as ListOptions::binning
};

/// Lengths and sizes in voxels are those of the tomogram that the label maps belong to.
struct ClusterRequest {
  CommonRequest common;
  std::vector<std::string> label_maps;
  std::string like;  ///< tomogram of label maps that were binned by other programs, or empty
  std::vector<std::string> class_names;  ///< orders the maps' classes, or names them
  std::vector<std::pair<std::string, std::int64_t>>
      min_sizes;       ///< smallest cluster by class name or label; into `options` at the start
  std::string scores;  ///< score maps of a single label map, or empty
  std::string output;  ///< list file, or a folder for several label maps
  std::string list_format = "auto";
  std::string tomogram_name;             ///< pattern of the name in the list, or empty
  std::optional<double> output_binning;  ///< of the list, as ListOptions::binning
  ClusterOptions options;
};

struct ConvertRequest {
  CommonRequest common;
  std::vector<std::string> inputs;  ///< several are joined
  std::string output;
  std::string input_format = "auto", output_format = "auto";
  std::string input_xml_axes = "detect", output_xml_axes = "xyz";  ///< detect, xyz, zyx
  ListFrame frame;
  std::optional<double> output_binning;  ///< as ListOptions::binning
  std::string tomogram_name;  ///< pattern of the names to write: {name} stands for the name in the
                              ///< list, {id} for it without what programs add; empty: unchanged
};

struct InfoRequest {
  CommonRequest common;
  std::vector<std::string> files;  ///< volumes, weights, lists; empty: describe the machine
  bool statistics = true;          ///< read the voxels for minimum, maximum and mean
  bool ops = false;  ///< list the kernels that this machine's backends have for every op of the
                     ///< network instead; the network of the one weights file, or the default one
  ListFrame frame;   ///< of lists
  std::string list_format = "auto";  ///< of files that are neither volumes, weights nor scores
};

struct EvaluateRequest {
  CommonRequest common;
  std::vector<std::string> predicted, truth;  ///< particle lists or label maps: as many of each,
                                              ///< or one truth list for all predictions
  std::string format = "auto", truth_format = "auto";  ///< of lists
  std::string axes = "detect",
              truth_axes = "detect";    ///< of XML lists and SHREC location files: detect, xyz, zyx
  ListFrame frame;                      ///< of both; its binning is that of the predictions
  std::optional<double> truth_binning;  ///< as ListOptions::binning
  Point3 shift;                         ///< added to predicted positions, in voxels
  std::vector<std::string> class_names;  ///< index = label, background first; or empty
  EvaluateOptions options;               ///< radii and weights are set from the next two fields
  std::vector<std::pair<std::string, Length>>
      radii;  ///< particle radius by class name or label; an empty name means every class
  std::vector<std::pair<std::string, double>> weights;  ///< class weight by class name or label
  std::string hit_boxes;                                ///< volume for the rule `Shrec`, or empty
  std::optional<SweepValue> sweep;                      ///< sweep a threshold over this value
  std::int64_t bootstrap = 0;                           ///< resamplings for 95 % intervals; 0: none
  std::uint64_t seed = 0;                               ///< of the resamplings
  std::string membrane;    ///< label map to measure distances from, or empty
  int membrane_label = 0;  ///< 0: any label above 0
  std::string score_maps;  ///< score maps whose local maxima are counted, or empty
  std::string overlap;     ///< "sets.star" writes sets_both.star, sets_only_predicted.star and
                           ///< sets_only_truth.star; or empty
  std::string csv;         ///< table of all scores, or empty
  std::string plots;       ///< prefix of the plots PLOTS_f1.png, PLOTS_confusion.png, ...; or empty
  std::string report;      ///< HTML page, or empty
  ComputeOptions compute;  ///< threads
};

struct TargetRequest {
  CommonRequest common;
  std::string list;     ///< particle list
  std::string like;     ///< tomogram that gives the target its geometry
  std::string output;   ///< label file
  std::string spheres;  ///< radii, "6,6,3" or "1=6,ribosome=110A", or empty
  std::string masks;    ///< folder with a mask for each class without a radius, or empty
  std::vector<std::string> merges;       ///< label maps to merge: FILE[:LABEL][:over|under]
  std::string tomogram;                  ///< name or index in the list, or empty
  std::vector<std::string> class_names;  ///< index = label, background first; overrides the list's
  std::string compatible;                ///< "deepfinder" for TargetRules::DeepFinder, or empty
  std::string list_format = "auto";
  std::string xml_axes = "detect";      ///< detect, xyz, zyx
  std::optional<double> input_binning;  ///< as ListOptions::binning
  ComputeOptions compute;               ///< threads
};

struct TrainRequest {
  CommonRequest common;
  std::string config;  ///< YAML file (docs/train.md)
  std::vector<std::string>
      overrides;       ///< settings that replace those of the file: "optimizer.rate=1e-3"
  std::string output;  ///< folder for everything the run writes; empty: the setting `output`
  std::string init;    ///< initial weights; empty: the setting `network.weights`, or random weights
  bool resume = false;     ///< resume from the checkpoint in the output folder
  ComputeOptions compute;  ///< all but `precision`; device: auto or cpu (both the CPU), or ref
};

struct SimulateRequest {
  CommonRequest common;
  std::string config;  ///< YAML file (docs/simulate.md)
  std::vector<std::string>
      overrides;           ///< settings that replace those of the file: "noise.snr=0.05"
  std::string output;      ///< folder for the data set
  ComputeOptions compute;  ///< threads and memory
};

/// Template matching: dfengine/match.hpp.
struct MatchRequest;

/// These functions run the subcommands of the same names. All throw an `Error` for requests that
/// cannot be served: of the kind Usage for bad options, Failed for files, Cancelled if the observer
/// stops them. `run_segment`, `run_pick`, `run_cluster`, `run_match` and `run_info` take several
/// inputs. If one of several fails, the others are still processed and the failure is in the
/// report. If the observer stops the work on several, the report has the inputs that were done.
/// docs/design/commands.md lists which errors end the run.
CommandReport run_segment(const SegmentRequest& request, Observer* observer = nullptr);
CommandReport run_pick(const PickRequest& request, Observer* observer = nullptr);
CommandReport run_cluster(const ClusterRequest& request, Observer* observer = nullptr);
CommandReport run_evaluate(const EvaluateRequest& request, Observer* observer = nullptr);
CommandReport run_target(const TargetRequest& request, Observer* observer = nullptr);

/// Trains until the last epoch, or until `observer` asks to stop. It then writes a checkpoint, and
/// the report tells how to resume. A resumed run gives the same result as an uninterrupted one, bit
/// for bit, with any number of threads.
CommandReport run_train(const TrainRequest& request, Observer* observer = nullptr);
CommandReport run_match(const MatchRequest& request, Observer* observer = nullptr);
CommandReport run_simulate(const SimulateRequest& request, Observer* observer = nullptr);
CommandReport run_convert(const ConvertRequest& request, Observer* observer = nullptr);
CommandReport run_info(const InfoRequest& request, Observer* observer = nullptr);

/// {"error": "<text>"} as one line of JSON, which `--json` prints if a command fails.
std::string error_json(std::string_view text);

/// Version of the library: "0.1.0".
std::string version();

}  // namespace dfe
