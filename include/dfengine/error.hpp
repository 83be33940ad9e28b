// SPDX-License-Identifier: Apache-2.0
// The one exception type of the library. Its text is a finished sentence for the user, so that
// callers print it as it is.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace dfe {

/// Who has to act on an error; decides the exit code of the command line tool, and whether a batch
/// goes on with its next input.
enum class ErrorKind {
  Failed,     ///< the work could not be done: bad file, full disk, out of memory (exit code 1)
  Usage,      ///< the request itself makes no sense: bad option, missing argument (exit code 2)
  Cancelled,  ///< nobody: the caller's observer asked to stop (exit code 1)
};

/// Every failure the library reports. The text reads `area: 'object': fact; remedy` on one line,
/// with numbers and units.
class Error : public std::runtime_error {
 public:
  /// `area` names the part that speaks ("mrc", "weights", "segment"), `object` the file or option,
  /// `fact` what is wrong, `remedy` what was expected or how to go on. `object` and `remedy` may be
  /// empty.
  Error(ErrorKind kind, std::string_view area, std::string_view object, std::string_view fact,
        std::string_view remedy = {})
      : std::runtime_error(compose(area, object, fact, remedy)),
        kind_(kind),
        object_begin_(area.size() + 3),
        object_size_(object.size()) {}

  /// A failure of the work (exit code 1).
  Error(std::string_view area, std::string_view object, std::string_view fact,
        std::string_view remedy = {})
      : Error(ErrorKind::Failed, area, object, fact, remedy) {}

  ErrorKind kind() const noexcept { return kind_; }

  /// What the text is about, as it stands there; may be empty.
  std::string_view object() const noexcept {
    return object_size_ > 0 ? std::string_view(what()).substr(object_begin_, object_size_)
                            : std::string_view();
  }

 private:
  static std::string compose(std::string_view area, std::string_view object, std::string_view fact,
                             std::string_view remedy) {
    std::string text(area);
    if (!object.empty()) text.append(": '").append(object).append("'");
    text.append(": ").append(fact);
    if (!remedy.empty()) text.append("; ").append(remedy);
    for (char& c : text)
      if (c == '\n' || c == '\r')
        c = ' ';  // one line, whatever a file name or a library's message holds
    return text;
  }

  ErrorKind kind_;
  std::size_t object_begin_, object_size_;  // in the text, so that copying throws nothing
};

}  // namespace dfe
