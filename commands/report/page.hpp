// SPDX-License-Identifier: Apache-2.0
// One HTML page that holds all it shows: no other file, no script, no network.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "io/report/png.hpp"

namespace dfe::io::report {

class Page {
 public:
  explicit Page(const std::string& title);

  void heading(const std::string& text);
  void paragraph(const std::string& text);
  /// Text as it is, line by line.
  void verbatim(const std::string& text);
  /// The first column holds names, the others numbers.
  void table(const std::vector<std::string>& head,
             const std::vector<std::vector<std::string>>& rows);
  /// `description` is shown below the image and read out where it cannot be seen.
  void image(const Image& image, const std::string& description);

  std::string html() const;

 private:
  std::string body_;
  std::string title_;
};

/// Source: RFC 4648.
std::string base64(std::string_view bytes);

}  // namespace dfe::io::report
