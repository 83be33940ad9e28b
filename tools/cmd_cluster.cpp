// SPDX-License-Identifier: Apache-2.0
// `dfengine cluster`: label maps in, particle lists out.
#include "options.hpp"

namespace dfe::cli {

namespace {

struct Arguments {
  ClusterArguments cluster;
  std::vector<std::string> label_maps;
  std::string scores, output, classes, like;
  std::string tomogram_name;
  std::optional<double> output_binning;
};

void add_cluster_files(CLI::App& app, Arguments& a) {
  app.option_defaults()->group(group::kFiles);
  app.add_option("LABELS", a.label_maps,
                 "One or more label maps: MRC, HDF5, OME-Zarr, TIFF or EM volumes of whole numbers "
                 "from 0 to 255")
      ->required();
  app.add_option("-o,--output", a.output,
                 "Particle list to write, or a folder for several label maps")
      ->required()
      ->type_name("LIST");
  app.add_option("--scores", a.scores,
                 "Score maps (HDF5) of the label map: a particle's score is then the mean "
                 "probability of its class")
      ->type_name("FILE");
  app.add_option("--classes", a.classes,
                 std::string(kClassNames) + " [default: as in the label map]")
      ->type_name("NAMES");
  app.add_option("--like", a.like,
                 "Tomogram of a label map that another program binned: positions are in its "
                 "voxels. A label map of 'segment --bin' knows its tomogram")
      ->type_name("TOMOGRAM");
}

}  // namespace

Command add_cluster(CLI::App& root, CommonOptions& common) {
  CLI::App* app = root.add_subcommand("cluster", "Group labelled voxels into particles");
  app->group(step::kPick);
  app->footer(
      "Example:\n"
      "  dfengine cluster labels.mrc --radius 8 --min-size 100 -o picks.star\n\n"
      "Next: 'dfengine evaluate' compares the picks with particles that you know;\n"
      "'dfengine convert' writes them in another format.");
  const auto a = std::make_shared<Arguments>();
  add_cluster_files(*app, *a);
  add_list_format(*app, a->cluster.format);
  add_written_list(*app, a->tomogram_name, a->output_binning);
  add_cluster_options(*app, a->cluster);
  add_common_options(*app, common,
                     {.overwrite = kOverwrite,
                      .skip_existing = kSkipExisting,
                      .device = "auto or cpu (the CPU), cuda or cuda:N (mean shift on a GPU, "
                                "number N from 0, with the same results)",
                      .threads = true,
                      .bytes = true,
                      .voxel_size = "Voxel size of the label map in Å, instead of the value in the "
                                    "file; of a binned label map the binned voxel"});
  return {app, [a, &common](Observer& observer) {
            ClusterRequest request;
            request.common = common.request();
            request.label_maps = a->label_maps;
            request.like = a->like;
            if (!a->classes.empty()) request.class_names = parse_names(a->classes);
            request.min_sizes = parse_min_size(a->cluster.min_size).of_class;
            request.scores = a->scores;
            request.output = a->output;
            request.list_format = a->cluster.format;
            request.tomogram_name = a->tomogram_name;
            request.output_binning = a->output_binning;
            request.options = parse_cluster_options(a->cluster, common, "cluster");
            return run_cluster(request, &observer);
          }};
}

}  // namespace dfe::cli
