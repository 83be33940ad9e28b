# SPDX-License-Identifier: Apache-2.0
"""One run of gpu_check: where it looks, what it may spend, and how a program is run.

On a GPU time is what a session there is given, so every program has a wall limit and the whole run
one. A rehearsal may share its machine with anything, so its programs are limited in CPU time alone,
generously: that stops a loop without an end, and a busy machine fails nothing.
"""

import glob
import json
import os
import pathlib
import resource
import signal
import subprocess
import sys
import time

BOUND = {
    "fp16": 2e-3,
    "bf16": 1e-2,
    "tf32": 1e-3,
    "fp32": 1e-5,
}  # relative L2 of an op, and of a trained network's scores
HERE = pathlib.Path(__file__).resolve().parent
# CPU seconds that a rehearsed program may take for each second that it has on a GPU; they take less
# than one of them
REHEARSAL_FACTOR = 20


class Failed(Exception):
    """A step's answer is no; its second argument is what it found before."""


class Session:
    def __init__(self, options):
        self.device = options.device
        self.on_gpu = options.device.startswith("cuda")
        self.limit = options.limit
        self.folder = pathlib.Path(options.folder).resolve()
        self.bench = self.folder / "bench_gpu"
        self.results_dir = pathlib.Path(options.results)
        self.results_dir.mkdir(parents=True, exist_ok=True)
        self.steps = {}
        self.began = time.monotonic()
        self.precisions = ["fp16", "bf16", "tf32", "fp32"] if options.device != "cpu" else ["fp32"]
        self.full = [464, 928, 928] if self.on_gpu else [8, 16, 16]
        self.slab = 16 if self.on_gpu else 4
        self.environment = self._environment()

    def _environment(self):
        # PyTorch's wheels hold the CUDA libraries that the module asks for by name
        wheels = []
        for base in sys.path:
            wheels += glob.glob(os.path.join(base, "nvidia", "*", "lib"))
        folders = [str(self.folder / "lib"), *wheels, os.environ.get("LD_LIBRARY_PATH", "")]
        return {
            **os.environ,
            "DFENGINE_PLAN_CACHE": str(self.results_dir.resolve() / "cuda_plans.txt"),
            "LD_LIBRARY_PATH": ":".join(folders).rstrip(":"),
            "PYTHONUNBUFFERED": "1",
        }

    def seconds(self):
        return time.monotonic() - self.began

    def run(self, command, seconds):
        """Lines of standard output, and how it ended where that was not well; what a program wrote
        before its time was up counts."""
        wall = min(seconds, self.limit - self.seconds()) if self.on_gpu else None
        if wall is not None and wall < 2:
            raise Failed("no time left")
        cpu = REHEARSAL_FACTOR * seconds

        def limit_cpu_time():
            resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 5))

        process = subprocess.Popen(
            [str(c) for c in command],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=self.environment,
            preexec_fn=None if self.on_gpu else limit_cpu_time,
        )
        try:
            out, _ = process.communicate(timeout=wall)
            trouble = "" if process.returncode == 0 else f"exit code {process.returncode}"
        except subprocess.TimeoutExpired:
            process.kill()
            out, _ = process.communicate()
            trouble = f"stopped after {wall:.0f} s"
        if process.returncode == -signal.SIGXCPU:
            trouble = f"stopped after {cpu} s of CPU time"
        return out.splitlines(), trouble

    def objects(self, command, seconds):
        """The JSON objects that a program printed, one a line. An object with "error", or another
        ending than a good one, is a failure."""
        lines, trouble = self.run(command, seconds)
        found = []
        for line in lines:
            try:
                found.append(json.loads(line))
            except ValueError:
                pass
        errors = [o["error"] for o in found if isinstance(o, dict) and "error" in o]
        if errors or trouble:
            raise Failed("; ".join(errors + [trouble] + ([] if errors else lines[-3:])), found)
        return found

    def bench_objects(self, key, seconds, *arguments):
        """What bench_gpu prints, those objects that have `key`: a program that ends well and
        measures nothing has failed."""
        found = [o for o in self.objects([self.bench, *arguments], seconds) if key in o]
        if not found:
            raise Failed(f"bench_gpu {arguments[0]}: nothing with '{key}' in what it printed")
        return found

    def result_of(self, step):
        """What a step found; nothing where it failed before it had an answer."""
        found = (self.steps.get(step) or {}).get("result")
        return found if isinstance(found, dict) else {}


def beside(name, folder):
    """A file of the repository, which gpu_package puts beside these scripts."""
    return next(path for path in (HERE / name, HERE.parent.parent / folder / name) if path.exists())
