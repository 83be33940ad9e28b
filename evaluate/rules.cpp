// SPDX-License-Identifier: Apache-2.0
// The rules, see the header. A prediction equally near to two particles belongs to the first in the
// list.
#include "evaluate/rules.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "evaluate/assignment.hpp"
#include "evaluate/neighbours.hpp"

namespace dfe {

namespace {

constexpr std::int64_t kNone = -1;

int class_of(const std::vector<Particle>& particles, std::size_t index) {
  return particles[index].class_label;
}

std::vector<Point3> reaches(const EvaluationPair& pair, const EvaluateOptions& options) {
  std::map<int, Point3> of_class;
  std::vector<Point3> reach;
  reach.reserve(pair.truth.size());
  for (const Particle& particle : pair.truth) {
    auto known = of_class.find(particle.class_label);
    if (known == of_class.end())
      known = of_class
                  .emplace(particle.class_label,
                           reach_of_class(particle.class_label, options, pair.voxel_size))
                  .first;
    reach.push_back(known->second);
  }
  return reach;
}

/// Outcomes where at most one prediction was found for each true particle: what is left on either
/// side is alone. `reached` says which predictions lie within reach of any true particle.
MatchResult outcomes_of(const EvaluationPair& pair, std::vector<Found> found,
                        const std::vector<bool>& reached) {
  MatchResult result;
  std::vector<std::int64_t> partner(pair.truth.size(), kNone);
  std::vector<bool> used(pair.predicted.size(), false);
  for (const Found& f : found) {
    partner[f.truth] = static_cast<std::int64_t>(f.predicted);
    used[f.predicted] = true;
  }
  for (std::size_t t = 0; t < pair.truth.size(); ++t)
    result.outcomes.push_back(
        {class_of(pair.truth, t),
         partner[t] == kNone ? 0 : class_of(pair.predicted, static_cast<std::size_t>(partner[t])),
         0});
  for (std::size_t p = 0; p < pair.predicted.size(); ++p) {
    if (used[p]) continue;
    result.outcomes.push_back({0, class_of(pair.predicted, p), 0});
    result.duplicates += reached[p];
  }
  result.found = std::move(found);
  return result;
}

std::vector<bool> reached_predictions(const std::vector<Neighbours>& pairs, std::size_t predicted) {
  std::vector<bool> reached(predicted, false);
  for (const Neighbours& n : pairs) reached[static_cast<std::size_t>(n.predicted)] = true;
  return reached;
}

Found found_of(const Neighbours& n) {
  return {static_cast<std::size_t>(n.truth), static_cast<std::size_t>(n.predicted)};
}

MatchResult match_one_to_one(const EvaluationPair& pair, const EvaluateOptions& options) {
  const auto pairs = find_neighbours(pair.truth, pair.predicted, reaches(pair, options),
                                     options.rule != MatchRule::Paper);
  std::vector<Found> found;
  for (const std::int64_t edge : assign_one_to_one(pairs, pair.truth.size(), pair.predicted.size()))
    if (edge != kNone) found.push_back(found_of(pairs[static_cast<std::size_t>(edge)]));
  return outcomes_of(pair, std::move(found), reached_predictions(pairs, pair.predicted.size()));
}

/// A true particle is found where exactly one prediction is in reach, of whatever class; one
/// prediction may serve several.
MatchResult match_deepfinder(const EvaluationPair& pair, const EvaluateOptions& options) {
  const auto pairs = find_neighbours(pair.truth, pair.predicted, reaches(pair, options), true);
  std::vector<Found> found;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const bool first = i == 0 || pairs[i - 1].truth != pairs[i].truth;
    const bool last = i + 1 == pairs.size() || pairs[i + 1].truth != pairs[i].truth;
    if (first && last) found.push_back(found_of(pairs[i]));
  }
  return outcomes_of(pair, std::move(found), reached_predictions(pairs, pair.predicted.size()));
}

/// For each prediction the true particle that it is nearest to and in reach of, or -1.
std::vector<std::int64_t> nearest_truth(const std::vector<Neighbours>& pairs,
                                        std::size_t predicted) {
  std::vector<std::int64_t> nearest(predicted, kNone);
  std::vector<double> least(predicted, std::numeric_limits<double>::infinity());
  for (const Neighbours& n : pairs) {
    const auto p = static_cast<std::size_t>(n.predicted);
    if (!(n.distance < least[p])) continue;
    least[p] = n.distance;
    nearest[p] = n.truth;
  }
  return nearest;
}

/// The particle number in the voxel that a prediction lies in. Positions outside are moved to the
/// volume's face, as in the official script.
std::int64_t hit_box_at(const EvaluationPair& pair, const Point3& position) {
  const Extent3 extent = pair.hit_boxes->extent();
  const auto along = [](double value, std::int64_t size) {
    return std::clamp<std::int64_t>(static_cast<std::int64_t>(std::nearbyint(value)), 0, size - 1);
  };
  const Index3 at{along(position.z, extent.z), along(position.y, extent.y),
                  along(position.x, extent.x)};
  float value = 0;
  pair.hit_boxes->read_box({at, {1, 1, 1}}, &value);
  if (!(value >= 0) || value != std::floor(value) || value > static_cast<float>(pair.truth.size()))
    throw Error(
        "evaluate", pair.hit_boxes->info().path,
        "a voxel has the value " + std::to_string(value) + ", but the truth has " +
            std::to_string(pair.truth.size()) + " particles",
        "hit boxes contain the number of a particle in the truth list, counted from 1, or 0");
  return static_cast<std::int64_t>(value);
}

/// The first prediction that hits a particle decides its class, later ones are false.
MatchResult match_shrec(const EvaluationPair& pair, const EvaluateOptions& options) {
  std::vector<std::int64_t> hit(pair.predicted.size(), kNone);
  if (pair.hit_boxes) {
    if (pair.hit_boxes->extent().voxels() == 0)
      throw Error("evaluate", pair.hit_boxes->info().path, "has no voxels", "expected hit boxes");
    for (std::size_t p = 0; p < hit.size(); ++p)
      hit[p] = hit_box_at(pair, pair.predicted[p].position_voxels) - 1;
  } else {
    hit = nearest_truth(find_neighbours(pair.truth, pair.predicted, reaches(pair, options), true),
                        pair.predicted.size());
  }
  std::vector<bool> taken(pair.truth.size(), false), reached(pair.predicted.size(), false);
  std::vector<Found> found;
  for (std::size_t p = 0; p < hit.size(); ++p) {
    if (hit[p] == kNone) continue;
    const auto t = static_cast<std::size_t>(hit[p]);
    reached[p] = true;
    if (taken[t]) continue;
    taken[t] = true;
    found.push_back({t, p});
  }
  return outcomes_of(pair, std::move(found), reached);
}

/// The challenge's count for particles of one class (or of all as one): true positives are the
/// distinct true particles with a candidate in reach, false positives the candidates less the true
/// positives. To keep the sum right object by object, a true particle carries the candidates
/// nearest to it, less itself: one candidate in reach of two particles gives one of them -1.
void count_czii(const EvaluationPair& pair, const std::vector<Point3>& reach, bool blind,
                std::vector<Outcome>& outcomes, std::vector<Found>* found) {
  const auto shown = [&](int label) { return blind ? 1 : label; };
  auto pairs = find_neighbours(pair.truth, pair.predicted, reach, true);
  if (!blind)
    pairs.erase(std::remove_if(pairs.begin(), pairs.end(),
                               [&](const Neighbours& n) {
                                 return class_of(pair.truth, static_cast<std::size_t>(n.truth)) !=
                                        class_of(pair.predicted,
                                                 static_cast<std::size_t>(n.predicted));
                               }),
                pairs.end());
  const auto nearest = nearest_truth(pairs, pair.predicted.size());
  std::vector<std::int64_t> candidates(pair.truth.size(), 0);
  for (std::size_t p = 0; p < nearest.size(); ++p) {
    if (nearest[p] == kNone)
      outcomes.push_back({0, shown(class_of(pair.predicted, p)), 0});
    else
      ++candidates[static_cast<std::size_t>(nearest[p])];
  }
  std::vector<std::int64_t> closest(pair.truth.size(), kNone);  // index into pairs
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    std::int64_t& best = closest[static_cast<std::size_t>(pairs[i].truth)];
    if (best == kNone || pairs[i].distance < pairs[static_cast<std::size_t>(best)].distance)
      best = static_cast<std::int64_t>(i);
  }
  for (std::size_t t = 0; t < pair.truth.size(); ++t) {
    const int label = shown(class_of(pair.truth, t));
    if (closest[t] == kNone) {
      outcomes.push_back({label, 0, 0});
      continue;
    }
    outcomes.push_back({label, label, candidates[t] - 1});
    if (found) found->push_back(found_of(pairs[static_cast<std::size_t>(closest[t])]));
  }
}

MatchResult match_czii(const EvaluationPair& pair, const EvaluateOptions& options) {
  const std::vector<Point3> reach = reaches(pair, options);
  MatchResult result;
  count_czii(pair, reach, false, result.outcomes, &result.found);
  count_czii(pair, reach, true, result.localization, nullptr);
  for (const Outcome& outcome : result.outcomes)
    result.duplicates += std::max<std::int64_t>(0, outcome.extra_false);
  return result;
}

/// Default distance of a rule, where the options give none.
Length default_distance(MatchRule rule, const VoxelSize& voxel_size) {
  if (rule == MatchRule::Paper && voxel_size.known()) return {136.8, true};
  return {rule == MatchRule::Shrec ? 8.0 : 10.0, false};
}

}  // namespace

Length distance_of_class(int label, const EvaluateOptions& options, const VoxelSize& voxel_size) {
  std::optional<double> share = options.radius_share;
  if (!share && !options.distance && options.rule == MatchRule::Czii) share = 0.5;
  if (!share) return options.distance.value_or(default_distance(options.rule, voxel_size));
  const auto radius = options.radius_of_class.find(label);
  if (radius == options.radius_of_class.end())
    throw Error(ErrorKind::Usage, "evaluate", "--radius",
                "class " + std::to_string(label) +
                    " has no radius, but the distance is a share of the radius",
                "give --radius " + std::to_string(label) + "=R, or --distance");
  return {*share * radius->second.value, radius->second.is_angstrom};
}

Point3 reach_of_class(int label, const EvaluateOptions& options, const VoxelSize& voxel_size) {
  const bool of_radius =
      options.radius_share || (!options.distance && options.rule == MatchRule::Czii);
  return distance_of_class(label, options, voxel_size)
      .voxels(voxel_size, of_radius ? "--radius" : "--distance");
}

bool precision_counts_background(MatchRule rule) { return rule != MatchRule::Shrec; }

double beta_of(const EvaluateOptions& options) {
  return options.beta.value_or(options.rule == MatchRule::Czii ? 4.0 : 1.0);
}

MatchResult match(const EvaluationPair& pair, const EvaluateOptions& options) {
  switch (options.rule) {
    case MatchRule::Shrec:
      return match_shrec(pair, options);
    case MatchRule::Czii:
      return match_czii(pair, options);
    case MatchRule::DeepFinder:
      return match_deepfinder(pair, options);
    case MatchRule::OneToOne:
    case MatchRule::Paper:
      break;
  }
  return match_one_to_one(pair, options);
}

namespace {
constexpr std::array<std::pair<MatchRule, const char*>, 5> kNames{
    {{MatchRule::OneToOne, "one-to-one"},
     {MatchRule::Paper, "paper"},
     {MatchRule::Shrec, "shrec"},
     {MatchRule::Czii, "czii"},
     {MatchRule::DeepFinder, "deepfinder"}}};
}  // namespace

std::string match_rule_name(MatchRule rule) {
  for (const auto& [known, name] : kNames)
    if (known == rule) return name;
  return "";
}

MatchRule parse_match_rule(const std::string& name) {
  for (const auto& [rule, known] : kNames)
    if (name == known) return rule;
  throw Error(ErrorKind::Usage, "evaluate", "--rule", "unknown rule '" + name + "'",
              "choose one-to-one, paper, shrec, czii or deepfinder");
}

}  // namespace dfe
