// SPDX-License-Identifier: Apache-2.0
// Simulation of tomograms with known truth, in three steps, each a function: a density for each
// class of object; a scene that places the objects; and an image of the scene through microscope
// and reconstruction. A scene can be imaged several times.
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

/// Electron scattering factor of one element: Σ a·exp(-b·s²) with s = sin(θ)/λ in 1/Å, a in Å and b
/// in Å². Source: International Tables for Crystallography C, table 4.3.2.2.
struct ScatteringFactor {
  std::array<double, 5> a{}, b{};
  double mass_dalton = 0;  ///< atomic mass
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

/// The shape of an object: its scattering potential minus that of the surrounding ice, and the
/// voxels that belong to the object.
struct ObjectDensity {
  Volume<float> values;  ///< in volts; a cube whose voxel size is half the tomogram's, centred on
                         ///< voxel n / 2
  Volume<float>
      mask;  ///< 1 inside, 0 outside; a cube with the tomogram's voxel size, centred on voxel n / 2
  double voxel_size_angstrom = 0;  ///< of the tomogram
};

struct DensityOptions {
  double voxel_size_angstrom = 13.68;  ///< of the tomogram, 0.1 to 1000
  double resolution_angstrom = 0;  ///< low-pass filter; at least twice the voxel size, also for 0
  double mask_threshold =
      0.3;  ///< voxels of at least this fraction of the maximum belong to the object
};

/// Density of a built-in shape, see `shape_names`. `size_angstrom`, in Å, is (z, y, x diameters) of
/// an ellipsoid, (diameter, -, -) of a sphere or gold bead, (height, diameter, -) of a disc,
/// (height, outer diameter, inner diameter) of a tube and (thickness between the head groups,
/// diameter, -) of a piece of membrane; unused values must be in range, too. The other shapes have
/// a fixed size and ignore it. Throws a usage `Error` for unknown names, sizes outside 1 to 100,000
/// Å and options out of range; `Error` if the shape is too large.
ObjectDensity shape_density(std::string_view name, const std::array<double, 3>& size_angstrom,
                            const DensityOptions& options);

/// The names of the built-in shapes.
const std::vector<std::string>& shape_names();

/// Density of an atomic model: the scattering potential of each atom, integrated over fine voxels,
/// minus that of the water it displaces, then low-pass filtered to the resolution. If the model has
/// no hydrogens, 1.5 of them are added to each carbon. The centre of mass is at the cube's centre.
/// Throws a usage `Error` for options out of range, and an `Error` that names `object` for models
/// without atoms or too large for a cube of 256 voxels. Source: Peng (1999) for the atoms, Fraser
/// et al. (1978) for the solvent.
ObjectDensity structure_density(const Structure& structure, const DensityOptions& options,
                                std::string_view object = "structure");

/// Density of a map: values below `threshold` become 0, the rest is centred on its centre of mass,
/// scaled so that its mean weighted by itself, Σv²/Σv, is `potential` volts, and resampled. An
/// unset threshold is a tenth of the maximum. Throws a usage `Error` for an unknown voxel size and
/// options out of range, and an `Error` that names `object` for maps that are empty, not finite, or
/// longer than 512 voxels.
ObjectDensity map_density(VolumeView<const float> map, double map_voxel_size_angstrom,
                          std::optional<double> threshold, double potential,
                          const DensityOptions& options, std::string_view object = "map");

/// One class of objects in a scene.
struct SceneClass {
  std::string name;
  int label = 0;  ///< 1 to 255; 0 for decoys, which are not labelled
  ObjectDensity density;
  double scale = 1;        ///< factor applied to the density
  std::int64_t count = 0;  ///< number of objects; with `packing`, the proportion among the classes
  bool on_membrane =
      false;  ///< place the objects on membranes, the z axis of the density along the normal
  double membrane_angstrom = 0;  ///< with `on_membrane`: height of the object's centre above the
                                 ///< membrane's middle; else least distance of mask and membrane
};

enum class MembraneKind { Plane, Vesicle };

/// Membranes of one kind. Each gets a random place, size and shape within these limits.
struct SceneMembrane {
  MembraneKind kind = MembraneKind::Vesicle;
  int count = 1;
  int layers = 1;                     ///< concentric (vesicles) or parallel (planes) bilayers
  double spacing_angstrom = 250;      ///< between the middles of layers
  double thickness_angstrom = 40;     ///< between the head groups of one layer
  double radius_low_angstrom = 400;   ///< vesicles: smallest radius
  double radius_high_angstrom = 800;  ///< vesicles: largest radius
  double aspect = 1.3;                ///< vesicles: maximum of longest / shortest radius
  double curvature_angstrom = 0;      ///< planes: amplitude of their waves
  double wavelength_angstrom = 3000;  ///< planes: length of their waves
  double tilt_deg = 20;               ///< planes: largest angle between plane and beam
  double peak = 3;                    ///< potential of the head groups in volts
};

struct SceneOptions {
  Extent3 extent;
  double voxel_size_angstrom = 13.68;
  std::uint64_t seed = 0;
  std::vector<SceneClass> classes;
  std::vector<SceneMembrane> membranes;
  int membrane_label = 0;    ///< label of membrane voxels; 0: membranes are not labelled
  double gap_voxels = 1;     ///< least distance between objects, 0 to 32
  double border_voxels = 0;  ///< least distance between objects and the faces of the volume
  double packing =
      0;  ///< fraction of the volume to fill with objects, up to 0.6; 0: `count` is a number
  std::int64_t tries = 5000;         ///< places tried before an object is given up
  std::optional<ParticleList> list;  ///< positions and orientations instead of random ones; its
                                     ///< class labels are those of `classes`
  int threads = 0;                   ///< 0: all
};

/// The truth of a simulated tomogram. All volumes have the extent of the options.
struct Scene {
  Volume<float> density;        ///< potential in volts
  Volume<std::uint8_t> labels;  ///< class labels
  Volume<std::int32_t>
      instances;  ///< number of the object, from 1, in the order of `objects`; 0 for none
  Volume<std::uint8_t> membranes;  ///< number of the membrane, from 1; 0 for none
  std::vector<Particle>
      objects;  ///< all objects; `class_label` is the index in `classes`, counted from 1
  std::vector<std::int64_t> asked;   ///< number of objects wanted, by class
  std::vector<std::int64_t> placed;  ///< number of objects placed, by class
  double packing = 0;                ///< fraction of the volume that objects fill
};

/// Makes a scene. Objects are placed largest first, each with a uniformly random orientation, at
/// the first of `tries` random places where its mask touches no other object (with the gap) and no
/// membrane. With a list, objects are placed exactly where the list says. The result depends on the
/// seed but not on the number of threads. Throws a usage `Error` for options out of range or that
/// contradict each other; `Error` for positions of the list that are far outside, and if the
/// observer cancels.
Scene make_scene(const SceneOptions& options, Observer* observer = nullptr);

enum class NoiseModel {
  None,
  Gaussian,  ///< white noise scaled to a signal-to-noise ratio: part of it before the CTF
             ///< (structure), part after it (detector)
  Dose,      ///< counting noise of the electrons; the specimen is a weak phase object
};

enum class Interpolation { Linear, Cubic };
enum class TiltOrder { Symmetric, Sequential };

struct ImagingOptions {
  double tilt_first_deg = -60, tilt_last_deg = 60, tilt_step_deg = 2;
  bool with_ctf = true;  ///< apply the CTF of `ctf`
  CtfOptions ctf;
  NoiseModel noise = NoiseModel::Gaussian;
  double snr = 0.1;  ///< for Gaussian noise: the variances of the signal in the images after the
                     ///< CTF, summed over the tilts, divided by the sum of the noise's
  double noise_before_ctf = 0.5;  ///< part of the white noise's variance that is added before the
                                  ///< CTF, 0 to 1
  double dose = 0;                ///< electrons per Å² of the tilt series; 0: no damping by dose
  TiltOrder order = TiltOrder::Symmetric;
  double shift_error_angstrom =
      0;  ///< standard deviation of the residual shift along each axis of the images
  double angle_error_deg = 0;  ///< standard deviation of the error of the tilt angles
  bool cover_volume =
      true;  ///< images wide enough for the volume at all tilts; otherwise as wide as the volume
  Interpolation interpolation = Interpolation::Cubic;
  bool bright = false;            ///< objects bright; otherwise dark, as recorded
  bool normalize = true;          ///< normalize the tomogram to mean 0 and standard deviation 1
  bool keep_projections = false;  ///< fill ImagedScene::projections
  bool keep_clean = false;        ///< fill ImagedScene::clean
  std::uint64_t seed = 0;
  int threads = 0;  ///< 0: all
};

/// Signal-to-noise ratios of one tilt series, by three definitions.
struct SignalToNoise {
  double projections = 0;    ///< sum over the tilts of the signal's variance / sum of the noise's
                             ///< variance, in whole images: as in the DeepFinder paper
  double mean_by_sigma = 0;  ///< mean absolute signal / root of the mean variance of the noise, in
                             ///< whole images, means over the tilts: as in PolNet
  double in_masks = 0;  ///< variance of the signal / variance of the noise in the voxels of objects
                        ///< of the tomogram
};

struct ImagedScene {
  Volume<float> tomogram;
  Volume<float>
      clean;  ///< reconstruction without noise, in the tomogram's scale; empty unless `keep_clean`
  Volume<float> projections;      ///< noisy images (tilt, y, x); empty unless `keep_projections`
  std::vector<double> tilts_deg;  ///< nominal angles, which the reconstruction uses
  std::vector<double> doses;      ///< received before each tilt, electrons per Å²
  std::vector<double> defocus_angstrom;  ///< of each tilt
  SignalToNoise snr;
};

/// Projects a density, (z, y, x) in volts, along the beam, applies CTF and dose, adds noise, and
/// reconstructs by weighted back-projection with a ramp filter. `inside`, if given, selects the
/// voxels (those that are not 0) for SignalToNoise::in_masks. At tilt angle α, a point at (x, z)
/// from the volume's centre, voxel n / 2, appears at u = x cos α + z sin α from the image's centre.
/// The result depends on the seed but not on the number of threads. Throws a usage `Error` for
/// options out of range; `Error` if `inside` has another extent, if Gaussian noise is wanted and
/// the images have no signal, and if the observer cancels. Cost: about 6 s on 2 cores for
/// 200x512x512 voxels and 61 tilts.
ImagedScene image_scene(VolumeView<const float> density,
                        const VolumeView<const std::int32_t>* inside, double voxel_size_angstrom,
                        const ImagingOptions& options, Observer* observer = nullptr);

/// Upper bound, in bytes, of the memory that `make_scene` and `image_scene` need together. Throws
/// what `image_scene` throws for its options.
std::int64_t simulate_bytes(const Extent3& extent, double voxel_size_angstrom,
                            const ImagingOptions& options, int threads);

}  // namespace dfe
