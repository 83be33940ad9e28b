// SPDX-License-Identifier: Apache-2.0
// `simulate`: a configuration in, data sets out, laid out as `train` wants them (data.folder):
// train/, valid/ and test/ with NAME.mrc, NAME_target.mrc and NAME_objl.xml, and the rest of the
// truth next to them. Each scene is made once and imaged for every condition.
#include <algorithm>
#include <cmath>
#include <filesystem>

#include "commands/common/job.hpp"
#include "commands/common/json_text.hpp"
#include "commands/common/outputs.hpp"
#include "commands/common/result_folders.hpp"
#include "commands/simulate/simulate_settings.hpp"
#include "commands/simulate/simulate_write.hpp"
#include "core/memory.hpp"
#include "core/parallel.hpp"
#include "core/particle_lists.hpp"
#include "core/philox.hpp"
#include "core/text.hpp"
#include "core/usable_threads.hpp"
#include "dfengine/commands.hpp"
#include "io/atomic_file.hpp"
#include "io/particle_list.hpp"
#include "io/structure.hpp"
#include "io/volume.hpp"

namespace dfe {

namespace {

namespace fs = std::filesystem;

/// One combination of signal to noise ratio and tilt range.
struct Condition {
  double snr = 0, range_deg = 0;
  fs::path folder;
};

std::vector<Condition> conditions_of(const SimulateSettings& s, const fs::path& output) {
  std::vector<Condition> all;
  const bool several = s.snrs.size() * s.ranges_deg.size() > 1;
  for (const double range : s.ranges_deg)
    for (const double snr : s.snrs)
      all.push_back(
          {snr, range,
           several ? output / ("snr" + number_text(snr) + "_tilt" + number_text(range)) : output});
  return all;
}

/// A seed of its own for each scene and each image.
std::uint64_t derived_seed(std::uint64_t seed, RandomPurpose purpose, std::uint64_t number) {
  const auto words = Philox(seed, purpose).at(0, number);
  return words[0] | static_cast<std::uint64_t>(words[1]) << 32;
}

ObjectDensity density_of(const ObjectSource& source, io::RunRecord& record) {
  if (!source.shape.empty())
    return shape_density(source.shape, source.size_angstrom, source.density);
  const fs::path& file = source.structure.empty() ? source.map : source.structure;
  record.input(file);
  if (!source.structure.empty())
    return structure_density(io::read_structure(file), source.density, file.string());
  const auto volume = io::open_volume(file);
  double voxel = source.map_voxel_size_angstrom;
  if (!(voxel > 0)) {
    const VoxelSize& said = volume->info().geometry.voxel_size;
    if (said.is_anisotropic())
      throw Error("simulate", file.string(), "has voxels of " + voxel_size_text(said),
                  "give a map with cubic voxels");
    voxel = said.mean_angstrom();
  }
  const Volume<float> map = io::read_volume(*volume);
  return map_density(map.view(), voxel, source.threshold, source.potential, source.density,
                     file.string());
}

class Simulation {
 public:
  /// `threads` as they were asked for; the request has what can be had.
  Simulation(const SimulateRequest& request, int threads, SimulateSettings settings,
             Observer* observer)
      : request_(request),
        threads_(threads),
        settings_(std::move(settings)),
        job_("simulate", observer),
        output_(request.output) {}

  CommandReport run() {
    const std::vector<Condition> conditions = conditions_of(settings_, output_);
    check_memory(conditions);
    keep_inputs_of(conditions);
    check_outputs();
    io::RunRecord& record = job_.record;
    record.option("config", request_.config);
    job_.threads(threads_);
    record.input(request_.config);
    record.stage("densities");
    for (std::size_t i = 0; i < settings_.sources.size(); ++i)
      settings_.scene.classes[i].density = density_of(settings_.sources[i], record);
    read_list();
    ResultFolders folders("simulate");
    folders.make(output_);
    write_masks();
    general_warnings_ = job_.warnings().size();

    std::int64_t total = 0, done = 0;
    for (const auto& part : settings_.parts) total += part.count;
    std::uint64_t number = 0;
    Json tomograms = Json::array();
    for (const auto& part : settings_.parts)
      for (std::int64_t i = 0; i < part.count; ++i, ++number) {
        job_.progress("tomograms", done++, total);
        make_tomogram(part, i, number, conditions, tomograms);
      }
    job_.progress("tomograms", total, total);
    for (const Condition& condition : conditions) write_snippet(condition);
    if (!keeps_settings()) io::write_text_file(output_ / "simulate.yaml", settings_.effective);
    record.stage("");
    return report(tomograms);
  }

 private:
  void check_memory(const std::vector<Condition>& conditions) {
    std::int64_t most = 0;
    for (const Condition& c : conditions) {
      ImagingOptions imaging = imaging_of(c, 0);
      most =
          std::max(most, simulate_bytes(settings_.scene.extent, settings_.scene.voxel_size_angstrom,
                                        imaging, request_.compute.threads));
    }
    const std::int64_t have = request_.compute.memory_bytes > 0 ? request_.compute.memory_bytes
                                                                : available_memory_bytes();
    const std::string text = "tomograms of " + settings_.scene.extent.to_string() +
                             " voxels need up to " +
                             number_text(static_cast<double>(most) / (1 << 20)) + " MB of memory";
    if (have > 0 && most > have)
      throw Error(ErrorKind::Usage, "simulate", "--memory",
                  text + ", but only " + number_text(static_cast<double>(have) / (1 << 20)) +
                      " MB are available",
                  "raise the limit, or make smaller tomograms");
    job_.message(LogLevel::Info, text);
  }

  /// Refuses a folder where the results would replace the settings or what they name.
  void keep_inputs_of(const std::vector<Condition>& conditions) const {
    std::vector<fs::path> inputs{settings_.list}, outputs{output_ / "simulate.yaml"};
    if (!keeps_settings()) inputs.emplace_back(request_.config);
    for (const ObjectSource& source : settings_.sources)
      inputs.insert(inputs.end(), {source.structure, source.map});
    for (const SceneClass& c : settings_.scene.classes)
      outputs.push_back(output_ / "masks" / (c.name + ".mrc"));
    for (const Condition& condition : conditions) {
      outputs.push_back(condition.folder / "train.yaml");
      for (const auto& part : settings_.parts)
        for (std::int64_t i = 0; i < part.count; ++i)
          for (const char* ending : kTomogramFiles)
            outputs.emplace_back(prefix_of(condition, part, i).string() + ending);
    }
    keep_inputs("simulate", outputs, inputs, "choose another folder with -o, or move the input");
  }

  /// Whether what is missing is made again from the settings that the folder holds.
  bool keeps_settings() const {
    std::error_code ignored;
    return request_.common.skip_existing &&
           fs::equivalent(output_ / "simulate.yaml", request_.config, ignored);
  }

  static std::string name_of(const SimulateSettings::Part& part, std::int64_t index) {
    return part.name.empty() ? "tomogram" : part.name + "_" + std::to_string(index + 1);
  }

  static fs::path prefix_of(const Condition& condition, const SimulateSettings::Part& part,
                            std::int64_t index) {
    return condition.folder / part.name / name_of(part, index);
  }

  void check_outputs() {
    check_existing_rule("simulate", request_.common);
    std::error_code error;
    if (fs::exists(output_, error) && !fs::is_directory(output_, error))
      throw Error("simulate", output_.string(), "is not a folder",
                  "choose another folder for the results");
    if (fs::exists(output_ / "simulate.yaml", error) && !request_.common.overwrite &&
        !request_.common.skip_existing)
      throw Error("simulate", output_.string(), "already contains a simulation",
                  "use --overwrite to replace it or --skip-existing to make only what is missing");
  }

  void read_list() {
    if (settings_.list.empty()) return;
    job_.record.input(settings_.list);
    io::ListOptions options;
    options.xml_axes = io::parse_xml_axes(settings_.list_axes, "placement.axes");
    options.settings = {.axes = "placement.axes",
                        .binning = "placement.input_binning",
                        .tomogram = "placement.tomogram",
                        .tomograms = "placement.tomogram",
                        .voxel_size = "voxel_size"};
    options.tomograms = {ListTomogram::of(settings_.list_tomogram, settings_.scene.extent,
                                          VoxelSize::cubic(settings_.scene.voxel_size_angstrom))};
    options.tomograms.front().told_by = request_.config;
    options.binning = settings_.list_binning;
    ParticleList list = io::read_list(settings_.list, options);
    job_.warn(settings_.list, list.warnings);
    settings_.scene.list =
        particles_of(list, {"simulate", "placement.tomogram", settings_.list_tomogram, ""});
  }

  /// The classes' masks, which `target --masks` takes.
  void write_masks() const {
    make_folder("simulate", output_ / "masks");
    for (const SceneClass& c : settings_.scene.classes) {
      if (c.label == 0) continue;
      VolumeGeometry geometry;
      geometry.extent = c.density.mask.extent();
      geometry.voxel_size = VoxelSize::cubic(settings_.scene.voxel_size_angstrom);
      io::write_volume(output_ / "masks" / (c.name + ".mrc"), c.density.mask.view(), geometry);
    }
  }

  ImagingOptions imaging_of(const Condition& condition, std::uint64_t seed) const {
    ImagingOptions o = settings_.imaging;
    o.snr = condition.snr;
    o.tilt_first_deg = -condition.range_deg;
    o.tilt_last_deg = condition.range_deg;
    o.seed = seed;
    o.threads = request_.compute.threads;
    o.keep_clean = settings_.wants("clean");
    o.keep_projections = settings_.wants("projections");
    return o;
  }

  void make_tomogram(const SimulateSettings::Part& part, std::int64_t index, std::uint64_t number,
                     const std::vector<Condition>& conditions, Json& tomograms) {
    const std::string name = name_of(part, index);
    std::vector<std::pair<Condition, fs::path>> wanted;  // with the files' common beginning
    std::uint64_t image = 0;
    std::vector<std::uint64_t> seeds;
    for (const Condition& condition : conditions) {
      const fs::path prefix = prefix_of(condition, part, index);
      const std::uint64_t seed = derived_seed(settings_.seed, RandomPurpose::ImageSeed,
                                              number * conditions.size() + image++);
      std::error_code error;
      if (request_.common.skip_existing &&
          fs::exists(io::run_record_path(prefix.string() + ".mrc"), error))
        continue;
      wanted.emplace_back(condition, prefix);
      seeds.push_back(seed);
    }
    if (wanted.empty()) return;
    settings_.scene.seed = derived_seed(settings_.seed, RandomPurpose::SceneSeed, number);
    settings_.scene.threads = request_.compute.threads;
    job_.record.stage("scene");
    const std::size_t warned_before = job_.warnings().size();
    const Scene scene = make_scene(settings_.scene, &job_);
    for (std::size_t c = 0; c < scene.asked.size(); ++c)
      if (scene.placed[c] < scene.asked[c])
        job_.warn(name + ": only " + std::to_string(scene.placed[c]) + " of " +
                  std::to_string(scene.asked[c]) + " objects of class " +
                  settings_.scene.classes[c].name + " could be placed");
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const auto& [condition, prefix] = wanted[i];
      make_folder("simulate", prefix.parent_path());
      const ImagingOptions imaging = imaging_of(condition, seeds[i]);
      job_.record.stage("image");
      const VolumeView<const std::int32_t> inside = scene.instances.view();
      const ImagedScene imaged = image_scene(scene.density.view(), &inside,
                                             settings_.scene.voxel_size_angstrom, imaging, &job_);
      job_.record.stage("write");
      io::RunRecord own = own_record(warned_before);
      const WrittenTomogram written = write_tomogram(prefix, settings_, scene, imaged, own);
      text_ += written.text;
      tomograms.push_back(written.json);
    }
  }

  /// The record of one tomogram: options, and the warnings of the run and of this tomogram, which
  /// begin at `first`.
  io::RunRecord own_record(std::size_t first) const {
    io::RunRecord own("simulate");
    own.option("config", request_.config);
    for (const std::string& text : request_.overrides) own.option("override", text);
    own.option("threads", std::to_string(threads_));
    for (std::size_t i = 0; i < job_.warnings().size(); ++i)
      if (i < general_warnings_ || i >= first) own.warning(job_.warnings()[i]);
    return own;
  }

  /// What a configuration of `train` needs to say about this data set.
  void write_snippet(const Condition& condition) const {
    const bool trains = std::any_of(settings_.parts.begin(), settings_.parts.end(),
                                    [](const auto& p) { return p.name == "train"; });
    if (!trains) return;
    std::string text =
        "# Settings for `dfengine train`; relative paths are relative to this file.\ndata:\n";
    for (const auto& part : settings_.parts) {
      if (part.name == "test") continue;
      text += "  " + part.name + ":\n";
      for (std::int64_t i = 1; i <= part.count; ++i) {
        std::string base = part.name;
        base.append("/").append(part.name).append("_").append(std::to_string(i));
        text.append("    - {tomogram: ").append(base).append(".mrc, target: ").append(base);
        text.append("_target.mrc, list: ").append(base).append("_objl.xml}\n");
      }
    }
    text += "classes: [" + join(settings_.class_names()) + "]\n";
    io::write_text_file(condition.folder / "train.yaml", text);
  }

  CommandReport report(const Json& tomograms) const {
    Json json = {
        {"config", request_.config}, {"output", output_.string()}, {"tomograms", tomograms}};
    json["extent"] = json_extent(settings_.scene.extent);
    json["voxel_size_angstrom"] = settings_.scene.voxel_size_angstrom;
    json["warnings"] = job_.warnings();
    Json seconds = Json::object();
    for (const auto& [stage, time] : job_.record.timings())
      if (!stage.empty()) seconds[stage] = time;
    json["seconds"] = std::move(seconds);
    return {text_ + std::to_string(tomograms.size()) + " tomograms written to " + output_.string() +
                "\n",
            json_text(json)};
  }

  const SimulateRequest& request_;
  int threads_;
  SimulateSettings settings_;
  Job job_;
  fs::path output_;
  std::string text_;
  std::size_t general_warnings_ = 0;  // that come before those of tomograms
};

}  // namespace

CommandReport run_simulate(const SimulateRequest& request, Observer* observer) {
  if (request.output.empty())
    throw Error(ErrorKind::Usage, "simulate", "--output", "is missing",
                "give a folder for the results");
  const io::Config config = io::Config::read(request.config, request.overrides);
  SimulateRequest limited = request;
  limit_threads(limited.compute, nullptr);
  return Simulation(limited, request.compute.threads, read_simulate_settings(config), observer)
      .run();
}

}  // namespace dfe
