// SPDX-License-Identifier: Apache-2.0
// The rules that all commands share about the files they write. They are checked for every input
// before any work begins, so that an hour of computing never ends in a refusal.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dfengine/commands.hpp"

namespace dfe {

/// One kind of result of a command.
struct OutputKind {
  std::string option;  ///< as the user knows it ("--output"), for errors
  std::string value;   ///< a file, or a folder for several inputs; empty: not wanted
  std::string suffix;  ///< what names in a folder end with, after the input's own name: ".star",
                       ///< "_labels.mrc"
  std::function<void(const std::filesystem::path&)> check_name =
      {};  ///< throws where no such file can be written
  std::function<std::filesystem::path(const std::filesystem::path&)> beside =
      {};  ///< a second file that may be written with the result; an empty path where none is
  std::function<std::string(const std::string&)> name_of =
      {};  ///< what names in a folder begin with; not set: the input's own name
};

/// One input and where its results go.
struct OutputJob {
  std::string input;
  std::vector<std::filesystem::path>
      outputs;        ///< one per kind; an empty path where the kind is not wanted
  bool skip = false;  ///< all results exist and `skip_existing` was asked for
  std::optional<Failure> failure = {};  ///< of one among several: why it cannot be done
};

/// Pairs inputs with outputs and enforces the rules. Throws `Error` where
/// - an input does not exist or is a folder that is no volume (`other_inputs` too: weights, lists);
/// of several inputs it is that one's `failure`,
/// - a result exists and neither `overwrite` nor `skip_existing` was asked for, or both were,
/// - the folder of a result does not exist or cannot be written, or the result's name is that of a
/// folder or cannot be one of its kind,
/// - a result or its run record would replace an input, or two of these have one name (two inputs
/// with the same file name, say), however they are spelt or linked,
/// - a result is a stream or device, or inside a Zarr store.
/// A folder that is to take results may be missing: `ResultFolders` makes it when there is work to
/// do. With `skip_existing` an input whose results exist only in part is done again, so that one
/// input's results are of one run.
std::vector<OutputJob> plan_outputs(std::string_view area, const std::vector<std::string>& inputs,
                                    const std::vector<OutputKind>& kinds,
                                    const CommonRequest& common,
                                    const std::vector<std::string>& other_inputs = {});

/// Throws `Error` where an input does not exist, is a folder or cannot be looked at.
void check_input(std::string_view area, const std::string& input);

/// Throws a usage `Error` where two inputs are one file, under whatever names or links.
void refuse_repeated(std::string_view area, const std::vector<std::string>& inputs);

/// For commands that name files in a folder themselves: throws a usage `Error` where one of these
/// `outputs` is one of `inputs`, under whatever name or link.
void keep_inputs(std::string_view area, const std::vector<std::filesystem::path>& outputs,
                 const std::vector<std::filesystem::path>& inputs, const std::string& remedy);

/// Refuses what is no place for files: streams and devices, and Zarr stores, whose files are their
/// own. `plan_outputs` and `make_folder` ask it.
void check_place(std::string_view area, const std::filesystem::path& output);

/// Throws a usage `Error` where existing results are to be both replaced and left.
void check_existing_rule(std::string_view area, const CommonRequest& common);

}  // namespace dfe
