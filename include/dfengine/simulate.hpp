// SPDX-License-Identifier: Apache-2.0
// Synthetic tomograms with their truth. Three steps, each a function: what objects look like (a
// density per class), where they lie (a scene), and how the microscope and the reconstruction show
// them (an image). A scene can be imaged many times.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ctf.hpp"
#include "observer.hpp"
#include "particle.hpp"
#include "volume.hpp"

namespace dfe {

/// Electron scattering of one element: the sum of a·exp(-b·s²), s = sin(θ)/λ, with a in Å and b in
/// Å². International Tables C, 4.3.2.2.
struct ScatteringFactor {
  std::array<double, 5> a{}, b{};
  double mass_dalton = 0;
};

/// An atomic model.
struct Structure {
  struct Atom {
    Point3 position_angstrom;
    int factor = 0;  ///< index into `factors`
    double occupancy = 1;
    double b_factor = 0;  ///< Å²
  };
  std::vector<Atom> atoms;
  std::vector<ScatteringFactor> factors;
};

/// What an object looks like: its scattering potential above that of the ice around it, and the
/// voxels that count as the object.
struct ObjectDensity {
  Volume<float> values;  ///< V; a cube with voxels of half the tomogram's, centred on voxel n / 2
  Volume<float>
      mask;  ///< 1 inside, 0 outside; a cube with the tomogram's voxels, centred on voxel n / 2
  double voxel_size_angstrom = 0;  ///< of the tomogram
};

struct DensityOptions {
  double voxel_size_angstrom = 13.68;
  double resolution_angstrom = 0;  ///< low-pass; 0: twice the voxel size, which is also the least
  double mask_threshold =
      0.3;  ///< voxels of at least this share of the greatest value are the object's
};

/// One of the built-in shapes, see `shape_names`. `size_angstrom` are the diameters along z, y, x
/// of an ellipsoid or sphere (first) or disc (height, diameter); other shapes have their own.
/// Throws a usage `Error` for unknown names and sizes that make no sense.
ObjectDensity shape_density(std::string_view name, const std::array<double, 3>& size_angstrom,
                            const DensityOptions& options);

/// Names that `shape_density` takes.
const std::vector<std::string>& shape_names();

/// From atoms: the scattering potential of each, integrated over fine voxels, less that of the
/// water it displaces; then cut in Fourier space to the resolution. Files without hydrogens get 1.5
/// of them on each carbon. The centre of mass comes to the cube's centre. Throws `Error` that names
/// `object` for structures without atoms or too large for a cube of 256 voxels. Source: Peng 1999;
/// Fraser et al. 1978 for the solvent.
ObjectDensity structure_density(const Structure& structure, const DensityOptions& options,
                                std::string_view object = "structure");

/// From a map: values below `threshold` become 0, the centre of mass of the rest comes to the
/// cube's centre, its mean (weighted by itself) becomes `potential` V; then resampled. A threshold
/// that is not set is a tenth of the greatest value. Throws `Error` that names `object` for maps
/// that are empty, not finite, longer than 512 voxels or of unknown voxel size.
ObjectDensity map_density(VolumeView<const float> map, double map_voxel_size_angstrom,
                          std::optional<double> threshold, double potential,
                          const DensityOptions& options, std::string_view object = "map");

/// One kind of object of a scene.
struct SceneClass {
  std::string name;
  int label = 0;  ///< 1 to 255; 0 for decoys, which leave the labels as they are
  ObjectDensity density;
  double scale = 1;        ///< factor on the density
  std::int64_t count = 0;  ///< objects; with a packing, their share among the classes
  bool on_membrane =
      false;  ///< centred above a membrane with the z axis of its density along the normal
  double membrane_angstrom = 0;  ///< on a membrane: height of the centre above its middle; else the
                                 ///< least distance of mask and membrane
};

enum class MembraneKind { Plane, Vesicle };

/// Membranes of one kind; each gets a random place, size and shape within these bounds.
struct SceneMembrane {
  MembraneKind kind = MembraneKind::Vesicle;
  int count = 1;
  int layers = 1;                    ///< bilayers one inside (beside) the other
  double spacing_angstrom = 250;     ///< between the middles of layers
  double thickness_angstrom = 40;    ///< between the head groups of one layer
  double radius_low_angstrom = 400;  ///< of vesicles
  double radius_high_angstrom = 800;
  double aspect = 1.3;            ///< of vesicles: longest by shortest radius, at most
  double curvature_angstrom = 0;  ///< of planes: amplitude of their waves
  double wavelength_angstrom = 3000;
  double tilt_deg = 20;  ///< of planes: largest angle between them and the beam
  double peak = 3;       ///< V, in the head groups
};

struct SceneOptions {
  Extent3 extent;
  double voxel_size_angstrom = 13.68;
  std::uint64_t seed = 0;
  std::vector<SceneClass> classes;
  std::vector<SceneMembrane> membranes;
  int membrane_label = 0;    ///< 0: membranes leave the labels as they are
  double gap_voxels = 1;     ///< least distance between objects
  double border_voxels = 0;  ///< least distance between objects and the faces of the volume
  double packing =
      0;  ///< share of the volume within objects to reach; 0: the counts are numbers of objects
  std::int64_t tries = 5000;         ///< places tried for an object before it is given up
  std::optional<ParticleList> list;  ///< places and orientations instead of random ones; class
                                     ///< labels are those of `classes`
  int threads = 0;                   ///< 0: all
};

/// Everything that is true about a tomogram. Volumes have the extent of the options.
struct Scene {
  Volume<float> density;        ///< V
  Volume<std::uint8_t> labels;  ///< class labels
  Volume<std::int32_t>
      instances;  ///< number of the object, from 1, in the order of `objects`; 0 for none
  Volume<std::uint8_t> membranes;  ///< number of the membrane, from 1; 0 for none
  std::vector<Particle>
      objects;  ///< all of them; `class_label` is the index in the classes, from 1
  std::vector<std::int64_t> asked;   ///< by class
  std::vector<std::int64_t> placed;  ///< by class
  double packing = 0;                ///< share of the volume within objects
};

/// Places objects largest first, each with a uniform random orientation, at the first of `tries`
/// random places where its mask touches neither another object's (with the gap) nor a membrane.
/// With a list nothing is tried: objects lie where it says. Deterministic by the seed, whatever the
/// number of threads. Throws `Error` for options that make no sense.
Scene make_scene(const SceneOptions& options, Observer* observer = nullptr);

enum class NoiseModel {
  None,
  Gaussian,  ///< white, to reach a signal-to-noise ratio: partly before the CTF (structure), partly
             ///< after it (detector)
  Dose,      ///< of the electron counts; densities are volts and the specimen a weak phase object
};

enum class Interpolation { Linear, Cubic };
enum class TiltOrder { Symmetric, Sequential };

struct ImagingOptions {
  double tilt_first_deg = -60, tilt_last_deg = 60, tilt_step_deg = 2;
  bool with_ctf = true;
  CtfOptions ctf;
  NoiseModel noise = NoiseModel::Gaussian;
  double snr = 0.1;  ///< variance of signal by variance of noise, over whole images after the CTF
  double noise_before_ctf = 0.5;  ///< its share of the two white fields' variance
  double dose = 0;                ///< electrons per Å² in all; 0: no damping by dose
  TiltOrder order = TiltOrder::Symmetric;
  double shift_error_angstrom =
      0;  ///< standard deviation of what alignment left over, along each axis of the images
  double angle_error_deg = 0;  ///< standard deviation, of the tilt angles
  bool cover_volume =
      true;  ///< images wide enough for the volume at all tilts; otherwise as wide as the volume
  Interpolation interpolation = Interpolation::Cubic;
  bool bright = false;    ///< objects bright; otherwise dark, as recorded
  bool normalize = true;  ///< mean 0 and standard deviation 1
  bool keep_projections = false;
  bool keep_clean = false;
  std::uint64_t seed = 0;
  int threads = 0;  ///< 0: all
};

/// Signal to noise of one tilt series, by the definitions in use.
struct SignalToNoise {
  double projections = 0;  ///< variance of signal by variance of noise, whole images, mean over the
                           ///< tilts: the paper's
  double mean_by_sigma =
      0;  ///< mean of the signal's size by the standard deviation of the noise, in images: PolNet's
  double in_masks =
      0;  ///< variance of signal by variance of noise within the objects of the tomogram
};

struct ImagedScene {
  Volume<float> tomogram;
  Volume<float>
      clean;  ///< reconstruction without noise, where it was asked for; the tomogram's scale
  Volume<float> projections;      ///< (tilt, y, x), noisy, where they were asked for
  std::vector<double> tilts_deg;  ///< as the reconstruction takes them
  std::vector<double> doses;      ///< received before each tilt, electrons per Å²
  std::vector<double> defocus_angstrom;
  SignalToNoise snr;
};

/// Projects along the beam, applies CTF and dose, adds noise, and reconstructs by weighted
/// back-projection (ramp). `inside`, if given, are the voxels over which the signal to noise ratio
/// of the tomogram is taken: those that are not 0. A point at (x, z) from the volume's centre
/// (voxel n / 2) appears at u = x cos α + z sin α from the images' centre. Deterministic by the
/// seed, whatever the number of threads. Cost: about 6 s on 2 cores for 200x512x512 voxels and 61
/// tilts.
ImagedScene image_scene(VolumeView<const float> density,
                        const VolumeView<const std::int32_t>* inside, double voxel_size_angstrom,
                        const ImagingOptions& options, Observer* observer = nullptr);

/// Upper bound of the memory that scene and image take together, in bytes.
std::int64_t simulate_bytes(const Extent3& extent, double voxel_size_angstrom,
                            const ImagingOptions& options, int threads);

}  // namespace dfe
