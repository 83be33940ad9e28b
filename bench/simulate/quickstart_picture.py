#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Draws docs/quickstart.png from what scripts/quickstart left in out/quickstart: a slice of the
tomogram, and the same slice with the picks. Needs NumPy and Matplotlib.
    bench/simulate/quickstart_picture.py [PICTURE]"""

import csv
import sys
from pathlib import Path

import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402 (the backend comes first)

ROOT = Path(__file__).resolve().parents[2]
THICKNESS = 5  # planes averaged, as one would in a viewer
RADIUS = 9  # voxels, of the circles; a particle is drawn where the slice cuts this sphere


def read_mrc(path):
    """A float32 MRC file without extended header, as `simulate` writes it, as (z, y, x)."""
    data = path.read_bytes()
    x, y, z = np.frombuffer(data, "<i4", 3)
    return np.frombuffer(data, "<f4", offset=1024).reshape(z, y, x)


def draw(results, picture):
    volume = read_mrc(results / "tomogram.mrc")
    with open(results / "picks.csv", encoding="utf-8") as table:
        picks = list(csv.DictReader(table))
    z_of = np.array([float(pick["z"]) for pick in picks])
    z = max(range(10, len(volume) - 10), key=lambda plane: np.sum(np.abs(z_of - plane) < 4))
    drawn = [pick for pick in picks if abs(float(pick["z"]) - z) < RADIUS]
    section = volume[z - THICKNESS // 2 : z + THICKNESS // 2 + 1].mean(axis=0)
    low, high = np.percentile(section, (1, 99))
    figure, panels = plt.subplots(1, 2, figsize=(10, 5.7), layout="constrained")
    for panel in panels:
        panel.imshow(section, cmap="gray", vmin=low, vmax=high, origin="lower")
        panel.axis("off")
    names = list(dict.fromkeys(pick["class_name"] for pick in drawn))
    colours = dict(zip(names, plt.get_cmap("tab10").colors))
    for pick in drawn:
        panels[1].add_patch(
            plt.Circle(
                (float(pick["x"]), float(pick["y"])),
                RADIUS,
                fill=False,
                linewidth=2,
                color=colours[pick["class_name"]],
            )
        )
    handles = [
        plt.Line2D(
            [],
            [],
            marker="o",
            linestyle="",
            markerfacecolor="none",
            markeredgewidth=2,
            color=colours[name],
            label=name,
        )
        for name in names
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=5, frameon=False)
    figure.savefig(picture, dpi=72)


if __name__ == "__main__":
    draw(
        ROOT / "out/quickstart", sys.argv[1] if len(sys.argv) > 1 else ROOT / "docs/quickstart.png"
    )
