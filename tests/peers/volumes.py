#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""OME-Zarr and TIFF volumes against independent programs, voxel by voxel, both ways.

    volumes.py BUILD/tests/io/volumes/copy_volume

copy_volume reads a volume and writes it in the format of the second name. What zarr, ome-zarr,
copick and tifffile write must arrive in MRC (read here with mrcfile) with every voxel, the voxel
size and the origin; what dfengine writes must be read by them the same. Parts whose package is
missing are skipped by name. Run once per change of these formats; the product needs none of it.

Last runs, all checks good: zarr 3.1.6, ome-zarr 0.18.0, numcodecs 0.16.6, tifffile 2026.3.3,
mrcfile 1.5.4; and zarr 2.18.7, ome-zarr 0.11.1, numcodecs 0.15.2, copick 1.31.0.
"""

import json
import pathlib
import subprocess
import sys
import tempfile

import mrcfile
import numpy as np
import zarr

ZARR3 = int(zarr.__version__.split(".")[0]) >= 3
COPY = pathlib.Path(sys.argv[1]).resolve()
WORK = pathlib.Path(tempfile.mkdtemp())
SHAPE = (21, 34, 45)
TYPES = ["bool", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64", "uint64",
         "float16", "float32", "float64"]
done = 0


def check(good, what):
    global done
    if not good:
        sys.exit(f"FAILED: {what}")
    done += 1


def copy(source, target, *options, fails=False):
    run = subprocess.run([COPY, source, target, *options], capture_output=True, text=True)
    check((run.returncode != 0) == fails, f"copy {source} {target}: {run.stderr}")
    return run.stderr


def values(dtype, shape=SHAPE):
    data = np.random.default_rng(7).integers(0, 120, shape)
    if np.dtype(dtype).kind == "i":
        data = data - 60
    return (data > 50 if dtype == "bool" else data).astype(dtype)


def arrives(path, expected, voxel=None, origin=None, options=()):
    target = WORK / "arrived.mrc"
    said = copy(path, target, *options)
    with mrcfile.open(target) as file:
        check(file.data.shape == expected.shape, f"{path}: shape {file.data.shape}")
        check(np.array_equal(file.data, expected.astype(np.float32)), f"{path}: voxels")
        if voxel is not None:
            size = [float(file.voxel_size[a]) for a in "zyx"]
            check(np.allclose(size, voxel, rtol=1e-6), f"{path}: voxel size {size}")
        if origin is not None:
            place = [float(file.header.origin[a]) for a in "zyx"]
            check(np.allclose(place, origin, rtol=1e-6), f"{path}: origin {place}")
    return said


def zarr_v2_arrays():
    from numcodecs import Blosc, GZip, Zlib, Zstd

    codecs = {"raw": None, "gzip": GZip(5), "zlib": Zlib(3), "zstd": Zstd(3)}
    for name in ["lz4", "lz4hc", "zstd", "zlib", "blosclz"]:
        for shuffle in (0, 1, 2):
            codecs[f"blosc-{name}-{shuffle}"] = Blosc(cname=name, clevel=5, shuffle=shuffle)
    kind = {"zarr_format": 2} if ZARR3 else {}
    for name, codec in codecs.items():
        for separator in (".", "/"):
            path = WORK / f"v2-{name}-{separator == '/'}.zarr"
            data = values("float32")
            array = zarr.open(str(path), mode="w", shape=SHAPE, chunks=(8, 16, 20), dtype="f4",
                              compressor=codec, dimension_separator=separator, **kind)
            array[:] = data
            arrives(path, data)
    for dtype in TYPES:
        for order in "<>":
            for layout in "CF":
                data = values(dtype).astype(np.dtype(dtype).newbyteorder(order))
                path = WORK / f"v2-{dtype}-{order == '<'}-{layout}.zarr"
                array = zarr.open(str(path), mode="w", shape=SHAPE, chunks=(8, 16, 20),
                                  dtype=data.dtype, order=layout, **kind)
                array[:] = data
                arrives(path, data)
    path = WORK / "v2-fill.zarr"
    array = zarr.open(str(path), mode="w", shape=SHAPE, chunks=(8, 16, 20), dtype="f4",
                      fill_value=3.5, **kind)
    array[8:16] = 1
    said = arrives(path, np.asarray(array))
    check("18 of 27 chunk files do not exist" in said, said)


def zarr_v3_arrays():
    from zarr.codecs import (BloscCodec, BytesCodec, Crc32cCodec, GzipCodec, TransposeCodec,
                             ZstdCodec)

    codecs = {
        "raw": None,
        "gzip": GzipCodec(level=5),
        "zstd": ZstdCodec(level=3, checksum=True),
        "crc": Crc32cCodec(),
        "zstd-crc": [ZstdCodec(), Crc32cCodec()],
        "crc-zstd": [Crc32cCodec(), ZstdCodec()],
    }
    for name in ["lz4", "lz4hc", "zstd", "zlib", "blosclz"]:
        codecs[f"blosc-{name}"] = BloscCodec(cname=name, clevel=5, shuffle="bitshuffle", typesize=4)
    for name, codec in codecs.items():
        for shards in (None, (16, 32, 40)):
            for encoding in ("default", "v2"):
                path = WORK / f"v3-{name}-{shards is not None}-{encoding}.zarr"
                data = values("float32")
                array = zarr.create_array(
                    str(path), shape=SHAPE, chunks=(8, 16, 20), shards=shards, dtype="float32",
                    compressors=codec, chunk_key_encoding={"name": encoding, "separator": "."},
                    zarr_format=3)
                array[:] = data
                arrives(path, data)
    for dtype in TYPES:
        for endian in ("little", "big"):
            for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0)):
                path = WORK / f"v3-{dtype}-{endian}-{order}.zarr"
                data = values(dtype)
                array = zarr.create_array(
                    str(path), shape=SHAPE, chunks=(8, 16, 20), dtype=dtype, zarr_format=3,
                    filters=[TransposeCodec(order=order)], serializer=BytesCodec(endian=endian))
                array[:] = data
                arrives(path, data)
    from zarr.codecs import ShardingCodec
    for location in ("start", "end"):
        path = WORK / f"v3-shard-{location}.zarr"
        data = values("int16")
        array = zarr.create(
            store=str(path), shape=SHAPE, dtype="int16", zarr_format=3, chunks=(16, 32, 40),
            codecs=[ShardingCodec(chunk_shape=(8, 16, 20), index_location=location,
                                  codecs=[TransposeCodec(order=(2, 0, 1)), BytesCodec(),
                                          ZstdCodec()])])
        array[:16] = data[:16]
        expected = data.copy()
        expected[16:] = 0
        arrives(path, expected)


def ome_zarr_images():
    """Images by the reference writer, read; images of ours, read by the reference reader."""
    from ome_zarr.io import parse_url
    from ome_zarr.writer import write_image

    formats = {}
    if ZARR3:
        from ome_zarr.format import FormatV04, FormatV05
        formats = {"0.4": FormatV04(), "0.5": FormatV05()}
    else:
        from ome_zarr.format import FormatV04
        formats = {"0.4": FormatV04()}
    data = values("float32", (24, 36, 48))
    for version, kind in formats.items():
        for unit, factor in (("angstrom", 1), ("nanometer", 10), ("micrometer", 1e4)):
            path = WORK / f"ome-{version}-{unit}.zarr"
            axes = [{"name": a, "type": "space", "unit": unit} for a in "zyx"]
            steps = [[{"type": "scale", "scale": [13.5 * 2**i / factor] * 3},
                      {"type": "translation", "translation": [6.75 * (2**i - 1) / factor] * 3}]
                     for i in range(2)]
            store = parse_url(str(path), mode="w", fmt=kind)
            from ome_zarr.writer import write_multiscale
            write_multiscale([data, data[::2, ::2, ::2]], group=store_group(store, path, version),
                             fmt=kind, axes=axes, coordinate_transformations=steps)
            arrives(path, data, [13.5] * 3, [0] * 3)
            second = sorted(p.name for p in path.iterdir() if p.is_dir())[1]  # "1" or "s1"
            arrives(path / second, data[::2, ::2, ::2], [27] * 3, [6.75] * 3)
        path = WORK / f"ome-5d-{version}.zarr"
        store = parse_url(str(path), mode="w", fmt=kind)
        write_image(data[None, None], group=store_group(store, path, version), fmt=kind,
                    axes="tczyx")
        arrives(path, data)
    our_zarr(formats)


def store_group(location, path, version):
    if ZARR3:
        return zarr.open_group(str(path), mode="w", zarr_format=2 if version == "0.4" else 3)
    return zarr.group(location.store, overwrite=True)


def make_mrc(path, data, voxel, origin=(0, 0, 0)):
    with mrcfile.new(path, overwrite=True) as file:
        file.set_data(data)
        file.voxel_size = tuple(reversed(voxel))
        for axis, place in zip("zyx", origin):
            file.header.origin[axis] = place


def our_zarr(formats):
    from ome_zarr.io import parse_url
    from ome_zarr.reader import Reader

    shape, voxel, origin = (5, 300, 521), (10.25, 11.5, 12.0), (100.5, -20.0, 3.25)
    data = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    source = WORK / "source.mrc"
    make_mrc(source, data, voxel, origin)
    labels = WORK / "labels.mrc"
    make_mrc(labels, values("int8", shape) % 5 * (values("int8", shape) % 5 > 0), voxel, origin)
    for version in formats:
        path = WORK / f"ours-{version}.zarr"
        copy(source, path, version)
        levels = list(Reader(parse_url(str(path)))())[0]
        arrays = [np.asarray(level) for level in levels.data]
        check([a.shape for a in arrays] == [(5, 300, 521), (3, 150, 261), (2, 75, 131)],
              [a.shape for a in arrays])
        check(np.array_equal(arrays[0], data), "voxels of ours")
        mean = np.zeros(arrays[1].shape)
        for z in range(3):
            for x in range(261):
                part = data[2 * z:2 * z + 2, :, 2 * x:2 * x + 2].astype(np.float64)
                mean[z, :, x] = part.reshape(part.shape[0], 150, 2, -1).mean(axis=(0, 2, 3))
        check(np.allclose(arrays[1], mean, atol=1e-6), "level 1 of ours")
        check([a["name"] for a in levels.metadata["axes"]] == ["z", "y", "x"], "axes of ours")
        for i, steps in enumerate(levels.metadata["coordinateTransformations"]):
            scale = [v * 2**i for v in voxel]
            place = [o + v * (2**i - 1) / 2 for o, v in zip(origin, voxel)]
            check(np.allclose(steps[0]["scale"], scale, rtol=1e-6), f"scale {steps}")
            check(np.allclose(steps[1]["translation"], place, rtol=1e-6), f"place {steps}")
        arrives(path, data, voxel, origin)
        arrives(path / "1", arrays[1], [2 * v for v in voxel],
                [o + v / 2 for o, v in zip(origin, voxel)])
        validate(path, version)
        path = WORK / f"ours-labels-{version}.zarr"
        copy(labels, path, "labels", version)
        with mrcfile.open(labels) as file:
            check(np.array_equal(np.asarray(list(Reader(parse_url(str(path)))())[0].data[0]),
                                 file.data), "labels of ours")
        check(zarr.open(str(path), mode="r")["0"].dtype == np.uint8, "type of labels")


def validate(path, version):
    try:
        from ome_zarr_models import open_ome_zarr
    except ImportError:
        print("skipped: ome-zarr-models is not here")
        return
    image = open_ome_zarr(zarr.open_group(str(path), mode="r"))
    check(image.ome_zarr_version == version, f"ome-zarr-models: {image.ome_zarr_version}")


def copick_project():
    try:
        import copick
    except (ImportError, AttributeError):  # an old copick with a new zarr
        print("skipped: copick is not here, or does not work with this zarr")
        return
    root_folder = WORK / "copick"
    config = {
        "config_type": "filesystem", "name": "t", "description": "t", "version": "1.0",
        "pickable_objects": [{"name": "ribosome", "is_particle": True, "label": 1,
                              "color": [0, 0, 255, 255], "radius": 120}],
        "overlay_root": f"local://{root_folder}", "overlay_fs_args": {"auto_mkdir": True},
    }
    (WORK / "copick.json").write_text(json.dumps(config))
    root = copick.from_file(str(WORK / "copick.json"))
    run = root.new_run("TS_001")
    spacing = run.new_voxel_spacing(10.0)
    tomogram = spacing.new_tomogram("denoised")
    data = np.random.default_rng(2).normal(size=(20, 40, 50)).astype(np.float32)
    tomogram.from_numpy(data)
    folder = root_folder / "ExperimentRuns" / "TS_001"
    path = folder / "VoxelSpacing10.000" / "denoised.zarr"
    check(path.is_dir(), f"{path} is not where copick's layout has it")
    arrives(path, data, [10] * 3)
    segmentation = run.new_segmentation(10.0, "ribosome", "1", False, "user")
    segmentation.from_numpy((data > 1).astype(np.uint8))
    arrives(pathlib.Path(str(segmentation.path)) if hasattr(segmentation, "path") else
            next((folder / "Segmentations").glob("*.zarr")), data > 1, [10] * 3)
    # ours in the place of copick's
    ours = folder / "VoxelSpacing10.000" / "ours.zarr"
    copy(path, ours)
    labels = folder / "Segmentations" / "10.000_dfengine_1_ribosome.zarr"
    copy(next((folder / "Segmentations").glob("*.zarr")), labels, "labels")
    root = copick.from_file(str(WORK / "copick.json"))
    run = root.get_run("TS_001")
    check(np.array_equal(run.get_voxel_spacing(10.0).get_tomogram("ours").numpy(), data), "copick")
    found = run.get_segmentations(user_id="dfengine")
    check(len(found) == 1 and np.array_equal(found[0].numpy(), data > 1), "copick labels")


def tiff_stacks():
    try:
        import tifffile
    except ImportError:
        print("skipped: tifffile is not here")
        return
    for dtype in TYPES[1:]:
        data = values(dtype)
        for order in "<>":
            for options in ({}, {"compression": "zlib"}, {"compression": "zlib", "predictor": True},
                            {"compression": "lzw"}, {"tile": (16, 32)}, {"rowsperstrip": 5},
                            {"tile": (16, 32), "compression": "zlib"}, {"bigtiff": True}):
                if "predictor" in options and data.dtype.itemsize == 8:
                    continue
                path = WORK / "peer.tif"
                try:
                    tifffile.imwrite(path, data, byteorder=order, photometric="minisblack",
                                     **options)
                except (KeyError, ValueError, ImportError) as error:
                    print(f"skipped: tifffile cannot write {options}: {error}")
                    continue
                arrives(path, data)
    data = values("float32")
    for unit, factor in (("nm", 10), ("um", 1e4), ("angstrom", 1), ("\\u00B5m", 1e4)):
        path = WORK / "imagej.tif"
        tifffile.imwrite(path, data, imagej=True, resolution=(factor / 13.68, factor / 13.68),
                         metadata={"axes": "ZYX", "spacing": 13.68 / factor, "unit": unit})
        arrives(path, data, [13.68] * 3)
    tifffile.imwrite(WORK / "dpi.tif", data, resolution=(300, 300), resolutionunit="INCH")
    said = arrives(WORK / "dpi.tif", data, [0] * 3)
    check("not in the file" in said, said)
    tifffile.imwrite(WORK / "rgb.tif", np.zeros((5, 8, 9, 3), np.uint8), photometric="rgb")
    check("values per pixel" in copy(WORK / "rgb.tif", WORK / "x.mrc", fails=True), "colours")
    make_mrc(WORK / "source.mrc", data, (10.25, 11.5, 12.0))
    copy(WORK / "source.mrc", WORK / "ours.tif")
    with tifffile.TiffFile(WORK / "ours.tif") as file:
        check(file.is_imagej and np.array_equal(file.asarray(), data), "TIFF of ours")
        text = file.imagej_metadata
        check(text["unit"] == "angstrom" and abs(text["spacing"] - 10.25) < 1e-6, str(text))
        x = file.pages[0].tags["XResolution"].value
        check(abs(x[1] / x[0] - 12.0) < 1e-5, f"XResolution {x}")
    arrives(WORK / "ours.tif", data, (10.25, 11.5, 12.0))
    make_mrc(WORK / "labels.mrc", (values("int8") % 4 + 4) % 4, (10, 10, 10))
    copy(WORK / "labels.mrc", WORK / "labels.tif", "labels")
    check(tifffile.imread(WORK / "labels.tif").dtype == np.uint8, "type of labels")
    check(np.array_equal(tifffile.imread(WORK / "labels.tif"), (values("int8") % 4 + 4) % 4),
          "labels")


zarr_v2_arrays()
if ZARR3:
    zarr_v3_arrays()
else:
    print("skipped: zarr 2 has no format 3")
ome_zarr_images()
copick_project()
tiff_stacks()
print(f"{done} checks good")
