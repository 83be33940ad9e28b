// SPDX-License-Identifier: Apache-2.0
// HTML pages, see the header.
#include "commands/report/page.hpp"

#include <cstdint>

#include "core/text.hpp"

namespace dfe::io::report {

namespace {

constexpr const char* kStyle =
    "body{font:16px/1.45 sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem;color:#222}"
    "table{border-collapse:collapse;margin:1rem 0}th,td{padding:.2rem .7rem;border-bottom:1px "
    "solid #ddd;text-align:right;"
    "font-variant-numeric:tabular-nums}th:first-child,td:first-child{text-align:left}"
    "figure{margin:1.5rem 0}img{max-width:100%}figcaption{color:#555}";

}  // namespace

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j)
      group = group << 8 | (i + j < bytes.size() ? static_cast<unsigned char>(bytes[i + j]) : 0u);
    for (std::size_t j = 0; j < 4; ++j)
      text += i + j > bytes.size() ? '=' : kDigits[group >> (18 - 6 * j) & 63];
  }
  return text;
}

Page::Page(const std::string& title) : title_(xml_escaped(title)) {
  body_ = "<h1>" + title_ + "</h1>\n";
}

void Page::heading(const std::string& text) { body_ += "<h2>" + xml_escaped(text) + "</h2>\n"; }

void Page::paragraph(const std::string& text) { body_ += "<p>" + xml_escaped(text) + "</p>\n"; }

void Page::verbatim(const std::string& text) { body_ += "<pre>" + xml_escaped(text) + "</pre>\n"; }

void Page::table(const std::vector<std::string>& head,
                 const std::vector<std::vector<std::string>>& rows) {
  body_ += "<table><thead><tr>";
  for (const std::string& cell : head) body_ += "<th>" + xml_escaped(cell) + "</th>";
  body_ += "</tr></thead><tbody>\n";
  for (const auto& row : rows) {
    body_ += "<tr>";
    for (const std::string& cell : row) body_ += "<td>" + xml_escaped(cell) + "</td>";
    body_ += "</tr>\n";
  }
  body_ += "</tbody></table>\n";
}

void Page::image(const Image& image, const std::string& description) {
  body_ += "<figure><img src=\"data:image/png;base64," + base64(encode_png(image)) + "\" alt=\"" +
           xml_escaped(description) + "\"><figcaption>" + xml_escaped(description) +
           "</figcaption></figure>\n";
}

std::string Page::html() const {
  return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>" + title_ +
         "</title><style>" + kStyle + "</style></head><body>\n" + body_ + "</body></html>\n";
}

}  // namespace dfe::io::report
