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
  request.seed = common.seed.value_or(0);
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
  return request;
}

void add_evaluate_files(CLI::App& app, EvaluateRequest& r) {
  app.option_defaults()->group(group::kFiles);
  app.add_option("PREDICTED", r.predicted, "Particle lists, or label maps")->required();
  app.add_option("--truth", r.truth,
                 "True particle lists or label maps: one for each of PREDICTED, or one list for "
                 "all")
      ->required()
      ->type_name("FILE");
  app.add_option("--report", r.report, "Write one HTML page with tables and plots")
      ->type_name("PAGE");
  app.add_option("--csv", r.csv, "Write all scores as a CSV table")->type_name("FILE");
  app.add_option("--plots", r.plots, "Write plots: PREFIX_f1.png, PREFIX_confusion.png and others")
      ->type_name("PREFIX");
  app.add_option("--overlap", r.overlap,
                 "Write the lists as sets: for sets.star, sets_both.star, sets_only_predicted.star "
                 "and sets_only_truth.star")
      ->type_name("LIST");
}

void add_matching(CLI::App& app, EvaluateArguments& a) {
  app.option_defaults()->group(group::kMatching);
  app.add_option("--distance", a.distance,
                 "Longest distance of a prediction from its particle, in voxels (8) or Å (136.8A) "
                 "[default: depends on the rule]")
      ->type_name("LENGTH");
  one_of(app.add_option("--rule", a.rule,
                        "What counts as found: one-to-one, paper, shrec, czii or deepfinder; see "
                        "docs/evaluate.md"),
         {"one-to-one", "paper", "shrec", "czii", "deepfinder"})
      ->capture_default_str()
      ->type_name("RULE");
  above_zero(app.add_option("--radius-share", a.radius_share,
                            "Longest distance as a share of the particle's radius, such as 0.5"),
             "0.5")
      ->type_name("SHARE");
  app.add_option("--radius", a.radii,
                 "Radius of the particles: 110A for all classes, ribosome=150A or 3=8 for one")
      ->type_name("LENGTH");
  app.add_option("--classes", a.classes, kClassNames)->type_name("NAMES");
  app.add_option("--weight", a.weights, "Weight of a class in the mean: ribosome=1 or 3=2")
      ->type_name("CLASS=W");
  above_zero(app.add_option("--beta", a.beta,
                            "Beta of the F-beta score [default: 4 for --rule czii, else 1]"),
             "4")
      ->type_name("BETA");
  app.add_option("--shift", a.shift, "Voxels to add to predicted positions, as Z,Y,X: -156,0,0")
      ->type_name("Z,Y,X");
  app.add_option("--hit-boxes", a.request.hit_boxes, "Volume of particle numbers, for --rule shrec")
      ->type_name("FILE");
}

void add_analyses(CLI::App& app, EvaluateArguments& a) {
  EvaluateRequest& r = a.request;
  app.option_defaults()->group(group::kAnalyses);
  one_of(app.add_option("--sweep", a.sweep,
                        "Also score at every threshold on the size of clusters or the score of "
                        "particles: size or score"),
         {"size", "score"})
      ->type_name("BY");
  whole_number(app.add_option("--bootstrap", r.bootstrap,
                              "Resamplings for 95 % confidence intervals, such as 1000; 0: none"),
               0, 1000000)
      ->capture_default_str()
      ->type_name("N");
  app.add_option("--scores", r.score_maps, "Score maps (HDF5): histograms of their local maxima")
      ->type_name("FILE");
  app.add_option("--membrane", r.membrane,
                 "Label map: distance of each particle to the nearest labelled voxel")
      ->type_name("FILE");
  whole_number(app.add_option("--membrane-label", r.membrane_label,
                              "Label of the membrane; 0: any label above 0"),
               0, 255)
      ->capture_default_str()
      ->type_name("LABEL");
}

}  // namespace

Command add_evaluate(CLI::App& root, CommonOptions& common) {
  CLI::App* app =
      root.add_subcommand("evaluate", "Score particle lists or label maps against the truth");
  app->group(step::kJudge);
  app->footer(
      "Example:\n"
      "  dfengine evaluate picks.star --truth particles.star --distance 10\n\n"
      "Next: 'dfengine cluster' with another radius or minimum size, or\n"
      "'dfengine train' with more annotations, if the scores are too low.");
  const auto a = std::make_shared<EvaluateArguments>();
  add_evaluate_files(*app, a->request);
  add_matching(*app, *a);
  add_analyses(*app, *a);
  app->option_defaults()->group(group::kLists);
  add_list_reading(*app, "--from", a->request.format, "Format of the predicted lists");
  add_list_reading(*app, "--truth-from", a->request.truth_format, "Format of the true lists");
  add_axes(*app, "--axes", a->request.axes, "Axis order of predicted XML or SHREC lists");
  add_axes(*app, "--truth-axes", a->request.truth_axes, "Axis order of true XML or SHREC lists");
  add_frame(*app, a->request.frame);
  add_binning(*app, "--truth-binning", a->request.truth_binning,
              "Pixels of the true lists per voxel of the tomogram along an edge, if they count "
              "unbinned pixels");
  add_common_options(*app, common,
                     {.overwrite = kOverwrite,
                      .skip_existing = "Do nothing if all results exist",
                      .seed = "Seed of random numbers, for --bootstrap [default: 0]",
                      .threads = true,
                      .bytes = true});
  return {app, [a, &common](Observer& observer) {
            return run_evaluate(parse_evaluate_request(*a, common), &observer);
          }};
}

}  // namespace dfe::cli
