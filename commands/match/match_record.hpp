// SPDX-License-Identifier: Apache-2.0
// What a run says of itself: the options in run records, and the job record of each template, from
// which particles can be extracted again.
#pragma once

#include "commands/common/outputs.hpp"
#include "commands/match/competition.hpp"
#include "commands/match/prepare_template.hpp"
#include "io/match_job.hpp"
#include "io/run_record.hpp"

namespace dfe {

/// Notes the options that decide which scores become particles.
void record_peak_options(io::RunRecord& record, const MatchRequest& request);

/// Notes the options of matching, and the files that all templates share.
void record_match_options(io::RunRecord& record, const MatchRequest& request);

/// Notes a template's files and options.
void record_template(io::RunRecord& record, const TemplateOptions& options);

/// What was matched with what.
struct MatchedTemplate {
  const TemplateOptions& options;
  std::string decoy;  ///< kind; empty: the template itself
  const MatchAngles& angles;
  std::size_t orientations;
  const TiltWeights& tilts;
  const match::MatchTemplate& searched;
  const TemplateScores& scores;
  std::filesystem::path mask, score_volume, angle_volume;
};

io::MatchJob job_record(const MatchRequest& request, const std::string& tomogram,
                        const VolumeGeometry& geometry, const MatchedTemplate& matched);

}  // namespace dfe
