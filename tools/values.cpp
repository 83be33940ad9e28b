// SPDX-License-Identifier: Apache-2.0
// Values of options, see the header.
#include "values.hpp"

#include <utility>

#include "dfengine/error.hpp"
#include "dfengine/text.hpp"

namespace dfe::cli {

namespace {

[[noreturn]] void refuse(const CLI::Option& option, const std::string& value,
                         const std::string& remedy) {
  throw Error(ErrorKind::Usage, option.get_name(), value, "cannot be used", remedy);
}

/// "a, b or c"
std::string listed(const std::vector<std::string>& choices) {
  std::string text;
  for (std::size_t i = 0; i < choices.size(); ++i)
    text += (i == 0 ? "" : i + 1 == choices.size() ? " or " : ", ") + choices[i];
  return text;
}

}  // namespace

CLI::Option* one_of(CLI::Option* option, std::vector<std::string> choices) {
  return option->check([option, choices = std::move(choices)](const std::string& value) {
    for (const std::string& choice : choices)
      if (value == choice) return std::string();
    const std::string nearest = nearest_name(value, choices);
    refuse(
        *option, value,
        (nearest.empty() ? "choose " : "did you mean " + nearest + "? Choose ") + listed(choices));
  });
}

CLI::Option* whole_number(CLI::Option* option, std::uint64_t least, std::uint64_t most) {
  return option->check([option, least, most](const std::string& value) {
    const auto number = parse_as<std::uint64_t>(value);
    if (number && *number >= least && *number <= most) return std::string();
    const bool bounded = most < std::numeric_limits<std::int64_t>::max();
    refuse(*option, value,
           "give a whole number " +
               (bounded ? "from " + std::to_string(least) + " to " + std::to_string(most)
                        : "of at least " + std::to_string(least)));
  });
}

CLI::Option* above_zero(CLI::Option* option, const std::string& example) {
  return option->check([option, example](const std::string& value) {
    const auto number = parse_as<double>(value);
    if (number && *number > 0) return std::string();
    refuse(*option, value, "give a number above 0, such as " + example);
  });
}

}  // namespace dfe::cli
