// SPDX-License-Identifier: Apache-2.0
// `match`: what cannot be asked for, then one of its two ways.
#include <cmath>

#include "commands/common/list_frame.hpp"
#include "commands/match/match_parts.hpp"
#include "core/usable_threads.hpp"

namespace dfe {

namespace {

[[noreturn]] void refuse(const char* option, const char* fact, const char* remedy) {
  throw Error(ErrorKind::Usage, "match", option, fact, remedy);
}

/// What a former run has decided cannot be changed by --extract-only.
void check_extraction(const MatchRequest& request) {
  const std::pair<const char*, bool> given[] = {{"--template", !request.templates.empty()},
                                                {"--mask", !request.masks.empty()},
                                                {"--mask-radius", !request.mask_radii.empty()},
                                                {"--decoys", !request.decoys.empty()},
                                                {"--angles", !request.angles.empty()},
                                                {"--symmetry", !request.symmetries.empty()},
                                                {"--tilt-range", !request.tilts.range.empty()},
                                                {"--tilts", !request.tilts.table.empty()},
                                                {"--valid-mask", !request.valid_mask.empty()},
                                                {"--low-pass", request.low_pass_angstrom > 0},
                                                {"--high-pass", request.high_pass_angstrom > 0},
                                                {"--invert", request.invert},
                                                {"--rescale", request.rescale},
                                                {"--dry-run", request.dry_run}};
  for (const auto& [option, is_given] : given)
    if (is_given)
      refuse(option, "cannot go with --extract-only",
             "match again, or leave it out: the job record says how the scores were made");
}

void check_matching(const MatchRequest& request) {
  if (request.angles.empty())
    refuse("--angles", "is missing",
           "give a step in degrees, such as 12, auto, or a file of orientations");
  if (request.competition == MatchCompetition::ZScore && request.templates.size() < 2)
    refuse("--compete-by", "needs several templates", "leave it out");
  check_name_pattern("match", request.tomogram_name, request.tomograms.size());
}

void check_request(const MatchRequest& request) {
  request.extract_only ? check_extraction(request) : check_matching(request);
  const MatchPeaks& peaks = request.peaks;
  if (!(peaks.false_positives > 0)) refuse("--false-positives", "is not above 0", "give 1 or so");
  if (peaks.threshold && !std::isfinite(*peaks.threshold))
    refuse("--threshold", "is not a number", "give a score such as 0.3");
  if (peaks.most < 0) refuse("--most", "is below 0", "give 0 for all particles");
}

}  // namespace

CommandReport run_match(const MatchRequest& asked, Observer* observer) {
  MatchRequest request = asked;
  limit_threads(request.compute, nullptr);
  check_request(request);
  const int threads = asked.compute.threads;
  return request.extract_only ? extract_again(request, threads, observer)
                              : match_tomograms(request, threads, observer);
}

}  // namespace dfe
