// SPDX-License-Identifier: Apache-2.0
// The only exception type of the library. Its text is a complete message that callers can show to
// the user unchanged.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace dfe {

/// The kind of an error decides the exit code of the command line tool, and whether a batch
/// continues with its next input.
enum class ErrorKind {
  Failed,     ///< the work could not be done: bad file, full disk, out of memory (exit code 1)
  Usage,      ///< the request is invalid: bad option, missing argument (exit code 2)
  Cancelled,  ///< the caller's observer asked to stop (exit code 1)
};

/// Every failure that the library reports. The text is one line, `area: 'object': fact; remedy`,
/// with numbers and units.
class Error : public std::runtime_error {
 public:
  /// `area` names the part of the library ("mrc", "weights", "segment"), `object` the file or
  /// option, `fact` what is wrong, `remedy` what was expected or how to fix it. `object` and
  /// `remedy` may be empty.
  Error(ErrorKind kind, std::string_view area, std::string_view object, std::string_view fact,
        std::string_view remedy = {})
      : std::runtime_error(compose(area, object, fact, remedy)),
        kind_(kind),
        object_begin_(area.size() + 3),
        object_size_(object.size()) {}

  /// An error of the kind Failed.
  Error(std::string_view area, std::string_view object, std::string_view fact,
        std::string_view remedy = {})
      : Error(ErrorKind::Failed, area, object, fact, remedy) {}

  ErrorKind kind() const noexcept { return kind_; }

  /// The object as it appears in the text; may be empty.
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
        c = ' ';  // file names and messages of libraries may contain line breaks
    return text;
  }

  ErrorKind kind_;
  std::size_t object_begin_, object_size_;  // positions in the text: copying cannot throw
};

}  // namespace dfe
