# SPDX-License-Identifier: Apache-2.0
"""Steps of gpu_check that ask whether the results are right."""

import os
import pathlib
import shutil
import sys
import tempfile

from check_session import BOUND, Failed, beside

LAYERS = 15


def versions(session):
    found = {"cpus": os.cpu_count(), "python": sys.version.split()[0]}
    query = "--query-gpu=name,driver_version,memory.total,clocks.max.sm"
    for name, command, line in (
        ("GPU", ["nvidia-smi", query, "--format=csv,noheader"], 0),
        ("nvcc", ["nvcc", "--version"], -2),
    ):
        found[name] = (
            session.run(command, 15)[0][line:][:1] if shutil.which(command[0]) else "not found"
        )
    program = session.folder / "dfengine"
    found["info"] = (
        session.run([program, "info"], 30)[0] if program.exists() else "no dfengine in the folder"
    )
    module = session.folder / "libdfengine_cuda.so"
    if session.on_gpu and module.exists():
        lines = session.run(["ldd", module], 15)[0]
        missing = [line.strip() for line in lines if "not found" in line]
        found["missing_libraries"] = missing
        if missing:
            raise Failed("the module lacks " + ", ".join(missing), found)
    return found


def ops(session):
    found, bad = {}, []
    for precision in session.precisions:
        checks = session.bench_objects("op", 60, "ops", session.device, precision)
        worst = max(checks, key=lambda o: o["relative_l2"])
        one = {
            "ops": len(checks),
            "worst_relative_l2": worst["relative_l2"],
            "worst": worst["op"],
            "not_exact": [o["op"] for o in checks if o["differing"]],
            "not_repeatable": [o["op"] for o in checks if not o["repeats"]],
        }
        found[precision] = one
        wrong = one["not_exact"] or one["not_repeatable"]
        if wrong or worst["relative_l2"] > BOUND[precision]:
            bad.append(precision)
    if bad:
        raise Failed("out of bounds in " + ", ".join(bad), found)
    return found


def agreement(session):
    """The network with random weights, where nothing that goes wrong can hide behind confident
    scores."""
    found, bad = {}, []
    extent = [64, 72, 80] if session.on_gpu else [8, 12, 16]
    for precision in session.precisions:
        command = [session.bench, "agree", session.device, precision, *extent]
        one = session.objects(command, 40)[-1]
        found[precision] = one
        # what the layers round adds up as the root of their number
        bound = BOUND[precision] * (1 if precision == "fp32" else LAYERS**0.5)
        wrong = not one["repeat_equal"] or one["clearly_wrong"]
        if wrong or one["relative_l2_of_scores"] > bound:
            bad.append(precision)
    if bad:
        raise Failed("labels differ in " + ", ".join(bad), found)
    return found


def trained(session):
    """A trained network on a tomogram it has not seen, against the CPU in fp32: this is what the
    bounds are meant for."""
    found, bad = {}, []
    weights = beside("nine_classes.h5", "models")
    config = beside("nine_classes.yaml", "bench/simulate")
    none = [f"tomograms.{part}=0" for part in ("train", "valid", "test")]
    with tempfile.TemporaryDirectory() as scratch:
        command = [session.folder / "dfengine", "simulate", config, *none]
        command += [] if session.on_gpu else ["size=[24,40,40]"]
        command += ["--seed", 2026, "-o", scratch, "--quiet"]
        lines, trouble = session.run(command, 60)
        if trouble:
            raise Failed(f"simulate: {trouble}: {' '.join(lines[-3:])}")
        tomogram = pathlib.Path(scratch) / "tomogram.mrc"
        for precision in session.precisions if session.on_gpu else session.precisions[:1]:
            command = [session.bench, "trained", session.device, precision, weights, tomogram]
            one = session.objects(command, 40)[-1]
            found[precision] = one
            wrong = one["label_agreement"] < 0.999 or not one["repeat_equal"]
            if wrong or one["relative_l2_of_scores"] > BOUND[precision]:
                bad.append(precision)
    if bad:
        raise Failed("labels differ in " + ", ".join(bad), found)
    return found


def meanshift(session):
    extent, balls = (session.full, 5000) if session.on_gpu else ([40, 64, 96], 12)
    runs = session.bench_objects("run", 60, "meanshift", session.device, "-", *extent, balls, 4)
    best = min(runs[1:], key=lambda o: o["ms"])  # the first one allocates
    found = {**best, "all_ms": [o["ms"] for o in runs], "balls": balls}
    if not all(o["equal"] for o in runs):
        raise Failed("the particles are not the CPU's", found)
    return found


def voxels(session):
    command = [session.bench, "voxels", session.device, "fp16", *session.full, session.slab]
    found = session.objects(command, 60)
    result = {
        "agreement": [o for o in found if "kept_agrees" in o],
        "seconds": [o for o in found if "statistics_seconds" in o],
        "segment": [o for o in found if "segment" in o],
        "skipped": [o["skipped"] for o in found if "skipped" in o],
    }
    differing = [
        o["voxels"] for o in result["agreement"] if not (o["streamed_agrees"] and o["kept_agrees"])
    ]
    if differing or not (result["agreement"] or result["skipped"]):
        raise Failed("not the host's bits: " + ", ".join(differing), result)
    return result


def sanitizer(session):
    if not shutil.which("compute-sanitizer"):
        return {"skipped": "compute-sanitizer is not here" if session.on_gpu else "a rehearsal"}
    found = {}
    program = [session.bench, "agree", session.device, "fp16", 8, 16, 16]
    for tool, seconds in (("memcheck", 40), ("racecheck", 30)):
        command = ["compute-sanitizer", "--tool", tool, "--error-exitcode", "9", *program]
        lines, trouble = session.run(command, seconds)
        summaries = ("ERROR SUMMARY", "RACECHECK SUMMARY")
        found[tool] = [line for line in lines if any(words in line for words in summaries)]
        if trouble:
            said = " ".join(line for line in lines if "=====" in line)[:500]
            raise Failed(f"{tool}: {trouble}: {said}", found)
    return found
