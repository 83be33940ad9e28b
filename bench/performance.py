#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Measures what docs/performance.md shows and writes the figures there. Standard library only; the
peers need a Python with torch.

  performance.py BUILD [--torch PYTHON] [--weights W.h5] [--sections machine,network,...]
                 [--scratch FOLDER]

BUILD is a build folder with benchmarks. Each section stands in the document between <!-- NAME -->
and <!-- /NAME -->; only those that were measured are replaced. Run it on a machine that does
nothing else: a whole pass takes about half an hour.
"""

import argparse
import datetime
import json
import mmap
import os
import pathlib
import platform
import re
import struct
import subprocess
import sys
import textwrap

ROOT = pathlib.Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "performance.md"
PEERS = ROOT / "bench" / "peers"


def wrapped(text):
    """Lines of at most 100 columns, but for tables, whose rows cannot be broken."""
    return "\n".join(
        (
            line
            if line.startswith("|")
            else textwrap.fill(line, 100, break_long_words=False, break_on_hyphens=False)
        )
        for line in text.split("\n")
    )


def output_of(*command):
    return subprocess.run(
        [str(c) for c in command], stdout=subprocess.PIPE, check=True, text=True
    ).stdout


def table(head, rows):
    line = lambda cells: "| " + " | ".join(str(c) for c in cells) + " |"  # noqa: E731
    return "\n".join([line(head), line(["---"] * len(head))] + [line(row) for row in rows])


def machine(a):
    info = pathlib.Path("/proc/cpuinfo").read_text()
    name = re.search(r"model name\s*: (.*)", info).group(1)
    family, model = (
        re.search(rf"{key}\s*: (\d+)", info).group(1) for key in ("cpu family", "model")
    )
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    compiler = re.search(
        r"CMAKE_CXX_COMPILER:\w+=(.*)", (a.build / "CMakeCache.txt").read_text()
    ).group(1)
    version = output_of(compiler, "--version").splitlines()[0]
    system = platform.freedesktop_os_release()["PRETTY_NAME"]
    return (
        f"{len(os.sched_getaffinity(0))} cores of an {name} (family {family}, model {model}), "
        f"{memory:.0f} GiB, {system}, {version}, {datetime.date.today()}."
    )


def peer(a, script, *arguments):
    """Runs a comparison and makes its lines a table."""
    lines = output_of(a.torch, PEERS / script, *arguments).splitlines()
    command = " ".join([script, *(os.path.basename(str(x)) for x in arguments)])
    first = f"`bench/peers/{command}`: {lines[0]}."
    rows = [re.match(r"(\S+)\s+([\d.]+) s\s+([\d.]+) CPU s", line) for line in lines]
    ours = next(float(r.group(2)) for r in rows if r and r.group(1) == "dfengine")
    body = [
        [r.group(1), r.group(2), r.group(3), f"{float(r.group(2)) / ours:.2f}"] for r in rows if r
    ]
    rest = [line for line, r in zip(lines[1:], rows[1:]) if not r]
    return "\n".join(
        [first, "", table(["", "seconds", "CPU seconds", "dfengine is faster by"], body), ""]
        + [f"{line}." for line in rest]
    )


def network(a):
    return peer(
        a,
        "torch_forward.py",
        a.build / "bench/bench_network",
        "--repeats",
        "7",
        "--tuned",
        "--modes",
        "fp32,channels_last,bf16,bf16_channels_last",
    )


def avx2(a):
    return peer(
        a,
        "torch_forward.py",
        a.build / "bench/bench_network",
        "--repeats",
        "3",
        "--tuned",
        "--isa",
        "avx2",
        "--modes",
        "fp32,channels_last",
    )


def training(a):
    return peer(
        a,
        "torch_training.py",
        a.build / "bench/bench_step",
        "--repeats",
        "3",
        "--tuned",
        "--modes",
        "fp32,channels_last",
    )


def benchmarks(program, pattern):
    """GFLOP/s and share of the peak by name, from Google Benchmark's JSON."""
    found = json.loads(
        output_of(program, f"--benchmark_filter={pattern}", "--benchmark_format=json")
    )["benchmarks"]
    return {b["name"]: (b.get("GFLOP/s", 0), b.get("share_of_peak", 0)) for b in found}


def layers(a):
    isa = "avx512" if "avx512f" in pathlib.Path("/proc/cpuinfo").read_text() else "avx2"
    found = benchmarks(a.build / "bench/bench_ops", f"(conv|head).*/{isa}.*threads:1")
    rows = []
    for name, (gflops, share) in found.items():
        layer, kernels = name.split("/")[:2]
        if kernels != isa:
            continue
        fast = found.get(name.replace(f"/{isa}/", f"/{isa} winograd/"))
        differs = fast and "head" not in layer and abs(fast[0] / gflops - 1) > 0.2
        rows.append(
            [
                layer,
                f"{gflops:.0f}",
                f"{share:.2f}",
                f"{fast[0]:.0f}" if differs else "",
                f"{fast[0] / gflops * share:.1f}" if differs and "up_conv" not in layer else "",
            ]
        )
    return (
        f"`bench_ops`, {isa}, one thread, effective GFLOP/s; 3x3x3 layers as F(4, 4, 6), which may "
        "reach 9 times the peak, those of quarter resolution as F(2, 4, 4) and 6 times.\n\n"
        + table(["layer", "direct", "of the FMA peak", "Winograd", "times the FMA peak"], rows)
    )


def scaling(a):
    rows, one = [], None
    for threads in sorted(
        {1, max(1, len(os.sched_getaffinity(0)) // 2), len(os.sched_getaffinity(0))}
    ):
        run = subprocess.run(
            [a.build / "bench/bench_network", "128", str(threads)],
            input="1\n2\n3\n",
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        seconds = min(json.loads(line)["seconds"] for line in run.stdout.splitlines())
        one = one or seconds
        rows.append([threads, f"{seconds:.2f}", f"{one / seconds:.2f}"])
    return "`bench_network 128 THREADS`, best of three.\n\n" + table(
        ["threads", "seconds", "speed-up"], rows
    )


def noise_volume(path, z, y, x):
    """An MRC file of random bytes."""
    if path.exists():
        return path
    header = bytearray(1024)
    shape = [x, y, z, 0, 0, 0, 0, x, y, z]
    struct.pack_into("<10i6f3i", header, 0, *shape, 10 * x, 10 * y, 10 * z, 90, 90, 90, 1, 2, 3)
    header[208:216] = b"MAP \x44\x44\x00\x00"
    struct.pack_into("<i", header, 108, 20140)
    with open(path, "wb") as file:
        file.write(header)
        for _ in range(z):
            file.write(os.urandom(y * x))
    return path


def touch(gigabytes):
    """Takes memory and gives it back. The host of a virtual machine may have taken what was unused,
    and to get that again costs up to 3 s a GB, which would be counted as dfengine's time."""
    with mmap.mmap(-1, gigabytes << 30) as memory:
        memory.madvise(mmap.MADV_HUGEPAGE)
        for at in range(0, len(memory), 4096):
            memory[at] = 1


def segment(a, volume, budget):
    touch(int(budget.removesuffix("G")))
    labels = a.scratch / "labels.mrc"
    json.loads(
        output_of(
            a.build / "tools/dfengine",
            "segment",
            volume,
            "--weights",
            a.weights,
            "-o",
            labels,
            "--memory",
            budget,
            "--overwrite",
            "--quiet",
            "--json",
        )
    )
    record = json.loads((a.scratch / "labels.mrc.run.json").read_text())
    facts = record["facts"]
    return (
        facts["planned_memory_bytes"] / 2**20,
        facts["peak_memory_bytes"] / 2**20,
        sum(record["timings_seconds"].values()),
    )


def memory(a):
    volume = noise_volume(a.scratch / "wide.mrc", 64, 928, 928)
    rows = [
        [budget, *(f"{value:.0f}" for value in segment(a, volume, budget))]
        for budget in ("2G", "4G", "8G")
    ]
    return "`dfengine segment wide.mrc --memory N`, 64x928x928 voxels of noise.\n\n" + table(
        ["`--memory`", "planned, MiB", "peak, MiB", "seconds"], rows
    )


def tomogram(a):
    volume = noise_volume(a.scratch / "full.mrc", 464, 928, 928)
    rows = [
        [budget, *(f"{value:.0f}" for value in segment(a, volume, budget))]
        for budget in ("12G", "4G")
    ]
    return (
        "`dfengine segment full.mrc --memory N`, 464x928x928 voxels of noise, "
        "file to label file.\n\n"
        + table(["`--memory`", "planned, MiB", "peak, MiB", "seconds"], rows)
    )


SECTIONS = {
    f.__name__: f for f in (machine, network, avx2, training, layers, scaling, memory, tomogram)
}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--torch", default=sys.executable, help="Python that has torch")
    parser.add_argument(
        "--weights",
        type=pathlib.Path,
        help="weights with 10 to 13 classes, for the sections memory and tomogram",
    )
    parser.add_argument("--sections", default=",".join(SECTIONS))
    parser.add_argument("--scratch", type=pathlib.Path, default=pathlib.Path("."))
    a = parser.parse_args()
    for name in a.sections.split(","):
        if name in ("memory", "tomogram") and not a.weights:
            print(f"{name}: left out: give --weights", file=sys.stderr)
            continue
        text = wrapped(SECTIONS[name](a))
        print(f"== {name}\n{text}\n", flush=True)
        document = DOCUMENT.read_text()
        begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
        if begin not in document:
            sys.exit(f"{DOCUMENT}: no {begin} in it")
        before, rest = document.split(begin)
        DOCUMENT.write_text(before + begin + "\n" + text + "\n" + end + rest.split(end)[1])


if __name__ == "__main__":
    main()
