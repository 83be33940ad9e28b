#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Times scikit-learn's mean shift on a gzip MRC label map (mode 0), for the table in
docs/clustering.md.

python compare_scikit_learn.py LABELS.mrc.gz RADIUS [REPEATS]        needs numpy and scikit-learn;
not part of the tests
"""

import gzip
import statistics
import sys
import time

import numpy
import sklearn
from sklearn.cluster import MeanShift

path, radius, repeats = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else 3
raw = gzip.open(path).read()
nx, ny, nz = numpy.frombuffer(raw[:12], "<i4")
extended_header = int(numpy.frombuffer(raw[92:96], "<i4")[0])
labels = numpy.frombuffer(raw, "i1", offset=1024 + extended_header).reshape(nz, ny, nx)
points = numpy.argwhere(labels > 0)

wall, cpu = [], []
for _ in range(repeats):
    start, start_cpu = time.perf_counter(), time.process_time()
    centres = MeanShift(bandwidth=radius, bin_seeding=True).fit(points).cluster_centers_
    wall.append(time.perf_counter() - start)
    cpu.append(time.process_time() - start_cpu)
    print(
        f"{len(points)} voxels, {len(centres)} clusters: {wall[-1]:.2f} s, {cpu[-1]:.2f} s of CPU",
        flush=True,
    )
print(
    f"scikit-learn {sklearn.__version__}: median {statistics.median(wall):.2f} s, "
    f"{statistics.median(cpu):.2f} s of CPU"
)
