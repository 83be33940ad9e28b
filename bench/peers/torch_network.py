# SPDX-License-Identifier: Apache-2.0
"""What the PyTorch peers share: the network, its environment, dfengine's line-driven benchmarks,
medians. Needs torch; the product does not.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time


def arguments(modes):
    """The parser of the options that all comparisons share; `modes` is the default of --modes."""
    parser = argparse.ArgumentParser()
    parser.add_argument("bench")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--isa", default="auto")
    parser.add_argument("--convolution", default="winograd")
    parser.add_argument("--modes", default=modes)
    parser.add_argument("--tuned", action="store_true")
    return parser


def prepare(threads, isa, tuned):
    """Restarts the script with the environment that PyTorch reads only at its start."""
    environment = {"OMP_NUM_THREADS": str(threads)}
    if isa == "avx2":
        environment.update(
            ONEDNN_MAX_CPU_ISA="AVX2", DNNL_MAX_CPU_ISA="AVX2", ATEN_CPU_CAPABILITY="avx2"
        )
    if tuned:
        # memory that stays with the process on huge pages: without this every activation is faulted
        # in anew
        environment["GLIBC_TUNABLES"] = (
            "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=68719476736:"
            "glibc.malloc.trim_threshold=68719476736:glibc.malloc.top_pad=268435456"
        )
    if any(os.environ.get(key) != value for key, value in environment.items()):
        os.execve(sys.executable, [sys.executable] + sys.argv, {**os.environ, **environment})
    import torch

    torch.set_num_threads(threads)


def network(classes=13):
    """The network that gives logits. Section 2.1.1 of the paper as released; up-convolutions pad at
    the high end only.
    """
    import torch
    from torch import nn

    class DeepFinder(nn.Module):
        def __init__(self):
            super().__init__()
            conv = lambda ci, co: nn.Sequential(
                nn.Conv3d(ci, co, 3, padding=1), nn.ReLU(inplace=True)
            )  # noqa: E731
            up = lambda c: nn.Sequential(
                nn.Upsample(scale_factor=2),
                nn.ConstantPad3d((0, 1, 0, 1, 0, 1), 0.0),  # noqa: E731
                nn.Conv3d(c, c, 2),
                nn.ReLU(inplace=True),
            )
            self.high, self.mid = nn.Sequential(conv(1, 32), conv(32, 32)), nn.Sequential(
                conv(32, 48), conv(48, 48)
            )
            self.low = nn.Sequential(conv(48, 64), conv(64, 64), conv(64, 64), conv(64, 64))
            self.pool = nn.MaxPool3d(2)
            self.up_mid, self.up_high = up(64), up(48)
            self.decode_mid = nn.Sequential(conv(112, 48), conv(48, 48))
            self.decode_high = nn.Sequential(conv(80, 32), conv(32, 32))
            self.head = nn.Conv3d(32, classes, 1)

        def forward(self, x):
            high = self.high(x)
            mid = self.mid(self.pool(high))
            x = self.decode_mid(torch.cat([self.up_mid(self.low(self.pool(mid))), mid], 1))
            return self.head(self.decode_high(torch.cat([self.up_high(x), high], 1)))

    return DeepFinder()


def make_runners(modes, make):
    """Functions that run once each, by mode; a mode this PyTorch lacks is left out, with its
    reason.
    """
    runners = {}
    for mode in modes.split(","):
        try:
            runners[mode] = make(mode)
        except Exception as error:
            print(
                f"{mode}: left out: {type(error).__name__}: {str(error).splitlines()[0]}",
                file=sys.stderr,
            )
    return runners


class Ours:
    """A benchmark that runs once for every line it gets and prints a JSON object."""

    def __init__(self, command):
        self.process = subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.run(-1)

    def run(self, number):
        self.process.stdin.write(f"{number}\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def compare(runners, ours, repeats):
    """Interleaved runs: medians of wall and CPU seconds by name, printed with their ratios. Returns
    dfengine's last line.
    """
    import torch

    wall, cpu = {}, {}
    for i in range(repeats):
        for mode, run in runners.items():
            begin, begin_cpu = time.perf_counter(), time.process_time()
            run()
            wall.setdefault(mode, []).append(time.perf_counter() - begin)
            cpu.setdefault(mode, []).append(time.process_time() - begin_cpu)
        facts = ours.run(i)
        wall.setdefault("dfengine", []).append(facts["seconds"])
        cpu.setdefault("dfengine", []).append(facts["cpu_seconds"])
    wall = {mode: statistics.median(values) for mode, values in wall.items()}
    cpu = {mode: statistics.median(values) for mode, values in cpu.items()}
    print(
        f"torch {torch.__version__}, {facts['device']}, {facts['convolution']}, "
        f"{repeats} interleaved repeats"
    )
    for mode in wall:
        print(f"{mode:20s} {wall[mode]:8.3f} s   {cpu[mode]:8.3f} CPU s")
    for kind, chosen in (
        ("fp32", [m for m in runners if "bf16" not in m]),
        ("bf16", [m for m in runners if "bf16" in m]),
    ):
        if chosen:
            best, best_cpu = min(chosen, key=wall.get), min(chosen, key=cpu.get)
            print(
                f"dfengine is {wall[best] / wall['dfengine']:.2f} times as fast as PyTorch's best "
                f"{kind} ({best}); by CPU time {cpu[best_cpu] / cpu['dfengine']:.2f}"
            )
    return facts
