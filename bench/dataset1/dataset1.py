#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Trains on some tomograms of the DeepFinder paper's first dataset and scores on one that was not
seen: particles within 5 voxels, one to one, and the Dice coefficient of foreground voxels. Standard
library only.

  dataset1.py DFENGINE DATA OUTPUT
      train on 1-6, validate on 7, score on 8
  dataset1.py DFENGINE DATA OUTPUT --curve
      train on 1, 2, 3 and 4 tomograms with three seeds each; table and picture
  dataset1.py DFENGINE DATA OUTPUT --simulated FOLDER
      train and validate on what `dfengine simulate` wrote there, score on 8
  ... --jobs 2 -- training.epochs=5 --threads 1
      what follows -- goes to `dfengine train`
"""

import argparse
import concurrent.futures
import json
import pathlib
import statistics
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent


def run(*command):
    """Runs a command with --json and returns what it printed."""
    done = subprocess.run(
        [str(c) for c in command] + ["--json"], stdout=subprocess.PIPE, check=True, text=True
    )
    return json.loads(done.stdout)


def entry(number):
    return (
        "{"
        + ", ".join(
            f"{key}: data/tomo{number}_{name}"
            for key, name in (
                ("tomogram", "data.h5"),
                ("target", "target.h5"),
                ("list", "objlist.xml"),
            )
        )
        + "}"
    )


def real(data, tomograms, valid):
    """Settings of `dfengine train` for tomograms of the dataset."""
    return [
        f"data.root={data.resolve()}",
        f"data.train=[{', '.join(entry(n) for n in tomograms)}]",
        f"data.valid=[{entry(valid)}]",
    ]


def simulated(folder):
    return ["data.train=[]", "data.valid=[]", f"data.folder={folder.resolve()}", "data.axes=xyz"]


def segment_and_score(dfengine, data, output, weights, test):
    """Scores of objects and of voxels on one tomogram."""
    tomogram, target = (data / "data" / f"tomo{test}_{name}.h5" for name in ("data", "target"))
    picks, labels = output / f"tomo{test}_picks.xml", output / f"tomo{test}_labels.mrc"
    options = ["--radius", 8, "--min-size", 250, "--voxel-size", 13.68, "--overwrite"]
    outputs = ["-o", picks, "--labels", labels]
    run(dfengine, "pick", tomogram, "--weights", weights, *options, *outputs)
    truth = data / "data" / f"tomo{test}_objlist.xml"
    axes = ["--axes", "xyz", "--truth-axes", "zyx"]
    objects = run(dfengine, "evaluate", picks, "--truth", truth, *axes, "--distance", 5)
    voxels = run(dfengine, "evaluate", labels, "--truth", target)
    return objects, voxels


def train_and_score(dfengine, data, output, source, test, seed, more):
    """One run; a finished one is not repeated."""
    result = output / "scores.json"
    if result.exists():
        return json.loads(result.read_text())
    resume = ["--resume"] if (output / "checkpoint.h5").exists() else []
    settings = [HERE / "train.yaml", *source, f"seed={seed}", *more]
    trained = run(dfengine, "train", *settings, "-o", output, *resume)
    objects, voxels = segment_and_score(dfengine, data, output, trained["weights_best"], test)
    scores = {
        "seed": seed,
        "best_epoch": trained["best_epoch"],
        "train_seconds": trained["seconds"]["train"],
        "localization_f1": objects["localization"]["f1"],
        "class_f1": objects["mean"]["f1"],
        "foreground_dice": voxels["localization"]["f1"],
    }
    result.write_text(json.dumps(scores, indent=1) + "\n")
    return scores


def picture(rows):
    """Mean and range against the number of tomograms, as SVG."""
    width, height, left, bottom, top = 620, 400, 70, 340, 30
    x = lambda n: left + (n - 0.5) * (width - left - 150) / 4
    y = lambda f: bottom - f * (bottom - top)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        'font-family="sans-serif" font-size="15">',
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for tick in range(6):
        value = tick / 5
        parts.append(
            f'<line x1="{left}" x2="{width - 150}" y1="{y(value)}" y2="{y(value)}" stroke="#ddd"/>'
            f'<text x="{left - 10}" y="{y(value) + 5}" text-anchor="end">{value:.1f}</text>'
        )
    for n in sorted({len(r["tomograms"]) for r in rows}):
        parts.append(f'<text x="{x(n)}" y="{bottom + 22}" text-anchor="middle">{n}</text>')
    parts.append(
        f'<text x="{(left + width - 150) / 2}" y="{bottom + 48}" text-anchor="middle">'
        "tomograms to train on</text>"
    )
    names = (
        ("localization_f1", "localization F1", "#0072b2"),
        ("class_f1", "class F1", "#d55e00"),
        ("foreground_dice", "Dice", "#009e73"),
    )
    for index, (key, name, color) in enumerate(names):
        points = []
        for n in sorted({len(r["tomograms"]) for r in rows}):
            values = [r[key] for r in rows if len(r["tomograms"]) == n]
            px = x(n) + 6 * (index - 1)
            points.append(f"{px},{y(statistics.mean(values)):.1f}")
            parts.append(
                f'<line x1="{px}" x2="{px}" y1="{y(min(values)):.1f}" y2="{y(max(values)):.1f}" '
                f'stroke="{color}" stroke-width="2"/>'
                f'<circle cx="{px}" cy="{y(statistics.mean(values)):.1f}" r="4" fill="{color}"/>'
            )
        parts.append(
            f'<polyline points="{" ".join(points)}" fill="none" stroke="{color}" stroke-width="2"/>'
            f'<text x="{width - 140}" y="{top + 15 + 24 * index}" fill="{color}">{name}</text>'
        )
    return "\n".join(parts + ["</svg>\n"])


def table(rows):
    lines = [
        "| tomograms | runs | localization F1 | class F1 | foreground Dice | minutes |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for n in sorted({len(r["tomograms"]) for r in rows}):
        some = [r for r in rows if len(r["tomograms"]) == n]
        cell = lambda key: (
            f"{statistics.mean(r[key] for r in some):.3f} ({min(r[key] for r in some):.3f} to "
            f"{max(r[key] for r in some):.3f})"
        )
        lines.append(
            f"| {n} | {len(some)} | {cell('localization_f1')} | {cell('class_f1')} | "
            f"{cell('foreground_dice')} | "
            f"{statistics.mean(r['train_seconds'] for r in some) / 60:.1f} |"
        )
    return "\n".join(lines)


def options_of(arguments):
    """The options, and what follows -- for `dfengine train`."""
    more = []
    if "--" in arguments:
        at = arguments.index("--")
        arguments, more = arguments[:at], arguments[at + 1 :]
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("dfengine", type=pathlib.Path)
    parser.add_argument("data", type=pathlib.Path, help="the folder that holds data/tomo1_data.h5")
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--curve", action="store_true")
    parser.add_argument("--simulated", type=pathlib.Path)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument(
        "--jobs",
        type=int,
        default=1,
        help="runs of the curve side by side; give each its share of the threads",
    )
    return parser.parse_args(arguments), more


def curve(a, more):
    """Every seed with 1 to 4 tomograms, another choice of them for each."""
    runs = [
        (seed, [(seed - 1 + i) % 6 + 1 for i in range(count)])
        for seed in range(1, a.seeds + 1)
        for count in (1, 2, 3, 4)
    ]

    def one(seed, tomograms):
        output = a.output / f"{len(tomograms)}_seed{seed}"
        source = real(a.data, tomograms, 7)
        scores = train_and_score(a.dfengine, a.data, output, source, 8, seed, more)
        row = {"tomograms": tomograms, **scores}
        print(json.dumps(row), flush=True)
        return row

    with concurrent.futures.ThreadPoolExecutor(a.jobs) as pool:
        rows = list(pool.map(lambda r: one(*r), runs))
    (a.output / "learning_curve.svg").write_text(picture(rows))
    print(table(rows))


def main():
    a, more = options_of(sys.argv[1:])
    a.output.mkdir(parents=True, exist_ok=True)
    if a.curve and not a.simulated:
        curve(a, more)
        return
    if a.simulated:
        name, source = "simulated", simulated(a.simulated)
    else:
        name, source = "six", real(a.data, range(1, 7), 7)
    scores = train_and_score(a.dfengine, a.data, a.output / name, source, 8, 1, more)
    print(json.dumps(scores))


if __name__ == "__main__":
    main()
