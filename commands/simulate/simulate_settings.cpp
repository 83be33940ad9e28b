// SPDX-License-Identifier: Apache-2.0
// Asks for every setting, section by section in the order of docs/simulate.md. Values are checked
// where they are used; only what no later check can recognise is checked here.
#include "commands/simulate/simulate_settings.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/class_names.hpp"

namespace dfe {

namespace {

using io::Config;

[[noreturn]] void refuse(const Config& config, const char* key, const std::string& fact,
                         const std::string& remedy) {
  throw Error(ErrorKind::Usage, "simulate", config.where(key), fact, remedy);
}

std::int64_t whole(const Config& config, const char* key, std::int64_t fallback, std::int64_t least,
                   std::int64_t most) {
  const std::int64_t value = config.integer(key, fallback);
  if (value < least || value > most)
    refuse(config, key, "is " + std::to_string(value),
           "give " + std::to_string(least) + " to " + std::to_string(most));
  return value;
}

Extent3 read_size(const Config& config) {
  const std::vector<double> size = config.numbers("size", {100, 100, 100});
  const auto good = [](double n) { return n == std::floor(n) && n >= 1 && n <= 8192; };
  if (size.size() != 3 || !std::all_of(size.begin(), size.end(), good))
    refuse(config, "size", "is not three whole numbers from 1 to 8192",
           "give voxels along z, y, x: [200, 512, 512]");
  return {static_cast<std::int64_t>(size[0]), static_cast<std::int64_t>(size[1]),
          static_cast<std::int64_t>(size[2])};
}

/// One entry of `classes` or `decoys`.
void read_object(const Config& entry, const std::filesystem::path& root, bool decoy, int next_label,
                 SimulateSettings& s) {
  ObjectSource source;
  source.shape = entry.text("shape", "");
  source.structure = entry.path("structure", root);
  source.map = entry.path("map", root);
  const int given = (source.shape.empty() ? 0 : 1) + (source.structure.empty() ? 0 : 1) +
                    (source.map.empty() ? 0 : 1);
  if (given != 1)
    refuse(entry, "shape",
           given == 0 ? "is missing" : "conflicts with another source of this object",
           "give exactly one of shape, structure and map");
  const std::vector<double> size = entry.numbers("size", {200});
  if (size.empty() || size.size() > 3)
    refuse(entry, "size", "has " + std::to_string(size.size()) + " numbers",
           "give one to three diameters in Å");
  source.size_angstrom = {size[0], size.size() > 1 ? size[1] : size[0],
                          size.size() > 2 ? size[2] : size.back()};
  source.map_voxel_size_angstrom = entry.number("map_voxel_size", 0);
  if (const double threshold = entry.number("threshold", 0); threshold > 0)
    source.threshold = threshold;
  source.potential = entry.number("potential", 3);
  source.density = {s.scene.voxel_size_angstrom, entry.number("resolution", 0),
                    entry.number("mask_threshold", 0.3)};

  SceneClass c;
  const std::string fallback =
      !source.shape.empty()
          ? source.shape
          : (source.structure.empty() ? source.map : source.structure).stem().string();
  c.name = entry.text("name", fallback);
  if (c.name.empty() || c.name.find_first_of("/\\\n") != std::string::npos || c.name.front() == '.')
    refuse(entry, "name", "cannot be part of a file name", "use letters, digits and _");
  c.label = decoy ? 0 : static_cast<int>(whole(entry, "label", next_label, 1, 255));
  c.count = whole(entry, "count", 10, 0, 10'000'000);
  c.scale = entry.number("scale", 1);
  c.on_membrane = entry.flag("on_membrane", false);
  const double height = entry.number("height", 0), distance = entry.number("membrane_distance", 0);
  c.membrane_angstrom = c.on_membrane ? height : distance;
  s.scene.classes.push_back(std::move(c));
  s.sources.push_back(std::move(source));
}

SceneMembrane read_membrane(const Config& entry) {
  SceneMembrane m;
  m.kind = entry.choice("kind", "vesicle", {"vesicle", "plane"}) == "plane" ? MembraneKind::Plane
                                                                            : MembraneKind::Vesicle;
  m.count = static_cast<int>(whole(entry, "count", 1, 0, 255));
  m.layers = static_cast<int>(whole(entry, "layers", 1, 1, 16));
  m.spacing_angstrom = entry.number("spacing", m.spacing_angstrom);
  m.thickness_angstrom = entry.number("thickness", m.thickness_angstrom);
  m.peak = entry.number("peak", m.peak);
  if (m.kind == MembraneKind::Vesicle) {
    const std::vector<double> radius =
        entry.numbers("radius", {m.radius_low_angstrom, m.radius_high_angstrom});
    if (radius.empty() || radius.size() > 2)
      refuse(entry, "radius", "has " + std::to_string(radius.size()) + " numbers",
             "give one or two lengths in Å");
    m.radius_low_angstrom = radius.front();
    m.radius_high_angstrom = radius.back();
    m.aspect = entry.number("aspect", m.aspect);
  } else {
    m.curvature_angstrom = entry.number("curvature", m.curvature_angstrom);
    m.wavelength_angstrom = entry.number("wavelength", m.wavelength_angstrom);
    m.tilt_deg = entry.number("tilt", m.tilt_deg);
  }
  return m;
}

void read_imaging(const Config& config, SimulateSettings& s) {
  ImagingOptions& o = s.imaging;
  const Config tilts = config.section("tilts");
  s.ranges_deg = tilts.numbers("range", {60});
  if (s.ranges_deg.empty()) refuse(tilts, "range", "is empty", "give one or several angles");
  o.tilt_step_deg = tilts.number("step", o.tilt_step_deg);
  o.order = tilts.choice("order", "symmetric", {"symmetric", "sequential"}) == "symmetric"
                ? TiltOrder::Symmetric
                : TiltOrder::Sequential;

  const Config ctf = config.section("ctf");
  o.with_ctf = ctf.flag("on", true);
  o.ctf.voltage_kv = ctf.number("voltage", o.ctf.voltage_kv);
  o.ctf.spherical_aberration_mm = ctf.number("cs", o.ctf.spherical_aberration_mm);
  o.ctf.amplitude_contrast = ctf.number("amplitude_contrast", o.ctf.amplitude_contrast);
  o.ctf.linear_contrast = ctf.flag("linear_contrast", o.ctf.linear_contrast);
  o.ctf.defocus_angstrom = 1e4 * ctf.number("defocus", o.ctf.defocus_angstrom * 1e-4);
  o.ctf.defocus_spread_angstrom = 1e4 * ctf.number("defocus_spread", 0);
  o.ctf.envelope_angstrom = ctf.number("envelope", 0);
  o.ctf.gradient = ctf.flag("gradient", false);

  const Config noise = config.section("noise");
  const std::string model = noise.choice("model", "gaussian", {"gaussian", "dose", "none"});
  o.noise = model == "gaussian" ? NoiseModel::Gaussian
            : model == "dose"   ? NoiseModel::Dose
                                : NoiseModel::None;
  s.snrs = noise.numbers("snr", {0.1});
  if (s.snrs.empty()) refuse(noise, "snr", "is empty", "give one or several ratios");
  if (o.noise != NoiseModel::Gaussian && s.snrs.size() > 1)
    refuse(noise, "snr", "has several values, but only gaussian noise uses them",
           "give one, or set noise.model to gaussian");
  o.noise_before_ctf = noise.number("before_ctf", o.noise_before_ctf);
  o.dose = noise.number("dose", 0);

  const Config misalignment = config.section("misalignment");
  o.shift_error_angstrom = misalignment.number("shift", 0);
  o.angle_error_deg = misalignment.number("angle", 0);

  const Config reconstruction = config.section("reconstruction");
  o.cover_volume = reconstruction.choice("images", "cover", {"cover", "volume"}) == "cover";
  o.interpolation = reconstruction.choice("interpolation", "cubic", {"cubic", "linear"}) == "cubic"
                        ? Interpolation::Cubic
                        : Interpolation::Linear;
  o.bright = reconstruction.choice("contrast", "dark", {"dark", "bright"}) == "bright";
  o.normalize = reconstruction.flag("normalize", true);
}

void read_parts(const Config& config, SimulateSettings& s) {
  const Config tomograms = config.section("tomograms");
  std::int64_t total = 0;
  for (const char* part : {"train", "valid", "test"}) {
    const std::int64_t count = whole(tomograms, part, 0, 0, 100'000);
    total += count;
    if (count > 0) s.parts.push_back({part, count});
  }
  if (total == 0) s.parts.push_back({"", 1});
}

void check_names(const SimulateSettings& s) {
  std::set<std::string> names;
  std::set<int> labels;
  for (const SceneClass& c : s.scene.classes) {
    if (!names.insert(c.name).second)
      throw Error(ErrorKind::Usage, "simulate", "name", "'" + c.name + "' is used twice",
                  "give classes and decoys different names");
    if (c.label > 0 && !labels.insert(c.label).second)
      throw Error(ErrorKind::Usage, "simulate", "label", std::to_string(c.label) + " is used twice",
                  "give classes different labels");
  }
  check_class_names(s.class_names(), "simulate", "classes");
  if (s.scene.membrane_label > 0 && labels.count(s.scene.membrane_label) > 0)
    throw Error(ErrorKind::Usage, "simulate", "membrane_label",
                std::to_string(s.scene.membrane_label) + " is already the label of a class",
                "choose another");
}

}  // namespace

bool SimulateSettings::wants(const std::string& output) const {
  return std::find(outputs.begin(), outputs.end(), output) != outputs.end();
}

std::vector<std::string> SimulateSettings::class_names() const {
  int last = scene.membrane_label;
  for (const SceneClass& c : scene.classes) last = std::max(last, c.label);
  std::vector<std::string> names(static_cast<std::size_t>(last) + 1);
  names[0] = "background";
  for (const SceneClass& c : scene.classes)
    if (c.label > 0) names[static_cast<std::size_t>(c.label)] = c.name;
  if (scene.membrane_label > 0) names[static_cast<std::size_t>(scene.membrane_label)] = "membrane";
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i].empty()) names[i] = std::to_string(i);
  return names;
}

SimulateSettings read_simulate_settings(const Config& config) {
  config.refuse_keys_of("train", {"output", "data", "network", "patches", "augmentation",
                                  "training", "loss", "optimizer", "validation"});
  SimulateSettings s;
  s.seed = static_cast<std::uint64_t>(whole(config, "seed", 1, 0, std::int64_t{1} << 53));
  s.scene.extent = read_size(config);
  s.scene.voxel_size_angstrom = config.number("voxel_size", 13.68);
  read_parts(config, s);
  const std::filesystem::path root = config.path("root");
  int label = 0;
  for (const Config& entry : config.sections("classes")) {
    read_object(entry, root, false, label + 1, s);
    label = s.scene.classes.back().label;
  }
  if (label == 0)
    refuse(config, "classes", "are missing", "give at least one object: '- shape: ribosome'");
  for (const Config& entry : config.sections("decoys")) read_object(entry, root, true, 0, s);

  const Config placement = config.section("placement");
  s.scene.gap_voxels = placement.number("gap", s.scene.gap_voxels);
  s.scene.border_voxels = placement.number("border", s.scene.border_voxels);
  s.scene.packing = placement.number("packing", 0);
  s.scene.tries = whole(placement, "tries", s.scene.tries, 1, 10'000'000);
  s.list = placement.path("list");
  s.list_axes = placement.choice("axes", "detect", {"detect", "xyz", "zyx"});
  s.list_tomogram = placement.text("tomogram", "");
  if (const double binning = placement.number("input_binning", 0); binning != 0) {
    if (binning < 0)
      throw Error(ErrorKind::Usage, "simulate", placement.where("input_binning"), "is negative",
                  "give the list's pixels per voxel of the tomogram, or 0 for none");
    s.list_binning = binning;
  }
  for (const Config& entry : config.sections("membranes"))
    s.scene.membranes.push_back(read_membrane(entry));
  s.scene.membrane_label = static_cast<int>(whole(config, "membrane_label", 0, 0, 255));
  read_imaging(config, s);
  const std::vector<std::string> known{"density",   "instances", "occupancy",
                                       "membranes", "clean",     "projections"};
  s.outputs = config.texts("outputs", {"density", "instances", "occupancy", "membranes"});
  for (const std::string& output : s.outputs)
    if (std::find(known.begin(), known.end(), output) == known.end())
      refuse(config, "outputs", "'" + output + "' is not an output",
             "choose from density, instances, occupancy, membranes, clean, projections");
  s.output_binning = config.number("output_binning", 1);
  if (!(s.output_binning > 0))
    refuse(config, "output_binning", "is not above 0",
           "give the unbinned pixels per voxel that STAR lists count, or 1 for voxels");
  config.refuse_unknown();
  check_names(s);
  s.effective = config.effective_anywhere();
  return s;
}

}  // namespace dfe
