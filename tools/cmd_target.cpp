// SPDX-License-Identifier: Apache-2.0
// `dfengine target`: a particle list in, the label map that a network is to learn out.
#include "options.hpp"

namespace dfe::cli {

namespace {

/// What is painted.
void add_target_particles(CLI::App& app, TargetRequest& r, std::string& classes) {
  app.option_defaults()->group(group::kParticles);
  app.add_option(
         "--spheres", r.spheres,
         "Radii in voxels (6) or Å (110A), in the order of the classes: 6,6,3; or by class: "
         "1=6,ribosome=110A; 0 leaves a class out")
      ->type_name("RADII");
  app.add_option("--masks", r.masks,
                 "Folder with one mask per class, named by class or label; each is rotated as its "
                 "particle is")
      ->type_name("FOLDER");
  app.add_option("--merge", r.merges,
                 "Add the labels of another volume, as FILE[:LABEL][:over|under]: with the label "
                 "LABEL, over or under (default) the particles; may be repeated")
      ->allow_extra_args(false)
      ->type_name("FILE");
  app.add_option("--classes", classes, std::string(kClassNames) + " [default: as in the list]")
      ->type_name("NAMES");
}

}  // namespace

Command add_target(CLI::App& root, CommonOptions& common) {
  CLI::App* app =
      root.add_subcommand("target", "Paint a particle list into a label map to train with");
  app->group(step::kPrepare);
  app->footer(
      "Example:\n"
      "  dfengine target particles.star --like tomo.mrc --spheres 6,6 -o target.mrc\n\n"
      "Next: 'dfengine train' learns from tomograms and their targets.");
  struct Arguments {
    TargetRequest request;
    std::string classes;
  };
  const auto a = std::make_shared<Arguments>();
  TargetRequest& r = a->request;
  app->option_defaults()->group(group::kFiles);
  app->add_option("LIST", r.list, "Particles, in any format of docs/particle_lists.md")->required();
  app->add_option("-o,--output", r.output, "Label map to write")->required()->type_name("FILE");
  app->add_option("--like", r.like,
                  "Tomogram that the target is for: size, voxel size and origin are taken from it")
      ->required()
      ->type_name("TOMOGRAM");
  add_target_particles(*app, r, a->classes);
  app->option_defaults()->group(group::kLists);
  app->add_option("--tomogram", r.tomogram,
                  "Tomogram of a list with several, by name or index [default: the one named as "
                  "the file of --like]")
      ->type_name("NAME");
  add_list_reading(*app, "--from", r.list_format);
  add_axes(*app, "--from-axes", r.xml_axes, "Axis order of an XML or SHREC list");
  add_binning(*app, "--input-binning", r.input_binning, kInputBinning);
  add_common_options(
      *app, common,
      {.overwrite = kOverwrite, .skip_existing = kSkipExisting, .threads = true, .bytes = true});
  app->option_defaults()->group(group::kExpert);
  one_of(
      app->add_option("--compatible", r.compatible,
                      "deepfinder: label exactly the voxels that the released DeepFinder labels"),
      {"deepfinder"})
      ->type_name("WITH");
  return {app, [a, &common](Observer& observer) {
            TargetRequest& request = a->request;
            request.common = common.request();
            request.compute = parse_compute_options(common.compute);
            if (!a->classes.empty()) request.class_names = parse_names(a->classes);
            return run_target(request, &observer);
          }};
}

}  // namespace dfe::cli
