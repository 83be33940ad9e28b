// SPDX-License-Identifier: Apache-2.0
// `dfengine match`: tomograms and a template in, particle lists out.
#include "dfengine/match.hpp"
#include "options.hpp"

namespace dfe::cli {

namespace {

struct Arguments {
  MatchRequest request;
  std::vector<std::string> templates, masks, mask_radii, symmetries, radii;
  std::string low_pass, high_pass, border, compete_by = "raw", decoys;
};

void add_files(CLI::App& app, Arguments& a) {
  app.option_defaults()->group(group::kFiles);
  app.add_option("TOMOGRAM", a.request.tomograms,
                 "One or more tomograms: MRC (also gzip or bzip2), HDF5, OME-Zarr, TIFF or EM; "
                 "with --extract-only job records")
      ->required();
  app.add_option("--template", a.templates,
                 "Density of the particle, or NAME=FILE with the class name for the list [default "
                 "name: the file's]. Repeat it for several templates, of which the best one wins. "
                 "Required unless --extract-only is given")
      ->allow_extra_args(false)
      ->type_name("FILE");
  app.add_option("--mask", a.masks,
                 "Mask in the template's box: what of the template counts, from 0 to 1; NAME=FILE "
                 "for the template NAME; may be repeated")
      ->allow_extra_args(false)
      ->type_name("FILE");
  app.add_option("--mask-radius", a.mask_radii,
                 "Instead of --mask: radius of a sphere with a soft edge, in voxels of the "
                 "tomogram (8) or Å (150A), or NAME=LENGTH; may be repeated")
      ->allow_extra_args(false)
      ->type_name("LENGTH");
  app.add_option("-o,--output", a.request.output,
                 "Prefix of the results, or the particle list to write; a folder for several "
                 "tomograms")
      ->required()
      ->type_name("PREFIX");
  app.add_flag("--extract-only", a.request.extract_only,
               "Do not match: make a new list from the scores of a former run, with other options "
               "for particles");
}

void add_matching(CLI::App& app, Arguments& a) {
  app.option_defaults()->group(group::kMatching);
  app.add_option("--angles", a.request.angles,
                 "Step between orientations in degrees (12), auto (from the template: midway "
                 "between two, 88~% of the score is left), or a file of orientations: text, or "
                 "PyTom's .em. Required unless --extract-only is given")
      ->type_name("STEP");
  app.add_option("--symmetry", a.symmetries,
                 "Point group of the template: C1, C4, D2, T, O, I, ..., or NAME=GROUP; may be "
                 "repeated [default: C1]")
      ->allow_extra_args(false)
      ->type_name("GROUP");
  app.add_option(
         "--decoys", a.decoys,
         "Also match decoys, which are not in the specimen, and estimate from them how many "
         "particles are false: mirrored, scrambled, sphere, or several of them "
         "(mirrored,sphere) [default: none]")
      ->type_name("KINDS");
  app.add_option("--tilt-range", a.request.tilts.range,
                 "First and last tilt in degrees (-60,60): the template gets this missing wedge")
      ->type_name("FIRST,LAST");
  app.add_option("--tilts", a.request.tilts.table,
                 "Instead of --tilt-range: a file with a line per tilt: its angle in degrees, then "
                 "the dose before it (e/Å²) and its defocus (Å) if known")
      ->type_name("FILE");
  app.add_option("--valid-mask", a.request.valid_mask,
                 "Volume of the tomogram's size: where it is 0 or less, voxels say nothing (gold, "
                 "cut edges) and do not count")
      ->type_name("FILE");
  app.add_option("--low-pass", a.low_pass,
                 "Resolution in Å at which a filter of tomogram and template passes one half "
                 "[default: none]")
      ->type_name("ANGSTROM");
  app.add_option("--high-pass", a.high_pass,
                 "The same for a filter that removes what is coarser [default: none]")
      ->type_name("ANGSTROM");
  app.add_flag("--invert", a.request.invert,
               "Invert the template's contrast: for bright templates where particles are dark");
  app.add_flag("--rescale", a.request.rescale,
               "Resample template and mask to the tomogram's voxel size; without it, differences "
               "above 1~% are refused");
  app.add_flag("--dry-run", a.request.dry_run,
               "Match for a second or more, predict the time, and write nothing");
}

void add_peaks(CLI::App& app, Arguments& a) {
  MatchPeaks& peaks = a.request.peaks;
  app.option_defaults()->group(group::kParticles);
  app.add_option("--radius", a.radii,
                 "Radius of a particle, in voxels (8) or Å (110A), or NAME=LENGTH: within it no "
                 "lower peak is kept; may be repeated [default: --mask-radius; with --extract-only "
                 "what the job record says]")
      ->allow_extra_args(false)
      ->type_name("LENGTH");
  one_of(app.add_option("--compete-by", a.compete_by,
                        "What decides between several templates: raw, the score, or zscore, the "
                        "score in standard deviations above the median of the template's scores"),
         {"raw", "zscore"})
      ->capture_default_str()
      ->type_name("UNIT");
  app.add_option("--threshold", peaks.threshold,
                 "Lowest score of a particle [default: from --false-positives]")
      ->type_name("SCORE");
  above_zero(app.add_option("--false-positives", peaks.false_positives,
                            "Number of voxels that noise may have above the threshold, by a fit of "
                            "the scores"),
             "1")
      ->capture_default_str()
      ->type_name("N");
  whole_number(app.add_option("--most", peaks.most, "Largest number of particles; 0: no limit"), 0,
               std::numeric_limits<std::int32_t>::max())
      ->capture_default_str()
      ->type_name("N");
  app.add_option("--border", a.border,
                 "Distance from the faces of the tomogram within which no particle is kept, in "
                 "voxels or Å [default: none]")
      ->type_name("LENGTH");
  app.add_option("--search-mask", peaks.search_mask,
                 "Volume of the tomogram's size: search only where it is above 0, which saves time")
      ->type_name("FILE");
  app.add_flag("--tophat", peaks.tophat,
               "Keep only sharp peaks: broad ridges of membranes and ice are left out by the white "
               "tophat of the scores");
}

void add_microscope(CLI::App& app, Arguments& a, ComputeArguments& compute) {
  CtfOptions& microscope = a.request.tilts.microscope;
  app.option_defaults()->group(group::kExpert);
  above_zero(app.add_option("--voltage", microscope.voltage_kv,
                            "Acceleration voltage in kV, for --tilts with a defocus"),
             "300")
      ->capture_default_str()
      ->type_name("KV");
  app.add_option("--spherical-aberration", microscope.spherical_aberration_mm,
                 "Spherical aberration in mm, for the same")
      ->capture_default_str()
      ->type_name("MM");
  app.add_option("--amplitude-contrast", microscope.amplitude_contrast,
                 "Amplitude contrast from 0 to 1, for the same")
      ->capture_default_str()
      ->type_name("SHARE");
  app.add_flag("--phase-flipped", a.request.tilts.phase_flipped,
               "The tomogram's phases were flipped: the template gets the CTF's absolute value");
  one_of(app.add_option("--instruction-set", compute.instruction_set,
                        "CPU instructions to use: auto, avx512, avx2 or portable"),
         {"auto", "avx512", "avx2", "portable"})
      ->capture_default_str()
      ->type_name("SET");
}

/// VALUE or NAME=VALUE; a file whose name has '=' after a folder is no such pair.
std::vector<ForTemplate<std::string>> pairs_of(const std::vector<std::string>& texts,
                                               const char* option) {
  std::vector<ForTemplate<std::string>> pairs;
  for (const std::string& text : texts) {
    const std::size_t equals = text.find('=');
    if (text.empty() || equals == 0 || equals + 1 == text.size())
      throw Error(ErrorKind::Usage, option, text, "cannot be used", "give VALUE or NAME=VALUE");
    if (equals != std::string::npos && text.find('/') > equals)
      pairs.push_back({text.substr(0, equals), text.substr(equals + 1)});
    else
      pairs.push_back({"", text});
  }
  return pairs;
}

std::vector<MatchDecoy> decoys_of(const std::string& text) {
  std::vector<MatchDecoy> decoys;
  if (text.empty()) return decoys;
  for (const std::string& name : parse_names(text)) {
    if (name == "mirrored")
      decoys.push_back(MatchDecoy::Mirrored);
    else if (name == "scrambled")
      decoys.push_back(MatchDecoy::Scrambled);
    else if (name == "sphere")
      decoys.push_back(MatchDecoy::Sphere);
    else
      throw Error(ErrorKind::Usage, "--decoys", name, "no such kind of decoy",
                  "choose from mirrored, scrambled, sphere");
  }
  return decoys;
}

std::vector<ForTemplate<Length>> lengths_of(const std::vector<std::string>& texts,
                                            const char* option) {
  std::vector<ForTemplate<Length>> lengths;
  for (const ForTemplate<std::string>& pair : pairs_of(texts, option))
    lengths.push_back({pair.name, Length::parse(pair.value, option)});
  return lengths;
}

MatchRequest parse_request(const Arguments& a, const CommonOptions& common) {
  MatchRequest request = a.request;
  request.common = common.request();
  request.compute = parse_compute_options(common.compute);
  request.templates = pairs_of(a.templates, "--template");
  request.masks = pairs_of(a.masks, "--mask");
  request.mask_radii = lengths_of(a.mask_radii, "--mask-radius");
  request.symmetries = pairs_of(a.symmetries, "--symmetry");
  request.peaks.radii = lengths_of(a.radii, "--radius");
  request.decoys = decoys_of(a.decoys);
  if (a.compete_by == "zscore") request.competition = MatchCompetition::ZScore;
  if (!a.border.empty()) request.peaks.border = Length::parse(a.border, "--border");
  if (!a.low_pass.empty()) request.low_pass_angstrom = parse_angstrom(a.low_pass, "--low-pass");
  if (!a.high_pass.empty()) request.high_pass_angstrom = parse_angstrom(a.high_pass, "--high-pass");
  return request;
}

}  // namespace

Command add_match(CLI::App& root, CommonOptions& common) {
  CLI::App* app = root.add_subcommand("match", "Find particles that look like a template");
  app->group(step::kPick);
  app->footer(
      "Example:\n"
      "  dfengine match tomo.mrc --template ribosome=template.mrc --mask-radius 6 --angles 30 "
      "--tilt-range -60,60 -o tm\n\n"
      "Next: 'dfengine match --extract-only' makes another list from the scores;\n"
      "'dfengine target' turns a list into a training target.");
  const auto a = std::make_shared<Arguments>();
  add_files(*app, *a);
  add_matching(*app, *a);
  add_peaks(*app, *a);
  add_list_format(*app, a->request.list_format);
  add_written_list(*app, a->request.tomogram_name, a->request.output_binning);
  add_microscope(*app, *a, common.compute);
  add_common_options(*app, common,
                     {.overwrite = kOverwrite,
                      .skip_existing = kSkipExisting,
                      .threads = true,
                      .memory = true,
                      .bytes = true,
                      .voxel_size = "Voxel size of the tomogram in Å, instead of the value in the "
                                    "file"});
  return {app, [a, &common](Observer& observer) {
            return run_match(parse_request(*a, common), &observer);
          }};
}

}  // namespace dfe::cli
