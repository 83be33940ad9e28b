#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Compares Dynamo tables, motive lists and IMOD models with independent programs, value by value.

    list_formats_a.py DFENGINE [--cryocat]

Forward: dfengine converts a CSV list to each format, and the peers must read the same positions,
orientations, classes, scores and numbers. Back: the peers write files, and dfengine must convert
them to the CSV that follows from their numbers. Needs numpy, pandas, scipy, dynamotable,
eulerangles, emfile, starfile and imodmodel from PyPI, and cryocat with --cryocat. Prints a line per
check; run once for each change of the formats, with the result in docs/particle_lists.md.
"""

import argparse
import importlib.metadata
import os
import subprocess
import sys
import tempfile

import dynamotable
import emfile
import eulerangles
import imodmodel
import numpy as np
import pandas as pd
import starfile
from scipy.spatial.transform import Rotation

POSITION, ANGLE = 1e-3, 1e-4  # voxels, degrees
COUNT = 40


def particles():
    """Positions from 0 in voxels, rotations of the reference onto the particle."""
    rng = np.random.default_rng(7)
    rotations = Rotation.random(COUNT, random_state=5)
    return pd.DataFrame({
        "tomogram": ["TS_01" if i % 2 else "TS_02" for i in range(COUNT)],
        "object_id": 100 + np.arange(COUNT)[::-1],
        "class_label": 1 + np.arange(COUNT) // 20,
        "x": rng.uniform(0, 900, COUNT).round(4),
        "y": rng.uniform(0, 900, COUNT).round(4),
        "z": rng.uniform(0, 300, COUNT).round(4),
        "voxel_size_angstrom": 13.5,
        "score": rng.uniform(0.1, 1, COUNT).round(5),
    }), rotations


def relion_angles(rotations):
    """rot, tilt, psi of R = (Rz(rot)·Ry(tilt)·Rz(psi))ᵀ, by eulerangles."""
    return eulerangles.matrix2euler(
        rotations.as_matrix().transpose(0, 2, 1), axes="zyz", intrinsic=True,
        right_handed_rotation=True)


class Checker:
    def __init__(self, dfengine, folder):
        self.dfengine, self.folder, self.failed = dfengine, folder, 0

    def path(self, name):
        return os.path.join(self.folder, name)

    def convert(self, source, target, *options):
        subprocess.run([self.dfengine, "convert", self.path(source), self.path(target),
                        "--overwrite", "--quiet", *options], check=True)
        return self.path(target)

    def near(self, what, got, expected, tolerance):
        got, expected = np.asarray(got, float), np.asarray(expected, float)
        good = got.shape == expected.shape
        worst = np.abs(got - expected).max() if good else np.inf
        self.report(what, worst <= tolerance, f"{worst:.2g} (limit {tolerance:g})")

    def same(self, what, got, expected):
        self.report(what, list(got) == list(expected), "equal" if list(got) == list(expected)
                    else f"{list(got)[:5]} instead of {list(expected)[:5]}")

    def angles(self, what, got, expected):
        self.near(what, np.degrees((got * expected.inv()).magnitude()), np.zeros(COUNT), ANGLE)

    def report(self, what, good, text):
        print(f"{'ok  ' if good else 'FAIL'} {what}: {text}")
        self.failed += not good


def dynamo_rotation(table):
    """R is the transpose of Dynamo's matrix, extrinsic zxz."""
    angles = table[["tdrot", "tilt", "narot"]].to_numpy(float)
    matrices = eulerangles.euler2matrix(angles, axes="zxz", intrinsic=False,
                                        right_handed_rotation=True)
    return Rotation.from_matrix(matrices).inv()


def tom_rotation(phi, psi, the):
    """R = Rz(psi)·Rx(the)·Rz(phi): scipy's small letters are extrinsic."""
    return Rotation.from_euler("zxz", np.c_[phi, the, psi], degrees=True)


def check_dynamo(check, truth, rotations):
    path = check.convert("truth.csv", "a.tbl")
    table = dynamotable.read(path, path.replace(".tbl", ".doc"))
    table = table.set_index("tag").loc[truth.object_id].reset_index()
    shifted = table[["x", "y", "z"]].to_numpy() + table[["dx", "dy", "dz"]].to_numpy()
    check.near("dynamotable reads positions from 1", shifted - 1, truth[["x", "y", "z"]], POSITION)
    check.angles("eulerangles turns Dynamo's angles", dynamo_rotation(table), rotations)
    check.same("dynamotable reads classes", table["class"], truth.class_label)
    check.near("dynamotable reads scores", table.cc, truth.score, 1e-6)
    check.near("dynamotable reads pixel sizes", table.apix, truth.voxel_size_angstrom, 1e-6)
    check.same("dynamotable reads names", table.tomo_file, truth.tomogram)

    angles = eulerangles.matrix2euler(rotations.inv().as_matrix(), axes="zxz", intrinsic=False,
                                      right_handed_rotation=True)
    written = pd.DataFrame({
        "tag": truth.object_id, "x": truth.x + 1.25, "y": truth.y + 0.5, "z": truth.z + 1,
        "dx": -0.25, "dy": 0.5, "dz": 0.0, "tdrot": angles[:, 0], "tilt": angles[:, 1],
        "narot": angles[:, 2], "class": truth.class_label, "cc": truth.score,
        "apix": truth.voxel_size_angstrom, "tomo_file": truth.tomogram})
    dynamotable.write(written, check.path("b.tbl"))
    check_back(check, "dynamotable", "b.tbl", truth, rotations, names=True, voxel=True)


def motl_rows(truth, rotations):
    phi, the, psi = rotations.as_euler("zxz", degrees=True).T
    rows = np.zeros((COUNT, 20))
    rows[:, 0], rows[:, 3], rows[:, 19] = truth.score, truth.object_id, truth.class_label
    rows[:, 4] = rows[:, 6] = np.where(truth.tomogram == "TS_02", 1, 2)
    rows[:, 7:10] = np.round(truth[["x", "y", "z"]]) + 1
    rows[:, 10:13] = truth[["x", "y", "z"]].to_numpy() + 1 - rows[:, 7:10]
    rows[:, 16], rows[:, 17], rows[:, 18] = phi, psi, the
    return rows


def check_motl_rows(check, who, rows, truth, rotations):
    check.near(f"{who} reads positions from 1", rows[:, 7:10] + rows[:, 10:13] - 1,
               truth[["x", "y", "z"]], POSITION)
    check.near(f"{who} reads whole positions", rows[:, 7:10], np.round(rows[:, 7:10]), 0)
    check.angles(f"{who} reads angles", tom_rotation(rows[:, 16], rows[:, 17], rows[:, 18]),
                 rotations)
    check.same(f"{who} reads classes", rows[:, 19], truth.class_label)
    check.same(f"{who} reads numbers", rows[:, 3], truth.object_id)
    check.near(f"{who} reads scores", rows[:, 0], truth.score, 1e-6)
    check.same(f"{who} reads tomograms", rows[:, 4], np.where(truth.tomogram == "TS_02", 1, 2))


def check_motl(check, truth, rotations):
    _, data = emfile.read(check.convert("truth.csv", "a.em"))
    check_motl_rows(check, "emfile", np.asarray(data, float)[0], truth, rotations)
    rows = pd.read_csv(check.convert("truth.csv", "motl.csv", "--format", "motl-csv"), header=None)
    check_motl_rows(check, "pandas (CSV)", rows.to_numpy(), truth, rotations)

    rows = motl_rows(truth, rotations)
    emfile.write(check.path("b.em"), rows[None].astype(np.float32), overwrite=True)
    check_back(check, "emfile", "b.em", truth, rotations)
    pd.DataFrame(rows).to_csv(check.path("motl_b.csv"), header=False, index=False)
    check_back(check, "pandas (CSV)", "motl_b.csv", truth, rotations)


def check_stopgap(check, truth, rotations):
    table = starfile.read(check.convert("truth.csv", "a.star", "--format", "stopgap"))
    names = ["orig_x", "orig_y", "orig_z"], ["x_shift", "y_shift", "z_shift"]
    rows = np.zeros((COUNT, 20))
    rows[:, 7:10], rows[:, 10:13] = table[names[0]], table[names[1]]
    rows[:, 16], rows[:, 17], rows[:, 18] = table.phi, table.psi, table.the
    rows[:, 0], rows[:, 3], rows[:, 4] = table.score, table.subtomo_num, table.tomo_num
    rows[:, 19] = table["class"]
    check_motl_rows(check, "starfile (STOPGAP)", rows, truth, rotations)

    rows = motl_rows(truth, rotations)
    table = pd.DataFrame({
        "motl_idx": np.arange(1, COUNT + 1), "tomo_num": rows[:, 4].astype(int), "object": 1,
        "subtomo_num": truth.object_id, "halfset": "A", "orig_x": rows[:, 7], "orig_y": rows[:, 8],
        "orig_z": rows[:, 9], "score": truth.score, "x_shift": rows[:, 10], "y_shift": rows[:, 11],
        "z_shift": rows[:, 12], "phi": rows[:, 16], "psi": rows[:, 17], "the": rows[:, 18],
        "class": truth.class_label})
    starfile.write({"stopgap_motivelist": table}, check.path("b.star"), overwrite=True)
    check_back(check, "starfile (STOPGAP)", "b.star", truth, rotations)


def check_imod(check, truth, rotations):
    model = imodmodel.ImodModel.from_file(check.convert("truth.csv", "a.mod"))
    check.near("imodmodel reads the pixel size", [model.header.pixelsize, model.header.units],
               [13.5, -10], 1e-6)
    for label, thing in enumerate(model.objects, 1):
        here = truth[truth.class_label == label]
        for contour, name in zip(thing.contours, dict.fromkeys(sorted(
                here.tomogram, key=list(dict.fromkeys(truth.tomogram)).index))):
            mine = here[here.tomogram == name][["x", "y", "z"]].to_numpy()
            check.near(f"imodmodel reads object {label}, {name}",
                       contour.points - [0.5, 0.5, 0], mine, POSITION)
    frame = pd.DataFrame({
        "object_id": truth.class_label - 1, "contour_id": 0, "x": truth.x + 0.5,
        "y": truth.y + 0.5, "z": truth.z})
    imodmodel.write(frame, check.path("b.mod"))
    back = pd.read_csv(check.convert("b.mod", "b.csv"))
    check.near("imodmodel writes, dfengine reads positions", back[["x", "y", "z"]],
               truth[["x", "y", "z"]], POSITION)
    check.same("imodmodel writes, dfengine reads classes", back.class_label, truth.class_label)


def check_back(check, who, name, truth, rotations, names=False, voxel=False):
    back = pd.read_csv(check.convert(name, "back.csv"))
    say = f"{who} writes, dfengine reads"
    check.near(f"{say} positions", back[["x", "y", "z"]], truth[["x", "y", "z"]], POSITION)
    matrices = eulerangles.euler2matrix(back[["rot", "tilt", "psi"]].to_numpy(float), axes="zyz",
                                        intrinsic=True, right_handed_rotation=True)
    check.angles(f"{say} angles", Rotation.from_matrix(matrices).inv(), rotations)
    check.same(f"{say} classes", back.class_label, truth.class_label)
    check.same(f"{say} numbers", back.object_id, truth.object_id)
    check.near(f"{say} scores", back.score, truth.score, 1e-5)
    expected = truth.tomogram if names else np.where(truth.tomogram == "TS_02", 1, 2)
    check.same(f"{say} tomograms", back.tomogram, expected)
    if voxel:
        check.near(f"{say} pixel sizes", back.voxel_size_angstrom, truth.voxel_size_angstrom, 1e-6)


def check_cryocat(check, truth, rotations):
    from cryocat import cryomotl

    loaded = {"DynamoMotl": cryomotl.DynamoMotl(check.path("a.tbl")),
              "EmMotl": cryomotl.EmMotl(check.path("a.em")),
              "StopgapMotl": cryomotl.StopgapMotl(check.path("a.star"))}
    for who, motl in loaded.items():
        rows = motl.df.to_numpy(float)
        check.near(f"cryoCAT's {who} reads positions from 1",
                   rows[:, 7:10] + rows[:, 10:13] - 1, truth[["x", "y", "z"]], POSITION)
        check.angles(f"cryoCAT's {who} reads angles",
                     tom_rotation(rows[:, 16], rows[:, 17], rows[:, 18]), rotations)
        check.same(f"cryoCAT's {who} reads classes", rows[:, 19], truth.class_label)
        check.near(f"cryoCAT's {who} reads scores", rows[:, 0], truth.score, 1e-5)
        check.same(f"cryoCAT's {who} reads numbers", rows[:, 3], truth.object_id)
    loaded["EmMotl"].write_out(check.path("c.em"))
    check_back(check, "cryoCAT (EM)", "c.em", truth, rotations)
    cryomotl.StopgapMotl(loaded["EmMotl"].df).write_out(check.path("c.star"))
    check_back(check, "cryoCAT (STOPGAP)", "c.star", truth, rotations)
    cryomotl.DynamoMotl(loaded["EmMotl"].df).write_out(check.path("c.tbl"))
    check_back(check, "cryoCAT (Dynamo)", "c.tbl", truth, rotations)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("dfengine")
    parser.add_argument("--cryocat", action="store_true")
    options = parser.parse_args()
    truth, rotations = particles()
    peers = ["dynamotable", "eulerangles", "emfile", "starfile", "imodmodel", "scipy"]
    peers += ["cryocat"] if options.cryocat else []
    print(", ".join(f"{name} {importlib.metadata.version(name)}" for name in peers))
    with tempfile.TemporaryDirectory() as folder:
        check = Checker(os.path.abspath(options.dfengine), folder)
        angles = pd.DataFrame(relion_angles(rotations), columns=["rot", "tilt", "psi"])
        pd.concat([truth, angles], axis=1).to_csv(check.path("truth.csv"), index=False)
        check_dynamo(check, truth, rotations)
        check_motl(check, truth, rotations)
        check_stopgap(check, truth, rotations)
        check_imod(check, truth, rotations)
        if options.cryocat:
            check_cryocat(check, truth, rotations)
    sys.exit(f"{check.failed} checks failed" if check.failed else 0)


if __name__ == "__main__":
    main()
