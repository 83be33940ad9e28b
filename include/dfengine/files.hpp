// SPDX-License-Identifier: Apache-2.0
// Files in and out for programs that hold volumes, labels, weights and particles in memory. Voxels
// are always in (z, y, x) order, x fastest; positions in voxels of the tomogram, 0-based, voxel
// centres at integers. Files that are written appear whole or not at all, and replace what was
// there. All functions throw `Error` naming the file, the fact and the remedy.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "label_map.hpp"
#include "particle.hpp"
#include "volume.hpp"
#include "volume_source.hpp"
#include "weights.hpp"

namespace dfe {

/// What a user may know better than a volume's file.
struct VolumeReadOptions {
  std::optional<double> voxel_size_angstrom;  ///< overrides the file's voxel size
  std::optional<bool> signed_bytes;           ///< overrides the guess for MRC mode 0
  std::string hdf5_dataset = "dataset";       ///< name of the dataset in HDF5 files
};

/// Opens an MRC (.mrc .rec .map .st .ali, also compressed by gzip or bzip2), HDF5 or EM volume, by
/// its content. Voxels are read when they are asked for, so a tomogram may be larger than memory;
/// compressed files alone are unpacked whole. What the file leaves open or contradicts is in the
/// source's `info().warnings`.
std::unique_ptr<VolumeSource> open_volume(const std::filesystem::path& path,
                                          const VolumeReadOptions& options = {});

/// All voxels of a source as float.
Volume<float> read_volume(const VolumeSource& source);

/// Writes voxels as MRC mode 2, HDF5 float32 (dataset `dataset`) or EM, by the file name's ending:
/// .mrc .rec .map .st .ali .mrcs .ccp4, .h5 .hdf5 .hdf, .em. The geometry, whose extent is that of
/// the voxels, goes into the header. Throws a usage `Error` for another ending.
void write_volume(const std::filesystem::path& path, VolumeView<const float> volume,
                  const VolumeGeometry& geometry);

/// Reads a volume of class labels with its geometry, and class names where the file has them
/// (HDF5). Throws `Error` unless every voxel is a whole number from 0 to 255.
LabelMap read_labels(const std::filesystem::path& path, const VolumeReadOptions& options = {});

/// Writes labels by the file name's ending, as `write_volume`: MRC mode 0 (mode 6 where a label
/// exceeds 127), HDF5 int8 (uint8) or EM.
void write_labels(const std::filesystem::path& path, const LabelMap& map);

/// Reads weights of the DeepFinder network in any layout that Keras writes (.h5, .keras), or of
/// dfengine. Throws `Error` naming the first layer that does not fit and what was expected. Class
/// names, voxel size, normalization and provenance come from dfengine's own attributes where the
/// file has them.
Weights read_weights(const std::filesystem::path& path);

/// Writes an HDF5 file that both `read_weights` and Keras' `load_weights` take. Throws `Error`
/// where shapes, widths and number of classes contradict one another, or a value is not finite.
void write_weights(const std::filesystem::path& path, const Weights& weights);

enum class ListFormat {
  Auto,  ///< by content when reading, by the file name's ending when writing
  Xml,   ///< DeepFinder object list
  Star,  ///< RELION; which version is found from the columns when reading, RELION 4 when writing
  Relion3,
  Relion4,
  Relion5,
  Csv,
  Tsv,
  Shrec,  ///< location file of the SHREC contest; read, not written
};

/// Order of the coordinates in DeepFinder XML lists: since April 2020 x is the fastest axis, before
/// that x was the slowest. And in location files of the SHREC contest: which coordinate is first.
enum class XmlAxes { Detect, Xyz, Zyx };

struct ListOptions {
  ListFormat format = ListFormat::Auto;
  XmlAxes xml_axes = XmlAxes::Detect;   ///< Detect looks at the positions, and warns
  std::optional<VoxelSize> voxel_size;  ///< of the tomogram; needed by formats in Å
  std::optional<Extent3>
      tomogram_extent;        ///< needed by RELION 5 (positions from the centre) and by `Detect`
  std::string tomogram_name;  ///< for particles whose list names none
  double relion_binning =
      1;  ///< b, tomogram voxel / unbinned pixel: RELION has voxel x at pixel b·x + (b - 1)/2
};

/// Reads a particle list: DeepFinder XML, RELION 3, 4 or 5 STAR, CSV, TSV or SHREC locations.
/// Throws `Error` naming line or object. Columns it does not know are kept in `extra_columns`, and
/// what it assumed stands in `warnings`.
ParticleList read_list(const std::filesystem::path& path, const ListOptions& options = {});

/// Writes a particle list in the format that `options` names, else by the file name's ending: .xml,
/// .star, .csv, .tsv. Throws `Error` for positions that are not finite and labels below 1.
void write_list(const std::filesystem::path& path, const ParticleList& list,
                const ListOptions& options = {});

}  // namespace dfe
