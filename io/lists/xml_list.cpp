// SPDX-License-Identifier: Apache-2.0
// DeepFinder's object lists. Before April 2020 (upstream commit d32768f) x was the slowest axis and
// z the fastest, and DeepFinder's files do not say which they are (io/lists/axes.hpp). Those
// written here do, by an attribute of the root element that DeepFinder does not look at.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <pugixml.hpp>

#include "io/lists/axes.hpp"
#include "io/lists/euler.hpp"
#include "io/lists/formats.hpp"
#include "io/lists/kept_columns.hpp"
#include "io/lists/place.hpp"
#include "io/lists/text.hpp"
#include "io/lists/xml_document.hpp"

namespace dfe::io::lists {

namespace {

constexpr int kMaxTomogramIndex = 65535;
constexpr std::int64_t kMostExact = std::int64_t{1} << 53;  // whole numbers below are exact
constexpr std::array<std::string_view, 11> kKnown{
    "tomo_idx", "obj_id", "class_label",  "x",    "y", "z", "psi",
    "phi",      "the",    "cluster_size", "score"};

/// One `<object>` and what is needed to complain about it.
class ObjectReader {
 public:
  ObjectReader(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  void next(pugi::xml_node node) {
    node_ = node;
    ++number_;
  }

  [[noreturn]] void fail(const std::string& fact, const std::string& remedy) const {
    const auto offset = static_cast<std::size_t>(std::max<std::ptrdiff_t>(node_.offset_debug(), 0));
    throw Error("xml", file_,
                fmt::format("object {} (line {}): {}", number_, line_of(text_, offset), fact),
                remedy);
  }

  Particle particle() const {
    Particle particle;
    particle.class_label =
        static_cast<int>(required(integer("class_label", 1, kMaxClassLabel), "class_label"));
    particle.position_voxels.x = required(number("x"), "x");
    particle.position_voxels.y = required(number("y"), "y");
    particle.position_voxels.z = required(number("z"), "z");
    if (const auto index = integer("tomo_idx", 0, kMaxTomogramIndex))
      particle.tomogram = static_cast<int>(*index);
    particle.object_id = integer("obj_id", -kMostExact, kMostExact);
    particle.cluster_size = integer("cluster_size", 0, kMostExact);
    particle.score = number("score");
    particle.orientation = orientation();
    return particle;
  }

 private:
  /// An attribute's text; an empty one counts as absent (napari-deepfinder writes tomo_idx="").
  std::optional<std::string_view> text(const char* name) const {
    const std::string_view value = trim(node_.attribute(name).value());
    if (value.empty()) return std::nullopt;
    return value;
  }

  std::optional<double> number(const char* name) const {
    const auto value = text(name);
    if (!value) return std::nullopt;
    const auto result = parse_number(*value);
    if (!result)
      fail(fmt::format("attribute {} holds {}", name, shown(*value)), "expected a finite number");
    return result;
  }

  std::optional<std::int64_t> integer(const char* name, std::int64_t least,
                                      std::int64_t most) const {
    const auto value = text(name);
    if (!value) return std::nullopt;
    const auto result = parse_integer(*value);
    if (!result || *result < least || *result > most)
      fail(fmt::format("attribute {} holds {}", name, shown(*value)),
           fmt::format("expected a whole number from {} to {}", least, most));
    return result;
  }

  template <class Value>
  Value required(const std::optional<Value>& value, const char* name) const {
    if (!value)
      fail(fmt::format("attribute {} is missing", name), "an object needs class_label, x, y and z");
    return *value;
  }

  std::optional<Rotation> orientation() const {
    const auto psi = number("psi"), phi = number("phi"), the = number("the");
    if (!psi && !phi && !the) return std::nullopt;
    if (!psi || !phi || !the)
      fail("some of the angles psi, phi, the are missing", "expected all three or none");
    return from_zxz({*phi, *psi, *the});
  }

  std::string_view text_;
  const std::string& file_;
  pugi::xml_node node_;
  std::int64_t number_ = 0;
};

/// Attributes of objects that have no meaning here, as columns.
class ExtraAttributes {
 public:
  /// Those of the object in row `row`.
  void take(pugi::xml_node node, const ObjectReader& object, std::size_t row) {
    for (const pugi::xml_attribute attribute : node.attributes()) {
      if (std::find(kKnown.begin(), kKnown.end(), attribute.name()) != kKnown.end()) continue;
      if (values_.size() >= 64 && !values_.count(attribute.name()))
        object.fail("more than 64 different unknown attributes", "no object list");
      auto& values = values_[attribute.name()];
      values.resize(row);
      values.emplace_back(attribute.value());
    }
  }

  std::vector<ExtraColumn> columns(std::size_t rows) {
    std::vector<ExtraColumn> columns;
    for (auto& [name, values] : values_) {
      values.resize(rows);
      columns.push_back({name, std::move(values)});
    }
    return columns;
  }

 private:
  std::map<std::string, std::vector<std::string>> values_;
};

/// x is the fastest axis in all lists since April 2020; warns that this is an assumption.
XmlAxes guess_axes(ParticleList& list, const ListOptions& options) {
  if (const std::string size = size_of_any(list); !size.empty())
    list.warnings.push_back(fmt::format(
        "axis order of the XML list is ambiguous, both orders fit the tomogram of {} voxels (z, y, "
        "x) equally well; x is taken as the fastest axis, set {} to zyx for lists made before "
        "April 2020",
        size, options.settings.axes));
  else
    list.warnings.push_back(fmt::format(
        "axis order of the XML list is not checked, x is taken as the fastest axis; give the "
        "tomogram to check it, or set {} to zyx for lists made before April 2020",
        options.settings.axes));
  return XmlAxes::Xyz;
}

/// The order that the root element states, as dfengine's own lists do.
std::optional<XmlAxes> stated_axes(pugi::xml_node root) {
  const std::string_view axes = root.attribute("axes").value();
  if (axes == "xyz") return XmlAxes::Xyz;
  if (axes == "zyx") return XmlAxes::Zyx;
  return std::nullopt;
}

/// As the value of an attribute: XML forbids most control characters, and reads line ends as
/// blanks.
std::string escape(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 32; }, ' ');
  return xml_escaped(text);
}

/// Parses the text and gives the list's element. Throws `Error` where it is no object list.
pugi::xml_node object_list(pugi::xml_document& document, std::string_view text,
                           const std::string& name) {
  const pugi::xml_node root = parse_root(document, text, "xml", name);
  if (const std::string_view kind = root.name(); kind == "TiltSeries" || kind == "Settings")
    throw Error("xml", name, "is Warp's file of a tilt series or its settings, not a particle list",
                "give it with --tomograms");
  if (std::string_view(root.name()) != "objlist")
    throw Error("xml", name, fmt::format("the root element is {}", shown(root.name())),
                "expected <objlist>, a DeepFinder object list");
  return root;
}

bool is_attribute_name(std::string_view name) {
  const auto letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
  return !name.empty() && letter(name[0]) && std::all_of(name.begin(), name.end(), [&](char c) {
    return letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
  });
}

}  // namespace

ParticleList parse_xml(std::string_view text, const std::string& name, const ListOptions& options) {
  pugi::xml_document document;
  const pugi::xml_node root = object_list(document, text, name);
  ParticleList list;
  ObjectReader object(text, name);
  ExtraAttributes extras;
  int most_tomograms = 0;
  for (const pugi::xml_node node : root.children()) {
    if (node.type() != pugi::node_element) continue;
    object.next(node);
    Particle particle = object.particle();
    if (particle.tomogram) most_tomograms = std::max(most_tomograms, *particle.tomogram + 1);
    extras.take(node, object, list.particles.size());
    list.particles.push_back(particle);
  }
  for (int i = 0; i < most_tomograms; ++i) {
    ListTomogram& tomogram = list.tomograms.emplace_back();
    tomogram.name = fmt::format("tomo{}", i);
    tomogram.numbered = true;
  }
  list.extra_columns = extras.columns(list.particles.size());

  list = place(std::move(list), PositionUnit::Voxels, name, options);
  settle_axes(list, name, options, stated_axes(root), guess_axes);
  return list;
}

bool is_xml_column(std::string_view name) {
  return is_attribute_name(name) && std::find(kKnown.begin(), kKnown.end(), name) == kKnown.end();
}

std::string format_xml(const ParticleList& list, const ListOptions& options) {
  std::vector<const ExtraColumn*> extras;
  for (const ExtraColumn& column : list.extra_columns)
    if (is_xml_column(column.name)) extras.push_back(&column);

  const bool zyx = options.xml_axes == XmlAxes::Zyx;
  std::string out = zyx ? "<objlist axes=\"zyx\">\n" : "<objlist axes=\"xyz\">\n";
  for (std::size_t i = 0; i < list.particles.size(); ++i) {
    const Particle& particle = list.particles[i];
    Point3 p = particle.position_voxels;
    if (zyx) std::swap(p.x, p.z);
    out += "  <object";
    const auto add = [&out](std::string_view name, std::string_view value) {
      out.append(fmt::format(" {}=\"{}\"", name, value));
    };
    const auto add_number = [&](std::string_view name, double value) {
      add(name, format_number(value, 3, false));
    };
    const auto add_angle = [&](std::string_view name, double value) {
      add(name, format_number(value, 5, false));
    };
    if (particle.tomogram) add("tomo_idx", std::to_string(*particle.tomogram));
    if (particle.object_id) add("obj_id", std::to_string(*particle.object_id));
    add("class_label", std::to_string(particle.class_label));
    add_number("x", p.x);
    add_number("y", p.y);
    add_number("z", p.z);
    if (particle.orientation) {
      const ZxzAngles angles = to_zxz(*particle.orientation);
      add_angle("psi", angles.psi);
      add_angle("phi", angles.phi);
      add_angle("the", angles.the);
    }
    if (particle.cluster_size) add("cluster_size", std::to_string(*particle.cluster_size));
    if (particle.score)
      add("score",
          format_exact(*particle.score));  // DeepFinder ignores attributes it does not know
    for (const ExtraColumn* column : extras)
      if (!column->values[i].empty()) add(column->name, escape(column->values[i]));
    out += "/>\n";
  }
  return out + "</objlist>\n";
}

}  // namespace dfe::io::lists
