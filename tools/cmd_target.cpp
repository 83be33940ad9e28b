// SPDX-License-Identifier: Apache-2.0
// `dfengine target`: a particle list in, the label volume that a network is to learn out.
#include "options.hpp"

namespace dfe::cli {

Command add_target(CLI::App& root, CommonOptions& common) {
  CLI::App* app =
      root.add_subcommand("target", "Paint a particle list into a label volume, to train with");
  app->footer(
      "Examples:\n"
      "  dfengine target particles.star --like tomo.mrc --spheres 6,6,3 -o target.mrc\n"
      "  dfengine target objects.xml --like tomo.mrc --masks masks/ --merge membrane.mrc:4 -o "
      "target.mrc");
  struct Arguments {
    TargetRequest request;
    std::string classes;
  };
  const auto a = std::make_shared<Arguments>();
  TargetRequest& r = a->request;
  app->add_option("LIST", r.list, "Particles: DeepFinder XML, RELION 3, 4 or 5 STAR, CSV or TSV")
      ->required();
  app->add_option("--like", r.like, "Tomogram whose size, voxel size and place the target takes")
      ->required();
  app->add_option("-o,--output", r.output, "Label volume to write")->required();
  app->add_option("--spheres", r.spheres,
                  "Radii in voxels, or Å as in 110A: in the order of the classes (6,6,3) or by "
                  "class (1=6,ribosome=110A); 0 leaves one out");
  app->add_option(
      "--masks", r.masks,
      "Folder with a mask per class, named by class or label; turned as the particles are");
  app->add_option("--merge", r.merges,
                  "Labels to merge in, FILE[:LABEL][:over|under]: with a label of their own, over "
                  "or under (default) the objects; may be repeated")
      ->allow_extra_args(false);
  app->add_option(
      "--tomogram", r.tomogram,
      "Which tomogram of the list: its name or index; default: the one called as the --like file");
  app->add_option("--classes", a->classes,
                  "Names of the classes, background first, with commas between: "
                  "background,ribosome,proteasome");
  app->add_option("--compatible", r.compatible,
                  "deepfinder: the voxels that the released DeepFinder paints, bit for bit");
  app->add_option(
         "--from", r.list_format,
         "Format of LIST: auto (by its content), star, relion3, relion4, relion5, xml, csv, tsv or "
         "shrec")
      ->capture_default_str();
  app->add_option("--from-axes", r.xml_axes,
                  "Axis order of an XML or SHREC list: detect, xyz or zyx")
      ->capture_default_str();
  app->add_option("--relion-binning", r.relion_binning,
                  "Voxels of the tomogram per unbinned pixel edge, for RELION coordinates")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  add_common_options(*app, common);
  return {app, [a, &common](Observer& observer) {
            TargetRequest& request = a->request;
            request.common = common.request();
            request.compute = parse_compute_options(common.compute);
            if (!a->classes.empty()) request.class_names = parse_names(a->classes);
            return run_target(request, &observer);
          }};
}

}  // namespace dfe::cli
