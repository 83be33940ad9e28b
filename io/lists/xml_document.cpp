// SPDX-License-Identifier: Apache-2.0
// See the header.
#include "io/lists/xml_document.hpp"

#include <fmt/format.h>

#include "dfengine/error.hpp"
#include "io/lists/odd_texts.hpp"
#include "io/lists/text.hpp"

namespace dfe::io::lists {

pugi::xml_node parse_root(pugi::xml_document& document, std::string_view text,
                          const std::string& area, const std::string& name) {
  const pugi::xml_parse_result result = document.load_buffer(text.data(), text.size());
  if (!result)
    throw Error(area, name,
                fmt::format("line {}: {}", line_of(text, static_cast<std::size_t>(result.offset)),
                            result.description()),
                "the file is damaged or not XML");
  const pugi::xml_node root = document.document_element();
  for (pugi::xml_node more = root.next_sibling(); more; more = more.next_sibling())
    if (more.type() == pugi::node_element) refuse_second_list(area, name);
  return root;
}

}  // namespace dfe::io::lists
