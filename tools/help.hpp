// SPDX-License-Identifier: Apache-2.0
// The text of --help: what a subcommand does, its options in groups with common ones first, an
// example, and what comes next.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace dfe::cli {

/// Groups of options, in the order in which help shows them.
namespace group {
inline constexpr const char* kFiles = "Input and output";
inline constexpr const char* kParticles = "Particles";
inline constexpr const char* kMatching = "Matching";
inline constexpr const char* kAnalyses = "More analyses";
inline constexpr const char* kTomograms = "Tomograms";
inline constexpr const char* kLists = "Particle list formats";
inline constexpr const char* kCommon = "Common options";
inline constexpr const char* kExpert = "Expert options";
}  // namespace group

/// Groups of subcommands, in the order of the work.
namespace step {
inline constexpr const char* kPrepare = "Prepare";
inline constexpr const char* kTrain = "Train";
inline constexpr const char* kPick = "Pick";
inline constexpr const char* kJudge = "Judge";
}  // namespace step

/// Sets how `root` and the subcommands added to it after this call print their help.
void use_help(CLI::App& root);

/// "-o, --output LIST" of an option, "TOMOGRAM..." of an argument.
std::string option_text(const CLI::Option& option);

/// "-o LIST" of the same.
std::string shortest_text(const CLI::Option& option);

}  // namespace dfe::cli
