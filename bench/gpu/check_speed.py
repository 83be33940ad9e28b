# SPDX-License-Identifier: Apache-2.0
"""Steps of gpu_check that ask how fast it is, PyTorch on the same GPU included."""

import json
import os
import pathlib
import struct
import sys
import tempfile
import time

from check_session import HERE, Failed, beside

BATCH = 5
TORCH_SCRIPT = HERE / "torch_slabs.py"


def ceilings(session):
    return session.objects([sys.executable, TORCH_SCRIPT, "ceilings", session.device], 40)[-1]


def layers(session):
    found = {}
    ceiling = session.result_of("ceilings").get("matmul_tflops", {})
    slab = [session.slab, session.full[1], session.full[2]]
    for precision in session.precisions[:3]:
        found[precision] = session.bench_objects(
            "layer", 90, "layers", session.device, precision, *slab, 0.05
        )
        for layer in found[precision]:
            if ceiling.get(precision):
                layer["share_of_ceiling"] = round(layer["tflops"] / ceiling[precision], 3)
    return found


def extent_for(session, precision):
    """All of the volume; of tf32, whose tensors are twice as large, half of it."""
    full = session.full
    return [full[0] // 2, *full[1:]] if precision == "tf32" else full


def network(session):
    found, bad = {}, []
    for precision in session.precisions[:3]:
        extent = extent_for(session, precision)
        arguments = ["network", session.device, precision, *extent, session.slab, 3]
        try:
            runs = session.bench_objects("run", 60, *arguments)
        except Failed as failure:
            bad.append(f"{precision}: {failure.args[0]}")
            continue
        found[precision] = {
            **min(runs, key=lambda o: o["seconds"]),
            "all_seconds": [o["seconds"] for o in runs],
            "repeats_equal": len({o["checksum"] for o in runs}) == 1,
        }
        if not found[precision]["repeats_equal"]:
            bad.append(f"{precision}: runs differ")
    if bad:
        raise Failed("; ".join(bad), found)
    return found


def write_tomogram(path, extent):
    """An MRC file of random int8 voxels, at most 32 different planes of them."""
    z, y, x = extent
    header = bytearray(1024)
    shape = [x, y, z, 0, 0, 0, 0, x, y, z]
    cell = [13.68 * x, 13.68 * y, 13.68 * z, 90, 90, 90]
    struct.pack_into("<10i6f3i", header, 0, *shape, *cell, 1, 2, 3)
    header[208:216] = b"MAP \x44\x44\x00\x00"
    planes = [os.urandom(y * x) for _ in range(min(z, 32))]
    with open(path, "wb") as file:
        file.write(header)
        for plane in range(z):
            file.write(planes[plane % len(planes)])


def pick(session, *inputs_and_outputs):
    """Seconds of `dfengine pick` and its results."""
    device = session.device if session.device != "stand-in" else "cpu"
    command = [session.folder / "dfengine", "pick", *inputs_and_outputs]
    command += ["--weights", beside("nine_classes.h5", "models"), "--radius", 8, "--overwrite"]
    command += ["--device", device, "--quiet", "--json"]
    start = time.monotonic()
    lines, trouble = session.run(command, 60)
    seconds = time.monotonic() - start
    if trouble:
        raise Failed(f"{trouble}: {' '.join(lines[-3:])}")
    return round(seconds, 3), json.loads(" ".join(lines))["results"]


def files(session):
    """The program itself: a file of int8 voxels to files of labels and particles, with the seconds
    of its stages."""
    extent = session.full if session.on_gpu else [16, 24, 32]
    found = {"extent": extent, "runs": []}
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        tomogram, labels, picks = (
            folder / "tomogram.mrc",
            folder / "labels.mrc",
            folder / "picks.csv",
        )
        write_tomogram(tomogram, extent)
        try:
            for _ in range(3):
                seconds, results = pick(session, tomogram, "-o", picks, "--labels", labels)
                found["runs"].append({"seconds": seconds, "stages": results[0]["seconds"]})
                if labels.stat().st_size < extent[0] * extent[1] * extent[2]:
                    raise Failed("the label file is too short")
            # of several tomograms all but the first begin with everything prepared, and are written
            # while the next is computed
            several = [folder / f"t{i}.mrc" for i in range(BATCH)]
            for link in several:
                os.link(tomogram, link)
            one = min(r["seconds"] for r in found["runs"])
            seconds, results = pick(session, *several, "-o", scratch, "--labels", scratch)
        except Failed as failure:
            raise Failed(failure.args[0], found) from None
    found["batch"] = {
        "tomograms": BATCH,
        "seconds": seconds,
        "seconds_of_each_more": round((seconds - one) / (BATCH - 1), 3),
        "stages": [r["seconds"] for r in results],
    }
    return found


def pytorch(session):
    found = {}
    for precision in session.precisions[:3]:
        extent = extent_for(session, precision)
        command = [sys.executable, TORCH_SCRIPT, "network", session.device, precision, *extent]
        found[precision] = session.objects([*command, session.slab], 60)[-1]
    return found
