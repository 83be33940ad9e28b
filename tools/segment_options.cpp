// SPDX-License-Identifier: Apache-2.0
// Options of `segment` and `pick`: from tomograms to labelled voxels.
#include "dfengine/text.hpp"
#include "options.hpp"

namespace dfe::cli {

namespace {

/// Of a text that `one_of` has let through.
std::optional<FirstSkip> parse_first_skip(const std::string& text) {
  if (text == "keep") return FirstSkip::Keep;
  if (text == "recompute") return FirstSkip::Recompute;
  if (text == "fp16") return FirstSkip::Half;
  return std::nullopt;
}

/// "256" or "128x256": y and x.
Extent3 parse_tile(const std::string& text) {
  const std::vector<std::string_view> parts = split(text, 'x');
  const auto y = parse_as<std::int64_t>(parts.front()), x = parse_as<std::int64_t>(parts.back());
  if (parts.size() > 2 || !y || !x || *y < 1 || *x < 1)
    throw Error(ErrorKind::Usage, "--tile", text, "cannot be used",
                "give one size or YxX, in voxels: 256 or 128x256");
  return {0, *y, *x};
}

void add_expert_options(CLI::App& app, SegmentArguments& a, ComputeArguments& compute) {
  app.option_defaults()->group(group::kExpert);
  one_of(app.add_option("--precision", compute.precision,
                        "What a GPU computes with: fp16, bf16, tf32 or fp32. The CPU always "
                        "computes in single precision"),
         {"fp16", "bf16", "tf32", "fp32"})
      ->capture_default_str()
      ->type_name("KIND");
  add_convolution_options(app, compute, "F(4,~4,~6)");
  one_of(app.add_option("--first-skip", a.first_skip,
                        "How the first skip connection is stored: keep, recompute (less memory, "
                        "more time, same result), fp16 (less memory; scores change by up to 6e-4; "
                        "CPU only), or auto (keep or recompute)"),
         {"auto", "keep", "recompute", "fp16"})
      ->capture_default_str()
      ->type_name("HOW");
  whole_number(app.add_option("--slab", a.slab,
                              "Planes to compute in one step; 0: chosen by the program. Never "
                              "changes results"),
               0)
      ->capture_default_str()
      ->type_name("PLANES");
  app.add_option("--tile", a.tile,
                 "Size of the columns that planes are cut into, in voxels: 256, or 128x256 (YxX). "
                 "Never changes results [default: chosen by the program]")
      ->type_name("SIZE");
  one_of(app.add_option("--tiling", a.tiling,
                        "exact (the whole tomogram as one), or deepfinder (overlapping tiles as in "
                        "the original DeepFinder)"),
         {"exact", "deepfinder"})
      ->capture_default_str()
      ->type_name("KIND");
  whole_number(app.add_option("--patch", a.patch,
                              "Edge of the tiles of --tiling deepfinder, in voxels: a multiple of "
                              "4 from 56 to 1024"),
               56, 1024)
      ->capture_default_str()
      ->type_name("VOXELS");
}

}  // namespace

void add_segment_inputs(CLI::App& app, SegmentArguments& a) {
  app.option_defaults()->group(group::kFiles);
  app.add_option("TOMOGRAM", a.tomograms,
                 "One or more tomograms: MRC (also gzip or bzip2), HDF5, OME-Zarr, TIFF or EM")
      ->required();
  app.add_option("--weights", a.weights,
                 "Weights of the network: .h5 from dfengine or Keras, or .keras")
      ->required()
      ->type_name("FILE");
}

void add_segment_results(CLI::App& app, SegmentArguments& a) {
  app.option_defaults()->group(group::kFiles);
  one_of(app.add_option("--labels-format", a.labels_format,
                        "File extension of label maps in a folder: mrc, mrc.gz, mrc.bz2, h5, zarr, "
                        "tif or em [default: mrc]"),
         {"mrc", "mrc.gz", "mrc.bz2", "h5", "zarr", "tif", "em"})
      ->type_name("FORMAT");
  app.add_option("--scores", a.scores,
                 "Also save the class probabilities: an HDF5 file, or a folder for several "
                 "tomograms")
      ->type_name("FILE");
  app.add_flag("--scores-float32", a.scores_float32,
               "Save probabilities in single instead of half precision");
  app.add_option("--classes", a.classes,
                 std::string(kClassNames) + " [default: as in the weights file]")
      ->type_name("NAMES");
}

void add_network_options(CLI::App& app, SegmentArguments& a, ComputeArguments& compute) {
  app.option_defaults()->group(group::kTomograms);
  one_of(app.add_option("--normalize", a.normalization,
                        "Statistics that normalize voxel values: tomogram (of the whole tomogram), "
                        "patch (of each patch) or none [default: as in the weights file]"),
         {"tomogram", "patch", "none"})
      ->type_name("BY");
  app.add_flag("--rescale", a.rescale,
               "Resample tomograms whose voxel size differs from that of the weights, or whose "
               "voxels are not cubic; without it, differences above 5~% and edges that differ by "
               "more than 1~% are refused");
  whole_number(
      app.add_option("--bin", a.bin,
                     "Bin tomograms by this factor first: N x N x N voxels are "
                     "averaged. Positions, sizes and radii stay in voxels of the tomogram as "
                     "given"),
      1, 64)
      ->capture_default_str()
      ->type_name("N");
  app.add_flag("--rotate-x", a.rotate_x,
               "Rotate tomograms by -90 degrees about x first: for those whose thin axis is y, as "
               "IMOD's tilt writes them. Results are those of the tomogram as given");
  app.add_flag("--invert", a.invert,
               "Invert the contrast first: for particles that are bright here and were dark in "
               "training, or the other way round");
  add_expert_options(app, a, compute);
}

Uses uses_of_network() {
  return {.overwrite = kOverwrite,
          .skip_existing = kSkipExisting,
          .device =
              "auto (a GPU if one can be used, else the CPU), cpu, cuda, cuda:N (GPU number N, "
              "from 0), or ref (slow reference, for checks)",
          .threads = true,
          .memory = true,
          .bytes = true,
          .voxel_size =
              "Voxel size of the tomogram in Å, before --bin or --rescale, instead of the "
              "value in the file"};
}

SegmentRequest parse_segment_request(const SegmentArguments& a, const CommonOptions& common) {
  SegmentRequest request;
  request.common = common.request();
  request.tomograms = a.tomograms;
  request.weights = a.weights;
  request.labels_format = a.labels_format;
  request.scores = a.scores;
  request.scores_float32 = a.scores_float32;
  if (!a.classes.empty()) request.class_names = parse_names(a.classes);
  request.rescale = a.rescale;
  request.bin = a.bin;
  request.rotate_x = a.rotate_x;
  request.invert = a.invert;

  SegmentOptions& options = request.options;
  options.compute = parse_compute_options(common.compute);
  options.slab_planes = a.slab;
  if (!a.tile.empty()) options.tile = parse_tile(a.tile);
  options.first_skip = parse_first_skip(a.first_skip);
  if (!a.normalization.empty())
    options.normalization = parse_normalization(a.normalization, "--normalize");
  if (a.tiling == "deepfinder") options.tiling = Tiling::DeepFinder;
  options.deepfinder_patch = a.patch;
  return request;
}

}  // namespace dfe::cli
