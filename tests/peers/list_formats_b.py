#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Particle lists to and from other programs, value by value.

    list_formats_b.py DFENGINE FOLDER

DFENGINE is the program, FOLDER is made anew. Needs copick, starfile, pyStarDB, cryocat, pandas
(below 3, for cryocat) and SciPy from PyPI, cryoet-deepfinder with lxml and openpyxl (pip's
--no-deps does for its lists), and Debian's package relion (3.1) on the PATH; the product needs none
of them. Prints one line per check; the last one counts them. Results are recorded in
docs/particle_lists.md.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import xml.etree.ElementTree as xml

import list_checks
import numpy as np
import pandas
import starfile
from list_checks import (FOLDER, NAMES, SIZES, VOXEL, back, convert, dfengine, distance,
                         make_truth, matrices, positions_of, report, same_as_truth, version)
from scipy.spatial.transform import Rotation


def check_relion(truth, rotations):
    size = np.array([SIZES[name] for name in truth["tomogram"]])
    centred = (truth[["x", "y", "z"]].to_numpy() - size / 2) * VOXEL
    for kind in ("relion3", "relion4", "relion5", "warp"):
        read = starfile.read(convert("truth.csv", kind + ".star", "--format", kind))
        frame = read if isinstance(read, pandas.DataFrame) else read["particles"]
        columns = [f"rlnCoordinate{a}" for a in "XYZ"]
        expected, unit = truth[["x", "y", "z"]].to_numpy(), 1
        if kind == "relion5":
            columns = [f"rlnCenteredCoordinate{a}Angst" for a in "XYZ"]
            expected, unit = centred, VOXEL
        found = distance(positions_of(frame, columns), expected) / unit
        assert (frame["rlnClassNumber"].to_numpy() == truth["class_label"].to_numpy()).all()
        assert distance(frame["rlnAutopickFigureOfMerit"], truth["score"]) < 1e-5
        if kind == "warp":
            assert list(frame["rlnMicrographName"]) == [n + ".tomostar" for n in truth["tomogram"]]
        report(f"{version('starfile')} reads {kind}", positions=(found, 1e-5),
               matrices=(distance(matrices(frame), rotations), 1e-6))

    index = starfile.read(convert("truth.csv", "import.star", "--format", "relion5-import"))
    parts = []
    for name, file in zip(index["rlnTomoName"], index["rlnTomoImportParticleFile"]):
        part = starfile.read(FOLDER / file)  # a single table: RELION's job reads the first
        assert set(part["rlnTomoName"]) == {name}
        parts.append(part)
    frame = pandas.concat(parts)
    columns = [f"rlnCenteredCoordinate{a}Angst" for a in "XYZ"]
    report(f"{version('starfile')} reads relion5-import",
           positions=(distance(positions_of(frame, columns), centred) / VOXEL, 1e-5),
           matrices=(distance(matrices(frame), rotations), 1e-6))


def check_relion_reads(truth):
    converted = FOLDER / "converted.star"
    said = subprocess.run(["relion_convert_star", "--i", FOLDER / "relion3.star", "--o", converted],
                          capture_output=True, text=True)
    assert "micrograph STAR file" not in said.stdout + said.stderr
    frame = starfile.read(converted)["particles"]
    columns = [f"rlnCoordinate{a}" for a in "XYZ"]
    report("RELION 3.1 (relion_convert_star) takes relion3 for particles",
           positions=(distance(positions_of(frame, columns), truth[["x", "y", "z"]]), 1e-5))
    text = subprocess.run(["relion_star_printtable", FOLDER / "relion3.star", "data_",
                           "rlnCoordinateX", "rlnAngleRot"], capture_output=True, text=True).stdout
    table = np.array([line.split() for line in text.splitlines() if line.strip()], float)
    report("RELION 3.1 (relion_star_printtable) prints relion3",
           numbers=(distance(table, truth[["x", "rot"]]), 1e-3))


def check_relion_back(truth, rotations):
    report("dfengine reads what relion_convert_star writes",
           **same_as_truth(back("converted.star"), truth, rotations))
    size = np.array([SIZES[name] for name in truth["tomogram"]])
    corner = truth[["x", "y", "z"]].to_numpy()
    centred = corner - size / 2
    shift = np.array([1.25, -0.5, 2.0])  # RELION subtracts it
    common = {"rlnTomoName": truth["tomogram"], "rlnClassNumber": truth["class_label"],
              "rlnAutopickFigureOfMerit": truth["score"], "rlnOpticsGroup": 1,
              "rlnAngleRot": truth["rot"], "rlnAngleTilt": truth["tilt"],
              "rlnAnglePsi": truth["psi"]}
    four = {**{f"rlnCoordinate{a}": corner[:, i] + shift[i] for i, a in enumerate("XYZ")},
            **{f"rlnOrigin{a}Angst": shift[i] * VOXEL for i, a in enumerate("XYZ")}}
    five = {**{f"rlnCenteredCoordinate{a}Angst": (centred[:, i] + shift[i]) * VOXEL
               for i, a in enumerate("XYZ")},
            **{f"rlnOrigin{a}Angst": shift[i] * VOXEL for i, a in enumerate("XYZ")}}
    optics = pandas.DataFrame({"rlnOpticsGroup": [1], "rlnTomoTiltSeriesPixelSize": [VOXEL]})
    for kind, columns in (("RELION 4", four), ("RELION 5", five)):
        starfile.write({"optics": optics, "particles": pandas.DataFrame({**common, **columns})},
                       FOLDER / "theirs.star")
        frame = back("theirs.star")
        assert sorted(frame["tomogram"]) == sorted(truth["tomogram"])
        report(f"dfengine reads the {kind} list that {version('starfile')} writes",
               **same_as_truth(frame, truth, rotations))


def check_deepfinder(truth, rotations):
    """R = Rz(psi) Rx(the) Rz(phi), extrinsic zxz of phi, the, psi."""
    from deepfinder.utils import objl  # noqa: PLC0415

    read = objl.read(str(convert("truth.csv", "ours.xml")))
    assert [o["label"] for o in read] == list(truth["class_label"])
    assert [o["obj_id"] for o in read] == list(truth["object_id"])
    assert [o["tomo_idx"] for o in read] == [int(name == "TS_02") for name in truth["tomogram"]]
    angles = [[o["phi"], o["the"], o["psi"]] for o in read]
    turned = Rotation.from_euler("zxz", angles, degrees=True).as_matrix()
    positions = [[o[axis] for axis in "xyz"] for o in read]
    report(f"{version('cryoet-deepfinder')} reads xml",
           positions=(distance(positions, truth[["x", "y", "z"]]), 1e-3),
           matrices=(distance(turned, rotations), 1e-6))
    own = Rotation.from_matrix(rotations).as_euler("zxz", degrees=True)
    made = []
    for row, (phi, the, psi) in zip(truth.itertuples(), own):
        objl.add_obj(made, label=row.class_label, coord=(row.z, row.y, row.x),
                     obj_id=row.object_id, tomo_idx=int(row.tomogram == "TS_02"),
                     orient=(psi, phi, the))
    objl.write(made, str(FOLDER / "theirs.xml"))
    dfengine("convert", "theirs.xml", "back.csv", "--from-axes", "xyz", "--overwrite")
    frame = pandas.read_csv(FOLDER / "back.csv").sort_values("object_id")
    assert list(frame["class_label"]) == list(truth["class_label"])
    report(f"dfengine reads the xml that {version('cryoet-deepfinder')} writes",
           positions=(distance(frame[["x", "y", "z"]], truth[["x", "y", "z"]]), 1e-3),
           matrices=(distance(matrices(frame, "rot", "tilt", "psi"), rotations),
                     2.7e-5))  # it rounds three angles to 0.001 degrees


def check_cryocat(truth, rotations):
    from cryocat import cryomotl  # noqa: PLC0415

    for kind, number in (("relion4", 4.0), ("relion5", 5.0)):
        if number < 5:
            motl = cryomotl.RelionMotl(str(FOLDER / f"{kind}.star"), version=number,
                                       pixel_size=VOXEL, binning=1.0)
        else:
            motl = cryomotl.RelionMotlv5(str(FOLDER / f"{kind}.star"),
                                         str(FOLDER / "tomograms.star"), pixel_size=VOXEL,
                                         binning=1.0)
        frame = motl.df
        shifts = frame[["shift_x", "shift_y", "shift_z"]].to_numpy()
        found = frame[["x", "y", "z"]].to_numpy() + shifts
        # cryoCAT: intrinsic zxz phi, theta, psi turns the reference onto the particle
        angles = frame[["phi", "theta", "psi"]].to_numpy(float)
        turned = Rotation.from_euler("zxz", angles, degrees=True).as_matrix()
        report(f"{version('cryocat')} reads {kind}",
               positions=(distance(found, truth[["x", "y", "z"]]), 1e-3),
               matrices=(distance(turned, rotations), 1e-6))


def copick_root():
    import copick  # noqa: PLC0415

    project = FOLDER / "project"
    config = {"config_type": "filesystem", "name": "peers", "description": "", "version": "1.0.0",
              "user_id": "peer", "overlay_root": "local://" + str(project),
              "overlay_fs_args": {"auto_mkdir": True},
              "pickable_objects": [{"name": n, "is_particle": True, "label": i, "radius": 100.0}
                                   for i, n in NAMES.items()]}
    (FOLDER / "copick.json").write_text(json.dumps(config))
    return copick.from_file(str(FOLDER / "copick.json"))


def check_copick(truth, rotations):
    convert("truth.csv", "project", "--format", "copick")
    root = copick_root()
    positions, turned, scores = [], [], []
    assert sorted(run.name for run in root.runs) == sorted(SIZES)
    for run in root.runs:
        for picks in run.picks:
            assert picks.user_id == "dfengine"
            for point in picks.points:
                at, matrix = point.location, point.transformation
                positions.append(np.array([at.x, at.y, at.z]) + matrix[:3, 3])
                turned.append(matrix[:3, :3])
                scores.append(point.score)
    order, own = np.argsort(scores), np.argsort(truth["score"].to_numpy())
    report(f"{version('copick')} reads a project",
           positions=(distance(np.array(positions)[order] / VOXEL,
                               truth[["x", "y", "z"]].to_numpy()[own]), 1e-6),
           matrices=(distance(np.array(turned)[order], rotations[own]), 1e-6))

    from copick.models import CopickLocation, CopickPoint  # noqa: PLC0415

    run = root.get_run("TS_01")
    picks = run.new_picks(object_name="ribosome", session_id="7", user_id="peer")
    rows = truth.index[(truth["tomogram"] == "TS_01") & (truth["class_label"] == 1)]
    shift = np.array([3.0, -4.0, 5.0])
    points = []
    for row in rows:
        at = truth.loc[row, ["x", "y", "z"]].to_numpy(float) * VOXEL - shift
        matrix = np.eye(4)
        matrix[:3, :3], matrix[:3, 3] = rotations[row], shift
        points.append(CopickPoint(location=CopickLocation(x=at[0], y=at[1], z=at[2]),
                                  transformation_=matrix.tolist(), instance_id=int(row),
                                  score=float(truth.loc[row, "score"])))
    picks.points = points
    picks.store()
    file = "project/ExperimentRuns/TS_01/Picks/peer_7_ribosome.json"
    report(f"dfengine reads what {version('copick')} stores",
           **same_as_truth(back(file), truth.loc[rows], rotations[rows]))


def check_copick_csv(truth, rotations):
    convert("truth.csv", "picks.csv", "--format", "copick-csv")
    said = subprocess.run([pathlib.Path(sys.executable).parent / "copick", "add", "picks",
                           "--config", FOLDER / "copick.json", "--object-name", "ribosome",
                           "--user-id", "csv", "--session-id", "1", FOLDER / "picks.csv"],
                          capture_output=True, text=True)
    assert said.returncode == 0, said.stdout + said.stderr
    positions, turned = [], []
    for name in SIZES:
        for picks in copick_root().get_run(name).get_picks(user_id="csv"):
            for point in picks.points:
                at, matrix = point.location, point.transformation
                positions.append(np.array([at.x, at.y, at.z]) + matrix[:3, 3])
                turned.append(matrix[:3, :3])
    report(f"'copick add picks' of {version('copick')} takes copick-csv",
           positions=(distance(np.array(positions) / VOXEL, truth[["x", "y", "z"]]), 1e-6),
           matrices=(distance(np.array(turned), rotations), 1e-6))
    from copick.util.formats import write_copick_csv  # noqa: PLC0415

    rows = truth.index[(truth["tomogram"] == "TS_01") & (truth["class_label"] == 1)]
    transforms = np.tile(np.eye(4), (len(rows), 1, 1))
    transforms[:, :3, :3] = rotations[rows]
    write_copick_csv(str(FOLDER / "theirs.csv"),
                     truth.loc[rows, ["x", "y", "z"]].to_numpy() * VOXEL, transforms,
                     run_name="TS_01", scores=truth.loc[rows, "score"].to_numpy())
    report(f"dfengine reads the CSV of {version('copick')}",
           **same_as_truth(back("theirs.csv"), truth.loc[rows], rotations[rows]))


def check_cbox(truth, rotations):
    from pyStarDB import sp_pystardb as star  # noqa: PLC0415

    rows = truth.index[truth["tomogram"] == "TS_01"]
    one = truth.loc[rows]
    one.to_csv(FOLDER / "one.csv", index=False)
    table = star.StarFile(str(convert("one.csv", "one.cbox")))["cryolo"]
    centres = np.stack([table["_CoordinateX"].astype(float) + table["_Width"].astype(float) / 2,
                        table["_CoordinateY"].astype(float) + table["_Height"].astype(float) / 2,
                        table["_CoordinateZ"].astype(float)], axis=1)
    assert distance(table["_Confidence"].astype(float), one["score"]) < 1e-5
    report(f"{version('pyStarDB')} (crYOLO's) reads .cbox",
           positions=(distance(centres, one[["x", "y", "z"]]), 1e-5))
    made = pandas.DataFrame({"_CoordinateX": one["x"] - 18.5, "_CoordinateY": one["y"] - 18.5,
                             "_CoordinateZ": one["z"], "_Width": 37.0, "_Height": 37.0,
                             "_Depth": 37.0, "_EstWidth": 30.0, "_EstHeight": 30.0,
                             "_Confidence": one["score"], "_NumBoxes": 1.0, "_Angle": 0.0})
    file = star.StarFile(str(FOLDER / "theirs.cbox"))
    file.update("global", pandas.DataFrame([["1.0"]], columns=["_cbox_format_version"]), False)
    file.update("cryolo", made, True)
    file.update("cryolo_include", pandas.DataFrame([1.0], columns=["_slice_index"]), True)
    file.write_star_file(overwrite=True, tags=["global", "cryolo", "cryolo_include"])
    report(f"dfengine reads the .cbox that {version('pyStarDB')} writes",
           **same_as_truth(back("theirs.cbox"), one, rotations[rows], turned=False))


def check_tables(truth):
    one = truth[truth["tomogram"] == "TS_01"]
    frame = pandas.read_csv(convert("truth.csv", "czii.csv", "--format", "czii"))
    assert list(frame.columns) == ["id", "experiment", "particle_type", "x", "y", "z"]
    assert list(frame["particle_type"]) == list(truth["class_name"])
    report(f"{version('pandas')} reads czii",
           positions=(distance(frame[["x", "y", "z"]] / VOXEL, truth[["x", "y", "z"]]), 1e-6))
    frame = pandas.read_csv(convert("one.csv", "napari.csv", "--format", "napari"))
    report(f"{version('pandas')} reads napari",
           positions=(distance(frame[["axis-2", "axis-1", "axis-0"]], one[["x", "y", "z"]]), 1e-6))
    points = np.loadtxt(convert("one.csv", "one.coords"))
    report("NumPy reads .coords", positions=(distance(points, one[["x", "y", "z"]]), 1e-6))
    np.savetxt(FOLDER / "theirs.coords", points)
    read = back("theirs.coords")
    report("dfengine reads NumPy's .coords",
           positions=(distance(read[["x", "y", "z"]], one[["x", "y", "z"]]), 1e-5))
    root = xml.parse(convert("one.csv", "one.cmm")).getroot()
    markers = {float(m.get("score")): [float(m.get(a)) for a in "xyz"] for m in root.iter("marker")}
    found = np.array([markers[round(score, 6)] for score in one["score"]])
    report("ElementTree reads .cmm",
           positions=(distance(found / VOXEL, one[["x", "y", "z"]]), 1e-6))


def check_eman2(truth, rotations):
    """EMAN2 is not on PyPI; this is e2spt_boxer.py's own line."""
    rows = truth.index[truth["tomogram"] == "TS_01"]
    convert("truth.csv", "eman", "--format", "eman2", "--output-binning", 4)
    info = json.loads((FOLDER / "eman/info/TS_01_info.json").read_text())
    n = np.array(SIZES["TS_01"])
    found = [np.array(b[:3]) / VOXEL * info["apix_unbin"] + n // 2 for b in info["boxes_3d"]]
    assert info["class_list"]["0"]["name"] == "ribosome"
    report("EMAN2's formula places eman2",
           positions=(distance(found, truth.loc[rows, ["x", "y", "z"]]), 1e-6))
    report("dfengine reads eman2 again",
           **same_as_truth(back("eman/info/TS_01_info.json", "--input-binning", 4),
                           truth.loc[rows], rotations[rows], turned=False))


def main():
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    print(dfengine("--version").splitlines()[0])
    truth, rotations = make_truth()
    check_relion(truth, rotations)
    check_relion_reads(truth)
    check_relion_back(truth, rotations)
    check_deepfinder(truth, rotations)
    check_cryocat(truth, rotations)
    check_copick(truth, rotations)
    check_copick_csv(truth, rotations)
    check_cbox(truth, rotations)
    check_tables(truth)
    check_eman2(truth, rotations)
    print(f"{list_checks.checks} checks passed")


main()
