// SPDX-License-Identifier: Apache-2.0
// Files of Warp and M, see the header.
#include "io/lists/warp.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <pugixml.hpp>

#include "dfengine/error.hpp"
#include "io/lists/euler.hpp"
#include "io/lists/formats.hpp"
#include "io/lists/place.hpp"
#include "io/lists/text.hpp"

namespace dfe::io::lists {

namespace {

/// M numbers the columns of a pose that moves during the exposure from 1; the first is read.
int find_pose(const Table& table, const std::string& name) {
  const int numbered = table.find(name + "1");
  return numbered >= 0 ? numbered : table.find(name);
}

std::array<int, 3> find_three(const Table& table, const char* a, const char* b, const char* c) {
  return {find_pose(table, a), find_pose(table, b), find_pose(table, c)};
}

/// The number in `<Param Name="..." Value="..."/>` below `node`; 0 where there is none.
double param(pugi::xml_node node, const char* name) {
  for (const pugi::xml_node child : node.children("Param"))
    if (std::string_view(child.attribute("Name").value()) == name)
      return std::max(0.0, parse_number(child.attribute("Value").value()).value_or(0));
  return 0;
}

/// The tomogram's size in unbinned pixels from "x, y, z" in Å; 0 where Warp does not know it.
Point3 dimensions(pugi::xml_node series, double pixel) {
  const std::string_view text = series.attribute("VolumeDimensionsAngstrom").value();
  std::vector<double> edges;
  for (const std::string_view word : split(text, ','))
    edges.push_back(parse_number(word).value_or(0) / pixel);
  if (edges.size() != 3) return {};
  for (double& edge : edges)  // written with few digits
    if (std::abs(edge - std::round(edge)) < 0.02) edge = std::round(edge);
  return {edges[2], edges[1], edges[0]};
}

}  // namespace

bool is_species(const Table& table) {
  const bool relion = table.find("_rlnCoordinateX") >= 0 ||  // a species that became RELION's list
                      table.find("_rlnCenteredCoordinateXAngst") >= 0;
  return !relion && find_pose(table, "_wrpCoordinateX") >= 0;
}

ParticleList parse_species(const Table& table, const std::string& name,
                           const ListOptions& options) {
  const auto at = find_three(table, "_wrpCoordinateX", "_wrpCoordinateY", "_wrpCoordinateZ");
  const auto angles = find_three(table, "_wrpAngleRot", "_wrpAngleTilt", "_wrpAnglePsi");
  const auto whole = [](const std::array<int, 3>& columns) {
    return std::all_of(columns.begin(), columns.end(), [](int c) { return c >= 0; });
  };
  if (!whole(at))
    throw Error("star", name, "columns of positions are missing",
                "expected wrpCoordinateX1, Y1 and Z1; species of single particles have no Z");
  const int tomogram = table.find("_wrpSourceName");
  ParticleList list;
  TomogramNames names(list.tomograms);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    Particle& particle = list.particles.emplace_back();
    particle.class_label = 1;
    particle.position_voxels = {table.number(row, at[2]), table.number(row, at[1]),
                                table.number(row, at[0])};
    if (whole(angles))
      particle.orientation = from_zyz({table.number(row, angles[0]), table.number(row, angles[1]),
                                       table.number(row, angles[2])});
    if (tomogram >= 0) particle.tomogram = names.index_of(table.cell(row, tomogram));
  }
  const auto used = [&](int column) {
    return column == tomogram || std::find(at.begin(), at.end(), column) != at.end() ||
           std::find(angles.begin(), angles.end(), column) != angles.end();
  };
  for (std::size_t c = 0; c < table.columns.size(); ++c) {
    if (used(static_cast<int>(c))) continue;
    ExtraColumn extra{table.columns[c], {}};
    for (std::size_t row = 0; row < table.rows(); ++row)
      extra.values.emplace_back(table.cell(row, static_cast<int>(c)));
    list.extra_columns.push_back(std::move(extra));
  }
  return place(std::move(list), PositionUnit::Angstrom, name, options);
}

bool are_fractions(const ParticleList& list) {
  const auto fraction = [](double value) { return value >= 0 && value <= 1; };
  return !list.particles.empty() &&
         std::all_of(list.particles.begin(), list.particles.end(), [&](const Particle& p) {
           const Point3& at = p.position_voxels;
           const ListTomogram& t = list.tomogram_of(p);
           return fraction(at.z) && fraction(at.y) && fraction(at.x) && !t.voxel_size.known() &&
                  t.name.ends_with(".tomostar");
         });
}

std::vector<ListTomogram> warp_tomogram(const std::string& text,
                                        const std::filesystem::path& path) {
  ListTomogram t;
  t.told_by = path.string();
  if (path.extension() == ".tomostar") {
    t.name = path.stem().string();
    return {t};
  }
  pugi::xml_document document;
  if (text.find('<') == std::string::npos || !document.load_buffer(text.data(), text.size()))
    return {};
  const pugi::xml_node root = document.document_element();
  const std::string_view kind = root.name();
  if (kind != "TiltSeries" && kind != "Settings") return {};
  if (kind == "TiltSeries") t.name = path.stem().string();
  t.binning = 1;  // both kinds of file count unbinned pixels
  double pixel = param(root.child(kind == "TiltSeries" ? "OptionsCTF" : "Import"), "PixelSize");
  if (pixel == 0) pixel = param(root.child("CTF"), "PixelSize");  // of files without options
  if (pixel > 0 && pixel < 1e6) {
    t.voxel_size = VoxelSize::cubic(pixel);
    t.voxel_size_from = FactSource::Tomogram;
  }
  const pugi::xml_node tomo = root.child("Tomo");
  const Point3 size = kind == "TiltSeries" && pixel > 0
                          ? dimensions(root, pixel)
                          : Point3{param(tomo, "DimensionsZ"), param(tomo, "DimensionsY"),
                                   param(tomo, "DimensionsX")};
  const auto plausible = [](double n) { return n >= 1 && n < 1e9; };
  if (plausible(size.z) && plausible(size.y) && plausible(size.x)) {
    t.size_voxels = size;
    t.size_from = FactSource::Tomogram;
  }
  return {t};
}

}  // namespace dfe::io::lists
