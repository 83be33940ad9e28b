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

/// Of a text that `one_of` has let through.
Precision parse_precision(const std::string& text) {
  for (const Precision precision : {Precision::Bf16, Precision::Tf32, Precision::Fp32})
    if (text == precision_name(precision)) return precision;
  return Precision::Fp16;
}

}  // namespace

CommonRequest CommonOptions::request() const {
  CommonRequest request{voxel_size_angstrom, overwrite, skip_existing};
  if (bytes != "auto") request.signed_bytes = bytes == "signed";
  return request;
}

void add_common_options(CLI::App& app, CommonOptions& common, const Uses& uses) {
  app.option_defaults()->group(group::kCommon);
  app.add_option_function<std::string>(
         "--voxel-size",
         [&common](const std::string& text) {
           common.voxel_size_angstrom = parse_angstrom(text, "--voxel-size");
         },
         uses.voxel_size)
      ->type_name("ANGSTROM");
  if (uses.bytes)
    one_of(app.add_option("--bytes", common.bytes,
                          "Read 8-bit volumes as auto (what the file says), signed or unsigned"),
           {"auto", "signed", "unsigned"})
        ->capture_default_str()
        ->type_name("SIGN");
  if (!uses.overwrite.empty()) app.add_flag("--overwrite", common.overwrite, uses.overwrite);
  if (!uses.skip_existing.empty())
    app.add_flag("--skip-existing", common.skip_existing, uses.skip_existing);
  if (!uses.seed.empty())
    whole_number(app.add_option("--seed", common.seed, uses.seed), 0)->type_name("N");
  if (!uses.device.empty())
    app.add_option("--device", common.compute.device, uses.device)
        ->capture_default_str()
        ->type_name("DEVICE");
  if (uses.threads)
    whole_number(app.add_option("--threads", common.compute.threads,
                                "CPU threads; 0: all that are available. Never changes results"),
                 0, 4096)
        ->capture_default_str()
        ->type_name("N");
  if (uses.memory)
    app.add_option("--memory", common.compute.memory,
                   "Memory limit, such as 8G or 512M. Never changes results [default: the memory "
                   "that is available]")
        ->type_name("SIZE");
  app.add_flag("--json", common.json,
               "Print one JSON object to standard output and nothing else there");
  app.add_flag("--quiet", common.quiet, "Print no progress, no messages and no summary");
  app.add_flag("--verbose", common.verbose, "Print more messages");
}

void add_convolution_options(CLI::App& app, ComputeArguments& a, const std::string& fast) {
  app.option_defaults()->group(group::kExpert);
  app.add_flag("--strict", a.strict,
               "On the CPU, convolve by F(2,~2,~2) instead of " + fast +
                   ": smaller rounding errors, half as fast");
  app.add_flag("--direct", a.direct,
               "On the CPU, convolve directly: for checks, several times slower");
  one_of(app.add_option("--instruction-set", a.instruction_set,
                        "CPU instructions to use: auto, avx512, avx2 or portable"),
         {"auto", "avx512", "avx2", "portable"})
      ->capture_default_str()
      ->type_name("SET");
}

void check_common_options(const CommonOptions& common) {
  if (common.quiet && common.verbose)
    throw Error(ErrorKind::Usage, "command line", "--quiet", "cannot go with --verbose",
                "choose one of them");
  if (common.compute.strict && common.compute.direct)
    throw Error(ErrorKind::Usage, "command line", "--strict", "cannot go with --direct",
                "choose one of them");
  check_device(parse_compute_options(common.compute).device);
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
  if (unit == 1 && *value < 0x1p20)  // no program runs in that; a letter was left out
    throw Error(ErrorKind::Usage, option, text, "is " + digits + " bytes",
                "did you mean " + digits + "G? Give a number with K, M, G or T");
  return static_cast<std::int64_t>(*value * unit);
}

std::vector<std::string> parse_names(const std::string& text) {
  const std::vector<std::string_view> names = split(text, ',');
  return {names.begin(), names.end()};
}

MinSizes parse_min_size(const std::vector<std::string>& values) {
  MinSizes sizes;
  for (const std::string& value : values) {
    const std::size_t equals = value.rfind('=');  // a class name may have one
    const bool of_class = equals != std::string::npos;
    const auto size =
        parse_as<std::int64_t>(std::string_view(value).substr(of_class ? equals + 1 : 0));
    if (!size || *size < 0 || equals == 0)
      refuse("--min-size", value,
             "give a number of voxels, or CLASS=VOXELS for one class: 100, 3=50 or ribosome=50");
    if (of_class)
      sizes.of_class.emplace_back(value.substr(0, equals), *size);
    else
      sizes.all = *size;
  }
  return sizes;
}

namespace {

/// Formats of lists that are read and written.
const std::vector<std::string> kListFormats{
    "auto",   "star",   "relion3", "relion4",      "relion5",  "relion5-import",
    "warp",   "xml",    "csv",     "tsv",          "copick",   "copick-csv",
    "eman2",  "czii",   "coords",  "deepetpicker", "cbox",     "cmm",
    "napari", "dynamo", "imod",    "motl",         "motl-csv", "stopgap"};

/// "star, relion3, ... or napari"
std::string choices_text(const std::vector<std::string>& formats) {
  std::string text;
  for (std::size_t i = 1; i < formats.size(); ++i)  // what "auto" does is said before
    text += (i == 1 ? "" : i + 1 == formats.size() ? " or " : ", ") + formats[i];
  return text;
}

}  // namespace

void add_list_format(CLI::App& app, std::string& format) {
  one_of(app.add_option("--format", format,
                        "Format of the list to write: auto (by the file extension), " +
                            choices_text(kListFormats)),
         kListFormats)
      ->capture_default_str()
      ->type_name("FORMAT");
}

void add_list_reading(CLI::App& app, const std::string& name, std::string& format,
                      const std::string& of) {
  std::vector<std::string> formats = kListFormats;
  formats.emplace_back("shrec");
  one_of(app.add_option(name, format, of + ": auto (by its content), " + choices_text(formats)),
         formats)
      ->capture_default_str()
      ->type_name("FORMAT");
}

void add_axes(CLI::App& app, const std::string& name, std::string& axes, const std::string& of) {
  one_of(app.add_option(name, axes, of + ": detect, xyz, or zyx (as before April 2020)"),
         {"detect", "xyz", "zyx"})
      ->capture_default_str()
      ->type_name("ORDER");
}

void add_binning(CLI::App& app, const std::string& name, std::optional<double>& binning,
                 const std::string& text) {
  above_zero(app.add_option(name, binning, text), "4")->type_name("N");
}

void add_frame(CLI::App& app, ListFrame& frame) {
  app.add_option("--like", frame.like, "Tomogram that gives the size and the voxel size")
      ->type_name("TOMOGRAM");
  app.add_option("--tomograms", frame.tomograms,
                 "Table that gives them for several tomograms: RELION's tomograms.star, or Warp's "
                 "tilt series (.tomostar, .xml) or settings")
      ->type_name("FILE");
  app.add_option("--tomogram", frame.tomogram,
                 "Name of the tomogram of --like in the list [default: the file's name]")
      ->type_name("NAME");
  add_binning(app, "--input-binning", frame.binning, kInputBinning);
}

void add_written_list(CLI::App& app, std::string& name, std::optional<double>& binning) {
  app.add_option("--tomogram-name", name,
                 "Tomogram name to write: {name} stands for the file's name, {id} for it without "
                 "rec_, _10.00Apx and the like [default: {id}]")
      ->type_name("NAME");
  add_binning(app, "--output-binning", binning, kOutputBinning);
}

void add_cluster_options(CLI::App& app, ClusterArguments& a) {
  app.option_defaults()->group(group::kParticles);
  app.add_option("--radius", a.radius,
                 "Approximate radius of a particle (the bandwidth of mean shift): in voxels of the "
                 "tomogram as given (8), or Å (110A). Required unless --method is components")
      ->type_name("LENGTH");
  app.add_option("--min-size", a.min_size,
                 "Drop clusters with fewer voxels of the tomogram as given. For one class: "
                 "CLASS=VOXELS, by name or label (ribosome=50, 3=50); may be repeated [default: 1]")
      ->allow_extra_args(false)
      ->type_name("VOXELS");
  one_of(app.add_option("--method", a.method,
                        "meanshift (as in the DeepFinder paper), or components (connected voxels "
                        "of the same label)"),
         {"meanshift", "components"})
      ->capture_default_str()
      ->type_name("METHOD");
  app.add_flag("--per-class", a.per_class,
               "Cluster each class separately instead of all labelled voxels together");
  one_of(app.add_option("--position", a.position,
                        "Position of a particle: centroid (mean of its voxels) or mode (where mean "
                        "shift converged)"),
         {"centroid", "mode"})
      ->capture_default_str()
      ->type_name("WHICH");
}

ClusterOptions parse_cluster_options(const ClusterArguments& a, const CommonOptions& common,
                                     const std::string& command) {
  ClusterOptions options;
  if (a.method == "components") options.method = ClusterMethod::ConnectedComponents;
  if (a.position == "mode") options.position = PickPosition::Mode;
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
  options.min_size = parse_min_size(a.min_size).all;
  options.compute = parse_compute_options(common.compute);
  return options;
}

}  // namespace dfe::cli
