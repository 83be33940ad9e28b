// SPDX-License-Identifier: Apache-2.0
// Texts taken apart, put together and escaped.
#include <clocale>
#include <limits>

#include "core/text.hpp"
#include "tests/fixtures/catch.hpp"

using namespace dfe;
using Parts = std::vector<std::string_view>;

TEST_CASE("texts are trimmed, made small, split and joined") {
  CHECK(trim(" \t a b\r\n") == "a b");
  CHECK(trim(" \f\v ").empty());
  CHECK(to_lower("AbZ_Å9") == "abz_Å9");
  CHECK(split("a,,b", ',') == Parts{"a", "", "b"});
  CHECK(split("", ',') == Parts{""});
  CHECK(split(",", ',') == Parts{"", ""});
  CHECK(words_of("  one\ttwo  3\r") == Parts{"one", "two", "3"});
  CHECK(words_of(" \t ").empty());
  CHECK(join({"a", "b", "c"}) == "a, b, c");
  CHECK(join({"a", "", "c"}, ",") == "a,,c");
  CHECK(join({}).empty());
}

TEST_CASE("lines come off a text one by one, the last with or without its end") {
  for (const std::string_view text : {"a\n\nb\n", "a\n\nb"}) {
    std::string_view rest = text;
    CHECK(next_line(rest) == "a");
    CHECK(next_line(rest).empty());
    CHECK(next_line(rest) == "b");
    CHECK(rest.empty());
  }
}

TEST_CASE("numbers are the whole text, or nothing") {
  CHECK(parse_as<int>("-12") == -12);
  CHECK(parse_as<int>("+12") == 12);
  for (const char* text : {"", "+", "-", "+-1", "++1", "1 ", " 1", "1.5", "x", "99999999999"})
    CHECK(!parse_as<int>(text));
  CHECK(!parse_as<std::size_t>("-1"));
  CHECK(parse_as<std::int64_t>("9223372036854775807") == std::numeric_limits<std::int64_t>::max());
  CHECK(parse_as<double>("-7.5") == -7.5);
  CHECK(parse_as<double>("+1e-3") == 0.001);
  for (const char* text : {"", "1,5", "0x1", "inf", "-nan", "1e999", "1e", "7.5 "})
    CHECK(!parse_as<double>(text));
}

TEST_CASE("whole numbers may be written with point or exponent") {
  CHECK(parse_whole("10000") == 10000);
  CHECK(parse_whole("1e4") == 10000);
  CHECK(parse_whole("-3.0") == -3);
  CHECK(parse_whole("9007199254740993") == 9007199254740993);  // 2^53 + 1 is no double
  CHECK(parse_whole("9007199254740992.0") == 9007199254740992);
  for (const char* text : {"", "1.5", "1e17", "1e-1", "one"}) CHECK(!parse_whole(text));
}

TEST_CASE("a user's locale changes no number") {
  const std::string before = std::setlocale(LC_ALL, nullptr);
  for (const char* name : {"de_DE.UTF-8", "de_DE", "fr_FR.UTF-8"})
    if (std::setlocale(LC_ALL, name)) break;  // where none is installed nothing is tested
  CHECK(parse_as<double>("7.5") == 7.5);
  CHECK(!parse_as<double>("7,5"));
  std::setlocale(LC_ALL, before.c_str());
}

TEST_CASE("texts are escaped for XML and quoted for CSV") {
  CHECK(xml_escaped("a<b> & \"c\" 'd'\n") == "a&lt;b&gt; &amp; &quot;c&quot; 'd'\n");
  CHECK(csv_cell("plain text;") == "plain text;");
  CHECK(csv_cell("a,b") == "\"a,b\"");
  CHECK(csv_cell("say \"no\"") == "\"say \"\"no\"\"\"");
  CHECK(csv_cell("two\nlines") == "\"two\nlines\"");
}
