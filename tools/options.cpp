// SPDX-License-Identifier: Apache-2.0
// Options that several subcommands take, and the texts they accept.
#include "options.hpp"

#include <cmath>

#include "dfengine/text.hpp"

namespace dfe::cli {

namespace {

[[noreturn]] void refuse(const std::string& option, const std::string& value,
                         const std::string& remedy) {
  throw Error(ErrorKind::Usage, option, value, "cannot be used", remedy);
}

Precision parse_precision(const std::string& text) {
  for (const Precision precision :
       {Precision::Fp16, Precision::Bf16, Precision::Tf32, Precision::Fp32})
    if (text == precision_name(precision)) return precision;
  refuse("--precision", text, "choose fp16, bf16, tf32 or fp32");
}

std::optional<FirstSkip> parse_first_skip(const std::string& text) {
  if (text == "auto") return std::nullopt;
  if (text == "keep") return FirstSkip::Keep;
  if (text == "recompute") return FirstSkip::Recompute;
  if (text == "fp16") return FirstSkip::Half;
  refuse("--first-skip", text, "choose auto, keep, recompute or fp16");
}

/// "256" or "128x256": y and x.
Extent3 parse_tile(const std::string& text) {
  const std::vector<std::string_view> parts = split(text, 'x');
  const auto y = parse_as<std::int64_t>(parts.front()), x = parse_as<std::int64_t>(parts.back());
  if (parts.size() > 2 || !y || !x || *y < 1 || *x < 1)
    refuse("--tile", text, "give one size or YxX, in voxels: 256 or 128x256");
  return {0, *y, *x};
}

void add_compute_options(CLI::App& app, ComputeArguments& a, Computes computes,
                         const std::string& group) {
  if (computes != Computes::Plain) {
    const auto strict =
        app.add_flag("--strict", a.strict,
                     "Convolve by F(2, 2, 2) instead of F(4, 4, 4): slower, smaller errors");
    app.add_flag("--direct", a.direct, "Convolve directly: slow, for checks")->excludes(strict);
    app.add_option("--instruction-set", a.instruction_set, "auto, avx512, avx2 or portable")
        ->capture_default_str();
  }
  if (computes == Computes::Network)
    app.add_option("--precision", a.precision, "What a GPU computes with: fp16, bf16, tf32 or fp32")
        ->capture_default_str();
  app.add_option("--device", a.device,
                 "What computes: auto, cpu, cuda, cuda:N, or ref (slow and plain, for checks)")
      ->group(group);
  app.add_option("--threads", a.threads, "Threads to use; 0: all")
      ->check(CLI::Range(0, 4096))
      ->group(group);
  app.add_option("--memory", a.memory,
                 "Most memory to use: 8G, 512M; default: what the machine has to spare")
      ->group(group);
}

}  // namespace

void add_common_options(CLI::App& app, CommonOptions& common, Computes computes) {
  const std::string group = "Common options";
  add_compute_options(app, common.compute, computes, group);
  app.add_option("--voxel-size", common.voxel_size_angstrom,
                 "Å per voxel, instead of what the file says")
      ->check(CLI::PositiveNumber)
      ->group(group);
  app.add_option("--seed", common.seed, "Seed of random numbers, for subcommands that draw any")
      ->group(group);
  app.add_flag("--overwrite", common.overwrite, "Replace results that exist")->group(group);
  app.add_flag("--skip-existing", common.skip_existing,
               "Leave results that exist and go on with the next input")
      ->group(group);
  app.add_flag("--json", common.json,
               "Print one JSON object to standard output, and nothing else there")
      ->group(group);
  app.add_flag("--quiet", common.quiet, "No progress, messages or summary; errors only")
      ->group(group);
  app.add_flag("--verbose", common.verbose, "More messages")->excludes("--quiet")->group(group);
}

void check_common_options(const CommonOptions& common) {
  check_device(parse_compute_options(common.compute).device);
  if (common.voxel_size_angstrom && !std::isfinite(*common.voxel_size_angstrom))
    refuse("--voxel-size", std::to_string(*common.voxel_size_angstrom),
           "give a number of Å above 0");
}

ComputeOptions parse_compute_options(const ComputeArguments& a) {
  ComputeOptions options;
  options.device = a.device;
  options.precision = parse_precision(a.precision);
  options.instruction_set = a.instruction_set;
  options.convolution = a.direct   ? Convolution::Direct
                        : a.strict ? Convolution::Strict
                                   : Convolution::Winograd;
  options.threads = a.threads;
  if (!a.memory.empty()) options.memory_bytes = parse_bytes(a.memory, "--memory");
  return options;
}

std::int64_t parse_bytes(const std::string& text, const std::string& option) {
  const std::string remedy = "give a number above 0 with K, M, G or T, as in 8G";
  std::string digits = text;
  double unit = 1;
  if (!digits.empty() && (digits.back() == 'B' || digits.back() == 'b')) digits.pop_back();
  const std::string letters = "KMGT";
  const std::size_t power = digits.empty()
                                ? std::string::npos
                                : letters.find(static_cast<char>(std::toupper(digits.back())));
  if (power != std::string::npos) {
    unit = std::ldexp(1.0, 10 * (static_cast<int>(power) + 1));
    digits.pop_back();
  }
  const std::optional<double> value = parse_as<double>(digits);
  if (!value || *value <= 0 || *value * unit >= 0x1p62 || *value * unit < 1)
    refuse(option, text, remedy);
  return static_cast<std::int64_t>(*value * unit);
}

std::vector<std::string> parse_names(const std::string& text) {
  const std::vector<std::string_view> names = split(text, ',');
  return {names.begin(), names.end()};
}

void parse_min_size(const std::vector<std::string>& values, std::int64_t& all,
                    std::map<int, std::int64_t>& of_class) {
  for (const std::string& value : values) {
    const std::vector<std::string_view> parts = split(value, '=');
    const auto size = parse_as<std::int64_t>(parts.back());
    const auto label = parse_as<int>(parts.front());
    if (parts.size() > 2 || !size || *size < 0 ||
        (parts.size() == 2 && (!label || *label < 1 || *label > 255)))
      refuse("--min-size", value,
             "give a number of voxels, or CLASS=VOXELS for one class: 100 or 3=50");
    if (parts.size() == 2)
      of_class[*label] = *size;
    else
      all = *size;
  }
}

void add_cluster_options(CLI::App& app, ClusterArguments& a) {
  app.add_option("--radius", a.radius,
                 "Radius of a particle, the bandwidth of mean shift: voxels, or Å as in 110A");
  app.add_option("--method", a.method,
                 "meanshift (the paper's) or components (connected voxels of one label)")
      ->capture_default_str();
  app.add_flag("--per-class", a.per_class,
               "Cluster each class by itself instead of all foreground voxels together");
  app.add_option("--min-size", a.min_size,
                 "Drop clusters with fewer voxels; CLASS=VOXELS for one class; may be repeated")
      ->allow_extra_args(false);
  app.add_option("--position", a.position,
                 "centroid (mean of the members) or mode (where mean shift converged)")
      ->capture_default_str();
  app.add_option("--format", a.format,
                 "auto (by the output's name), star, relion3, relion4, relion5, xml, csv or tsv")
      ->capture_default_str();
}

ClusterOptions parse_cluster_options(const ClusterArguments& a, const CommonOptions& common,
                                     const std::string& command) {
  ClusterOptions options;
  if (a.method == "components")
    options.method = ClusterMethod::ConnectedComponents;
  else if (a.method != "meanshift")
    refuse("--method", a.method, "choose meanshift or components");
  if (a.position == "mode")
    options.position = PickPosition::Mode;
  else if (a.position != "centroid")
    refuse("--position", a.position, "choose centroid or mode");
  if (options.method == ClusterMethod::ConnectedComponents &&
      options.position == PickPosition::Mode)
    refuse("--position", a.position,
           "components have no mode: choose centroid, or --method meanshift");
  if (!a.radius.empty())
    options.radius = Length::parse(a.radius, "--radius");
  else if (options.method == ClusterMethod::MeanShift)
    throw Error(
        ErrorKind::Usage, command, "--radius", "is missing",
        "give the radius of a particle in voxels (8) or Å (110A), or choose --method components");
  options.per_class = a.per_class;
  parse_min_size(a.min_size, options.min_size, options.min_size_of_class);
  options.compute = parse_compute_options(common.compute);
  return options;
}

void add_segment_options(CLI::App& app, SegmentArguments& a) {
  app.add_option("TOMOGRAM", a.tomograms, "Tomograms: MRC (also gzip or bzip2), HDF5 or EM")
      ->required();
  app.add_option("--weights", a.weights,
                 "Weights of the network: Keras or dfengine HDF5, or .keras")
      ->required();
  app.add_option(
      "--scores", a.scores,
      "Also write the class probabilities: an HDF5 file, or a folder for several tomograms");
  app.add_flag("--scores-float32", a.scores_float32,
               "Keep probabilities in single precision instead of half");
  app.add_option("--classes", a.classes,
                 "Names of the classes, background first, with commas between: "
                 "background,ribosome,proteasome");
  app.add_option("--normalize", a.normalization,
                 "tomogram, patch or none; default: as the weights say");
  app.add_option(
         "--tiling", a.tiling,
         "exact (as if the whole tomogram went through at once) or deepfinder (as the original)")
      ->capture_default_str();
  app.add_option("--patch", a.patch,
                 "Edge of the tiles of --tiling deepfinder, in voxels: a multiple of 4 above 50")
      ->capture_default_str();
  app.add_flag("--rescale", a.rescale,
               "Resample a tomogram whose voxel size is not that of the weights");
  app.add_option("--bin", a.bin, "Average blocks of N x N x N voxels first")
      ->check(CLI::Range(1, 64))
      ->capture_default_str();
  app.add_option("--slab", a.slab, "Planes per step; 0: chosen. Never changes the result")
      ->check(CLI::NonNegativeNumber);
  app.add_option("--tile", a.tile,
                 "Size of the columns a plane is cut into, YxX voxels; default: chosen. Never "
                 "changes the result");
  app.add_option("--first-skip", a.first_skip,
                 "What becomes of the first skip connection while it waits: keep, recompute, fp16, "
                 "or auto (one of the first two)")
      ->capture_default_str();
}

SegmentRequest parse_segment_request(const SegmentArguments& a, const CommonOptions& common) {
  SegmentRequest request;
  request.common = common.request();
  request.tomograms = a.tomograms;
  request.weights = a.weights;
  request.scores = a.scores;
  request.scores_float32 = a.scores_float32;
  if (!a.classes.empty()) request.class_names = parse_names(a.classes);
  request.rescale = a.rescale;
  request.bin = a.bin;

  SegmentOptions& options = request.options;
  options.compute = parse_compute_options(common.compute);
  options.slab_planes = a.slab;
  if (!a.tile.empty()) options.tile = parse_tile(a.tile);
  options.first_skip = parse_first_skip(a.first_skip);
  if (!a.normalization.empty())
    options.normalization = parse_normalization(a.normalization, "--normalize");
  if (a.tiling == "deepfinder")
    options.tiling = Tiling::DeepFinder;
  else if (a.tiling != "exact")
    refuse("--tiling", a.tiling, "choose exact or deepfinder");
  options.deepfinder_patch = a.patch;
  return request;
}

}  // namespace dfe::cli
