// SPDX-License-Identifier: Apache-2.0
// Marker sets, see the header.
#include "io/lists/markers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <pugixml.hpp>

#include "core/particle_lists.hpp"
#include "io/lists/formats.hpp"
#include "io/lists/place.hpp"
#include "io/lists/text.hpp"
#include "io/lists/xml_document.hpp"

namespace dfe::io::lists {

namespace {

/// Red, green and blue of the classes, in turn.
constexpr std::array<std::array<double, 3>, 6> kColours{
    {{1, 0.5, 0}, {0, 0.6, 1}, {0.2, 0.8, 0.2}, {0.9, 0.2, 0.6}, {0.9, 0.9, 0.1}, {0.6, 0.4, 1}}};
constexpr double kRadius = 5;  // voxels

class Reader {
 public:
  Reader(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  ParticleList run() {
    pugi::xml_document document;
    const pugi::xml_node root = parse_root(document, text_, "cmm", file_);
    if (std::string_view(root.name()) == "marker_set") {
      take_set(root);
    } else if (std::string_view(root.name()) == "marker_sets") {
      for (const pugi::xml_node set : root.children("marker_set")) take_set(set);
    } else {
      throw Error("cmm", file_, fmt::format("the root element is {}", shown(root.name())),
                  "expected <marker_set> or <marker_sets> of ChimeraX");
    }
    return std::move(list_);
  }

 private:
  [[noreturn]] void fail(pugi::xml_node node, const std::string& fact) const {
    const auto offset = static_cast<std::size_t>(std::max<std::ptrdiff_t>(node.offset_debug(), 0));
    throw Error("cmm", file_, fmt::format("line {}: {}", line_of(text_, offset), fact),
                "the file is damaged");
  }

  std::optional<double> number(pugi::xml_node node, const char* name) const {
    const pugi::xml_attribute attribute = node.attribute(name);
    if (!attribute) return std::nullopt;
    const auto value = parse_number(attribute.value());
    if (!value) fail(node, fmt::format("{} is {}", name, shown(attribute.value())));
    return value;
  }

  double required(pugi::xml_node node, const char* name) const {
    const auto value = number(node, name);
    if (!value) fail(node, fmt::format("a marker without {}", name));
    return *value;
  }

  /// The label that a marker states; 0 if none.
  int stated_label(pugi::xml_node marker) const {
    const pugi::xml_attribute attribute = marker.attribute("class_label");
    if (!attribute) return 0;
    const auto label = parse_integer(attribute.value());
    if (!label || *label < 1 || *label > kMaxClassLabel)
      fail(marker, "class_label is " + shown(attribute.value()));
    return static_cast<int>(*label);
  }

  void take_set(pugi::xml_node set) {
    if (++sets_ > kMaxClassLabel) fail(set, "more than 65535 sets of markers");
    int label = sets_;
    for (const pugi::xml_node marker : set.children("marker")) {
      Particle& particle = list_.particles.emplace_back();
      particle.position_voxels = {required(marker, "z"), required(marker, "y"),
                                  required(marker, "x")};
      if (const int stated = stated_label(marker)) label = stated;
      particle.class_label = label;
      particle.score = number(marker, "score");
      if (const auto id = parse_integer(marker.attribute("id").value())) particle.object_id = id;
    }
    const std::string name = set.attribute("name").value();
    if (name.empty() || name == std::to_string(label)) return;
    const auto index = static_cast<std::size_t>(label);
    if (list_.class_names.size() <= index) list_.class_names.resize(index + 1);
    list_.class_names[0] = "background";
    std::string& own = list_.class_names[index];
    if (!own.empty() && own != name)
      fail(set,
           fmt::format("class {} is called {} here and {} before", label, shown(name), shown(own)));
    own = name;
  }

  std::string_view text_;
  const std::string& file_;
  int sets_ = 0;
  ParticleList list_;
};

std::string escaped(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 32; }, ' ');
  return xml_escaped(text);
}

}  // namespace

ParticleList parse_markers(std::string_view text, const std::string& name,
                           const ListOptions& options) {
  return place(Reader(text, name).run(), PositionUnit::Angstrom, name, options);
}

std::string format_markers(const ParticleList& list, const std::string& name,
                           const ListOptions& options) {
  std::map<int, std::string> sets;
  std::int64_t next = 1;
  const auto number = [](double value) { return format_number(value, 6, true); };
  for (const Particle& p : list.particles) {
    const Point3 at = corner_angstrom(list, p, name, options.settings, "markers");
    const auto& colour = kColours[static_cast<std::size_t>(p.class_label - 1) % kColours.size()];
    std::string& set = sets[p.class_label];
    set += fmt::format(
        R"(<marker id="{}" x="{}" y="{}" z="{}" r="{}" g="{}" b="{}" radius="{}" class_label="{}")",
        p.object_id.value_or(next++), number(at.x), number(at.y), number(at.z), colour[0],
        colour[1], colour[2], number(kRadius * list.tomogram_of(p).voxel_size.mean_angstrom()),
        p.class_label);
    if (p.score) set += fmt::format(R"( score="{}")", format_exact(*p.score));
    set += "/>\n";
  }
  if (sets.empty()) return "<marker_set name=\"particles\">\n</marker_set>\n";
  std::string out;
  for (const auto& [label, markers] : sets)
    out += fmt::format("<marker_set name=\"{}\">\n{}</marker_set>\n",
                       escaped(class_name(list.class_names, label)), markers);
  return sets.size() == 1 ? out : "<marker_sets>\n" + out + "</marker_sets>\n";
}

}  // namespace dfe::io::lists
