#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What list_formats_b.py checks with: the list, dfengine, and comparisons with the list."""

import importlib.metadata
import pathlib
import subprocess
import sys

import numpy as np
import pandas
import starfile
from scipy.spatial.transform import Rotation

DFENGINE, FOLDER = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]).resolve()
VOXEL = 10.0
SIZES = {"TS_01": (64, 80, 101), "TS_02": (77, 91, 50)}  # x, y, z
NAMES = {1: "ribosome", 2: "proteasome"}
checks = 0


def dfengine(*arguments, fails=False):
    result = subprocess.run([DFENGINE, *map(str, arguments)], cwd=FOLDER, capture_output=True,
                            text=True)
    assert (result.returncode != 0) == fails, (arguments, result.stdout, result.stderr)
    return result.stdout + result.stderr


def convert(source, target, *options):
    dfengine("convert", source, target, "--tomograms", "tomograms.star", "--overwrite", *options)
    return FOLDER / target


def version(package):
    return f"{package} {importlib.metadata.version(package)}"


def report(text, **differences):
    """Every difference must be below its limit: ('positions', found, limit)."""
    global checks
    checks += 1
    for name, (found, limit) in differences.items():
        assert found <= limit, (text, name, found, limit)
    worst = ", ".join(f"{name} {found:.1g}" for name, (found, _) in differences.items())
    print(f"{text}: {worst}" if worst else text)


def make_truth():
    random = np.random.default_rng(17)
    rows = []
    for i in range(40):
        tomogram = "TS_01" if i < 25 else "TS_02"
        rows.append({"tomogram": tomogram, "object_id": i + 1, "class_label": 1 + i % 2,
                     "class_name": NAMES[1 + i % 2],
                     **dict(zip("xyz", random.uniform(2, np.array(SIZES[tomogram]) - 3))),
                     "voxel_size_angstrom": VOXEL,
                     "score": round(random.uniform(0.1, 1), 4)})
    truth = pandas.DataFrame(rows)
    rotations = Rotation.random(len(truth), random_state=5)
    # RELION: the matrix of rot, tilt, psi is (Rz(rot) Ry(tilt) Rz(psi)) transposed
    truth[["rot", "tilt", "psi"]] = rotations.inv().as_euler("ZYZ", degrees=True)
    truth.to_csv(FOLDER / "truth.csv", index=False)
    starfile.write({"global": pandas.DataFrame({
        "rlnTomoName": list(SIZES), "rlnTomoSizeX": [s[0] for s in SIZES.values()],
        "rlnTomoSizeY": [s[1] for s in SIZES.values()],
        "rlnTomoSizeZ": [s[2] for s in SIZES.values()],
        "rlnTomoTiltSeriesPixelSize": VOXEL, "rlnTomoTomogramBinning": 1.0})},
        FOLDER / "tomograms.star")
    return truth, rotations.as_matrix()


def positions_of(frame, columns):
    return frame[columns].to_numpy(float)


def distance(a, b):
    return float(np.abs(np.asarray(a, float) - np.asarray(b, float)).max())


def matrices(frame, rot="rlnAngleRot", tilt="rlnAngleTilt", psi="rlnAnglePsi"):
    angles = frame[[rot, tilt, psi]].to_numpy(float)
    return Rotation.from_euler("ZYZ", angles, degrees=True).inv().as_matrix()


def back(source, *options):
    """A list as dfengine reads it, by way of CSV."""
    return pandas.read_csv(convert(source, "back.csv", *options))


def same_as_truth(frame, truth, rotations, turned=True, limit=1e-3):
    """A list that came back, in any order."""
    assert len(frame) == len(truth)
    frame = frame.sort_values("score").reset_index(drop=True)
    order = np.argsort(truth["score"].to_numpy(), kind="stable")
    assert distance(frame["score"], truth["score"].to_numpy()[order]) < 1e-5
    found = {"positions": (distance(frame[["x", "y", "z"]], truth[["x", "y", "z"]].iloc[order]),
                           limit)}
    if turned:
        turned_by = matrices(frame, "rot", "tilt", "psi")
        found["matrices"] = (distance(turned_by, rotations[order]), 1e-6)  # 6e-5 degrees
    return found
