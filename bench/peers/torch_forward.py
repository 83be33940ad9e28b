#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The same network forward in PyTorch and in dfengine on the same CPU, interleaved; prints medians and their ratio.

    torch_forward.py PATH/TO/bench_network [--side 128] [--threads 2] [--repeats 5] [--isa auto] [--modes fp32,channels_last,bf16,compiled]

PyTorch runs in inference mode with ReLU in place and the same number of threads; `--modes` are tried in turn, and dfengine is held
against the fastest fp32 and the fastest bf16 one. For an AVX2 comparison give --isa avx2, which also sets ONEDNN_MAX_CPU_ISA=AVX2 and
ATEN_CPU_CAPABILITY=avx2. Run it with GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.trim_threshold=... or jemalloc for PyTorch's
sake: `--tuned` restarts it that way. Needs torch; the product does not.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import time

parser = argparse.ArgumentParser()
parser.add_argument("bench")
parser.add_argument("--side", type=int, default=128)
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--repeats", type=int, default=5)
parser.add_argument("--isa", default="auto")
parser.add_argument("--convolution", default="winograd")
parser.add_argument("--modes", default="fp32,channels_last,bf16,bf16_channels_last,compiled,bf16_compiled")
parser.add_argument("--tuned", action="store_true")
options = parser.parse_args()

environment = {"OMP_NUM_THREADS": str(options.threads)}
if options.isa == "avx2":
    environment.update(ONEDNN_MAX_CPU_ISA="AVX2", DNNL_MAX_CPU_ISA="AVX2", ATEN_CPU_CAPABILITY="avx2")
if options.tuned:
    # memory that stays with the process on huge pages: without this every activation is faulted in anew
    environment["GLIBC_TUNABLES"] = ("glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=68719476736:"
                                     "glibc.malloc.trim_threshold=68719476736:glibc.malloc.top_pad=268435456")
if any(os.environ.get(key) != value for key, value in environment.items()):
    os.execve(sys.executable, [sys.executable] + sys.argv, {**os.environ, **environment})

import torch  # noqa: E402
from torch import nn  # noqa: E402


class DeepFinder(nn.Module):
    """Section 2.1.1 of the paper as released; up-convolutions pad at the high end only."""

    def __init__(self, classes=13):
        super().__init__()
        conv = lambda ci, co: nn.Sequential(nn.Conv3d(ci, co, 3, padding=1), nn.ReLU(inplace=True))  # noqa: E731
        up = lambda c: nn.Sequential(nn.Upsample(scale_factor=2), nn.ConstantPad3d((0, 1, 0, 1, 0, 1), 0.0),  # noqa: E731
                                     nn.Conv3d(c, c, 2), nn.ReLU(inplace=True))
        self.high, self.mid = nn.Sequential(conv(1, 32), conv(32, 32)), nn.Sequential(conv(32, 48), conv(48, 48))
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
        return self.head(self.decode_high(torch.cat([self.up_high(x), high], 1))).argmax(1)


torch.set_num_threads(options.threads)
side = options.side
x = torch.randn(1, 1, side, side, side)


def make(mode):
    net = DeepFinder().eval()
    value = x
    if "channels_last" in mode:
        net, value = net.to(memory_format=torch.channels_last_3d), x.to(memory_format=torch.channels_last_3d)
    if "compiled" in mode:
        net = torch.compile(net)

    def run():
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled="bf16" in mode):
            return net(value)

    run()
    return run


runners, times = {}, {}
for mode in options.modes.split(","):
    try:
        runners[mode] = make(mode)
    except Exception as error:  # a mode this PyTorch lacks is left out, with its reason
        print(f"{mode}: left out: {type(error).__name__}: {str(error).splitlines()[0]}", file=sys.stderr)

ours = subprocess.Popen([options.bench, str(side), str(options.threads), options.isa, options.convolution], stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE, text=True)


def run_ours(i):
    ours.stdin.write(f"{i}\n")
    ours.stdin.flush()
    return json.loads(ours.stdout.readline())


run_ours(-1)
facts = None
cpu = {}
for i in range(options.repeats):
    for mode, run in runners.items():
        begin, begin_cpu = time.perf_counter(), time.process_time()
        run()
        times.setdefault(mode, []).append(time.perf_counter() - begin)
        cpu.setdefault(mode, []).append(time.process_time() - begin_cpu)
    facts = run_ours(i)
    times.setdefault("dfengine", []).append(facts["seconds"])
    cpu.setdefault("dfengine", []).append(facts["cpu_seconds"])
ours.stdin.close()

median = {mode: statistics.median(values) for mode, values in times.items()}
median_cpu = {mode: statistics.median(values) for mode, values in cpu.items()}
print(f"torch {torch.__version__}, {facts['device']}, {facts['convolution']}, {side}^3, {options.repeats} interleaved repeats, tuned: {options.tuned}")
for mode in median:
    print(f"{mode:20s} {median[mode]:8.3f} s   {median_cpu[mode]:8.3f} CPU s")
for kind, chosen in (("fp32", [m for m in runners if "bf16" not in m]), ("bf16", [m for m in runners if "bf16" in m])):
    if chosen:
        best = min(chosen, key=median.get)
        best_cpu = min(chosen, key=median_cpu.get)
        print(f"dfengine is {median[best] / median['dfengine']:.2f} times as fast as PyTorch's best {kind} ({best}); "
              f"by CPU time {median_cpu[best_cpu] / median_cpu['dfengine']:.2f}")
print(f"effective {facts['effective_gflops']} GFLOP/s in the last run, {facts['of_fma_peak']} of the FMA peak")
