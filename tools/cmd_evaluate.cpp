// SPDX-License-Identifier: Apache-2.0
// `dfengine evaluate`: predictions and truth in, scores out.
#include "dfengine/text.hpp"
#include "options.hpp"

namespace dfe::cli {

namespace {

[[noreturn]] void refuse(const std::string& option, const std::string& value,
                         const std::string& remedy) {
  throw Error(ErrorKind::Usage, option, value, "cannot be used", remedy);
}

double number_of(const std::string& text, const std::string& option, double least) {
  const std::optional<double> value = parse_as<double>(text);
  if (!value || *value < least)
    refuse(option, text, "give a number of at least " + std::to_string(static_cast<int>(least)));
  return *value;
}

/// "name=value": the name is empty where there is no "=".
std::pair<std::string, std::string> split_name(const std::string& text) {
  const std::size_t at = text.rfind('=');
  if (at == std::string::npos) return {"", text};
  return {text.substr(0, at), text.substr(at + 1)};
}

Point3 parse_shift(const std::string& text) {
  const std::vector<std::string> parts = parse_names(text);
  if (parts.size() != 3) refuse("--shift", text, "give three numbers of voxels, Z,Y,X: -156,0,0");
  return {number_of(parts[0], "--shift", -1e9), number_of(parts[1], "--shift", -1e9),
          number_of(parts[2], "--shift", -1e9)};
}

struct EvaluateArguments {
  EvaluateRequest request;
  std::string rule = "one-to-one", distance, classes, shift, sweep;
  std::vector<std::string> radii, weights;
  double radius_share = 0, beta = 0;
};

EvaluateRequest parse_evaluate_request(const EvaluateArguments& a, const CommonOptions& common) {
  EvaluateRequest request = a.request;
  request.common = common.request();
  request.seed = common.seed;
  request.compute = parse_compute_options(common.compute);
  request.options.rule = parse_match_rule(a.rule);
  if (!a.distance.empty()) request.options.distance = Length::parse(a.distance, "--distance");
  if (a.radius_share > 0) request.options.radius_share = a.radius_share;
  if (a.beta > 0) request.options.beta = a.beta;
  for (const std::string& text : a.radii) {
    const auto [name, value] = split_name(text);
    request.radii.emplace_back(name, Length::parse(value, "--radius"));
  }
  for (const std::string& text : a.weights) {
    const auto [name, value] = split_name(text);
    request.weights.emplace_back(name, number_of(value, "--weight", 0));
  }
  if (!a.classes.empty()) request.class_names = parse_names(a.classes);
  if (!a.shift.empty()) request.shift = parse_shift(a.shift);
  if (a.sweep == "score")
    request.sweep = SweepValue::Score;
  else if (a.sweep == "size")
    request.sweep = SweepValue::ClusterSize;
  else if (!a.sweep.empty())
    refuse("--sweep", a.sweep, "choose size or score");
  return request;
}

}  // namespace

Command add_evaluate(CLI::App& root, CommonOptions& common) {
  CLI::App* app =
      root.add_subcommand("evaluate", "Score particle lists or label volumes against the truth");
  app->footer(
      "Examples:\n"
      "  dfengine evaluate picks.star --truth objects.xml --distance 5\n"
      "  dfengine evaluate picks.csv --truth truth.csv --rule czii --voxel-size 10.012\n"
      "  dfengine evaluate labels.mrc --truth target.mrc");
  const auto a = std::make_shared<EvaluateArguments>();
  EvaluateRequest& r = a->request;
  app->add_option("PREDICTED", r.predicted, "Particle lists, or label volumes")->required();
  app->add_option("--truth", r.truth,
                  "As many lists or volumes to compare with, or one list for all")
      ->required();
  app->add_option("--rule", a->rule, "one-to-one, paper, shrec, czii or deepfinder")
      ->capture_default_str();
  app->add_option("--distance", a->distance,
                  "Longest distance of a pair, in voxels (8) or Å (136.8A); default: the rule's");
  app->add_option("--radius-share", a->radius_share,
                  "Longest distance as a share of the particle's radius")
      ->check(CLI::PositiveNumber);
  app->add_option("--radius", a->radii,
                  "Radius of the particles: 110A for all, ribosome=150A or 3=8 for one class");
  app->add_option("--weight", a->weights, "Weight of a class in the mean: ribosome=1 or 3=2");
  app->add_option("--beta", a->beta, "Beta of F-beta; default: 4 for czii, else 1")
      ->check(CLI::PositiveNumber);
  app->add_option("--classes", a->classes,
                  "Names of the classes, background first, with commas between");
  app->add_option(
         "--axes", r.axes,
         "Axis order of predicted XML and SHREC lists: detect, xyz, or zyx as before April 2020")
      ->capture_default_str();
  app->add_option("--truth-axes", r.truth_axes, "Axis order of true XML and SHREC lists")
      ->capture_default_str();
  app->add_option("--like", r.tomogram, "Tomogram whose size and voxel size apply");
  app->add_option("--relion-binning", r.relion_binning,
                  "Voxels of the tomogram per unbinned pixel edge, for RELION coordinates")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  app->add_option("--shift", a->shift, "Voxels to add to predicted positions, Z,Y,X: -156,0,0");
  app->add_option("--hit-boxes", r.hit_boxes, "Volume of particle numbers for --rule shrec");
  app->add_option("--sweep", a->sweep, "Scores at every threshold on the size or the score");
  app->add_option("--bootstrap", r.bootstrap, "Resamplings for 95 % intervals; 0: none")
      ->check(CLI::Range(0, 1000000));
  app->add_option("--membrane", r.membrane,
                  "Label volume: distance of the particles from its nearest labelled voxel");
  app->add_option("--membrane-label", r.membrane_label, "Label of the membrane; 0: any above 0")
      ->check(CLI::Range(0, 255));
  app->add_option("--scores", r.score_maps, "Score maps: histograms of their local maxima");
  app->add_option("--overlap", r.overlap,
                  "Write the lists as sets: sets.star gives sets_both, sets_only_predicted and "
                  "sets_only_truth");
  app->add_option("--csv", r.csv, "Write all scores as a CSV table");
  app->add_option("--plots", r.plots, "Write plots: PLOTS_f1.png, PLOTS_confusion.png, ...");
  app->add_option("--report", r.report, "Write one HTML page with tables and plots");
  add_common_options(*app, common);
  return {app, [a, &common](Observer& observer) {
            return run_evaluate(parse_evaluate_request(*a, common), &observer);
          }};
}

}  // namespace dfe::cli
