// SPDX-License-Identifier: Apache-2.0
// Reading and writing files for programs that hold volumes, labels, weights and particles in
// memory. Voxels are always in (z, y, x) order, x fastest. Positions are in voxels of the tomogram,
// 0-based, with voxel centres at integers. A written file appears complete or not at all, and
// replaces an existing one. All functions throw an `Error` that names the file, what is wrong and
// how to fix it.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "label_map.hpp"
#include "particle.hpp"
#include "volume.hpp"
#include "volume_source.hpp"
#include "weights.hpp"

namespace dfe {

/// What overrides the header of a volume file.
struct VolumeReadOptions {
  std::optional<double> voxel_size_angstrom;  ///< overrides the file's voxel size
  std::optional<bool> signed_bytes;           ///< of 8-bit voxels, in place of what the file says
  std::string part;  ///< volume in a file of several: HDF5 dataset, or number from 1 in an MRC
                     ///< stack; what the file name says after ':' comes first
};

/// Version of OME-Zarr: 0.4 is made of Zarr format 2, which copick and the CryoET Data Portal use;
/// 0.5 of Zarr format 3.
enum class OmeZarr { V04, V05 };

/// How a volume file is written.
struct VolumeWriteOptions {
  OmeZarr ome_zarr = OmeZarr::V04;
};

/// Opens an MRC (.mrc .rec .map .st .ali, also compressed by gzip or bzip2), HDF5, OME-Zarr, TIFF
/// or EM volume. The format is recognised by the content. Of an OME-Zarr folder the finest level is
/// read; another one is opened by its own path ("tomo.zarr/1"). Voxels are read on request, so a
/// tomogram may be larger than memory; only compressed MRC files are unpacked into memory, and of
/// Zarr volumes up to 1 GiB of chunks are kept. Missing or contradictory header
/// fields are listed in `info().warnings` of the result. A file with
/// several volumes needs the name of one: "file.h5:/path/to/dataset", "stack.mrcs:3" (the third).
std::unique_ptr<VolumeSource> open_volume(const std::filesystem::path& path,
                                          const VolumeReadOptions& options = {});

/// Reads all voxels of a source as float.
Volume<float> read_volume(const VolumeSource& source);

/// Writes voxels as MRC mode 2 (.mrc .rec .map .st .ali .mrcs .ccp4, also with .gz or .bz2), HDF5
/// float32 in the dataset `dataset` (.h5 .hdf5 .hdf), OME-Zarr float32 (.zarr), TIFF float32 (.tif
/// .tiff) or EM (.em), by the file extension. The geometry goes into the header; TIFF and EM keep
/// only the voxel size. Throws a usage `Error` for another extension, and `Error` for a volume
/// without voxels or a geometry of another extent.
void write_volume(const std::filesystem::path& path, VolumeView<const float> volume,
                  const VolumeGeometry& geometry, const VolumeWriteOptions& options = {});

/// Reads a volume of class labels with its geometry, and the class names if the file has them
/// (HDF5, OME-Zarr). Throws `Error` unless every voxel is a whole number from 0 to 255.
LabelMap read_labels(const std::filesystem::path& path, const VolumeReadOptions& options = {});

/// Writes labels as MRC mode 0 (mode 6 if a label exceeds 127), HDF5 int8 (uint8 then), OME-Zarr or
/// TIFF uint8, or EM, by the file extension. Extensions and errors are those of `write_volume`.
void write_labels(const std::filesystem::path& path, const LabelMap& map,
                  const VolumeWriteOptions& options = {});

/// Reads weights of the DeepFinder network in any layout that Keras writes (.h5, .keras), or in
/// dfengine's own. Class names, voxel size, normalization and provenance come from dfengine's
/// attributes, if the file has them. Throws an `Error` that names the first layer that does not fit
/// and what was expected.
Weights read_weights(const std::filesystem::path& path);

/// Writes an HDF5 file that both `read_weights` and Keras' `load_weights` read. Throws `Error` if
/// shapes, widths and number of classes contradict each other, or if a value is not finite.
void write_weights(const std::filesystem::path& path, const Weights& weights);

enum class ListFormat {
  Auto,  ///< by the content when reading, by the file extension when writing
  Xml,   ///< DeepFinder object list
  Star,  ///< RELION; read: the version follows from the columns; written: RELION 4
  Relion3,
  Relion4,
  Relion5,
  Csv,
  Tsv,
  Shrec,          ///< particle locations of the SHREC contest; read only
  Copick,         ///< picks of copick, JSON
  CopickCsv,      ///< picks of copick as CSV, for 'copick add picks'; read: as Csv
  Eman2,          ///< info file of EMAN2, JSON
  Warp,           ///< RELION 3's STAR as Warp takes it; read: as Star
  Relion5Import,  ///< for RELION 5's import job: a STAR file per tomogram, and one that names them
  Czii,           ///< submission of the CZII challenge; read: as Csv
  Coords,         ///< .coords of crYOLO and TomoTwin: x y z
  DeepEtPicker,   ///< .coords of DeepETPicker: class x y z
  Cbox,           ///< crYOLO boxes
  Markers,        ///< ChimeraX markers, .cmm
  Napari,         ///< napari points; read: as Csv
  Dynamo,         ///< table (.tbl), with the names of tomograms in NAME.doc beside it
  Imod,           ///< binary model (.mod)
  Motl,           ///< motive list of TOM and AV3 in an EM file of 20 x N values
  MotlCsv,        ///< the same as 20 columns without a header
  Stopgap,        ///< motive list in a STAR file
};

/// Order of the coordinates in DeepFinder XML lists and SHREC location files. In XML lists x is the
/// fastest axis since April 2020 (Xyz) and was the slowest before (Zyx). In SHREC files it tells
/// which coordinate comes first.
enum class XmlAxes { Detect, Xyz, Zyx };

/// What the user calls the settings of a list, for messages.
struct ListSettings {
  std::string format = "--from", axes = "--axes", binning = "--input-binning",
              tomogram = "--tomogram", tomograms = "--like or --tomograms",
              voxel_size = "--voxel-size";
  std::string known_binning = {};  ///< of the list that `ListOptions::tomograms` are from, or empty
};

/// How to read or write a list. A list and a tomogram of the same name that state voxel sizes more
/// than 1 % apart contradict each other: an error, unless `binning` or `voxel_size` decide.
struct ListOptions {
  ListFormat format = ListFormat::Auto;
  XmlAxes xml_axes = XmlAxes::Detect;  ///< Detect: stated by the list, found from the tomogram, or
                                       ///< guessed from the positions, with a warning
  std::function<std::optional<XmlAxes>(ParticleList& list, const std::string& name)>
      find_axes;  ///< decides where the list states no order and the tomogram's size fits both; it
                  ///< gets the list with x as the fastest axis, and may add a warning or throw
  std::optional<VoxelSize> voxel_size;  ///< of the tomograms, instead of what files state
  std::vector<ListTomogram> tomograms;  ///< what is known of the tomograms. One without a name is
                                        ///< that of a list with a single tomogram
  std::string tomogram_name;            ///< for particles whose list names no tomogram
  /// b, pixels of the list per voxel of the tomogram along an edge: voxel x is pixel
  /// b·x + (b - 1)/2. Reading: 1 if absent, and RELION 5's from its pixel size. Writing: as
  /// `ListTomogram::binning` for RELION 4 and 5 if absent, else 1.
  std::optional<double> binning;
  /// Reading: whether a position is an error that needs a size or voxel size which nobody tells. If
  /// not, it is NaN, for callers who only describe a list.
  bool need_positions = true;
  ListSettings settings;
};

/// Reads a particle list in any format of `ListFormat`.
/// Unknown columns are kept in `extra_columns`; what the reader assumed is in `warnings`. Throws an
/// `Error` that names the line or object.
ParticleList read_list(const std::filesystem::path& path, const ListOptions& options = {});

/// Writes a particle list in the format of `options`, or by the file extension: .xml, .star, .csv,
/// .tsv, .json, .coords, .cbox, .cmm, .tbl, .mod, .em. A Dynamo table gets a file NAME.doc with the
/// names of its tomograms. Where a file of the format has one tomogram, `path` may be a folder.
/// Returns one sentence for everything that the list has and the format cannot keep. Throws `Error`
/// for positions that are not finite, labels below 1 and formats that cannot be written.
std::vector<std::string> write_list(const std::filesystem::path& path, const ParticleList& list,
                                    const ListOptions& options = {});

}  // namespace dfe
