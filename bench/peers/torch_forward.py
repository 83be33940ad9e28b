#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The same network forward in PyTorch and in dfengine on the same CPU, interleaved; prints medians
and their ratio.

    torch_forward.py PATH/TO/bench_network [--side 128] [--threads 2] [--repeats 5] [--isa auto]
                     [--modes fp32,channels_last,bf16,compiled]

PyTorch runs in inference mode with ReLU in place and the same number of threads; `--modes` are
tried in turn, and dfengine is held against the fastest fp32 and the fastest bf16 one. For an AVX2
comparison give --isa avx2, which also sets ONEDNN_MAX_CPU_ISA=AVX2 and ATEN_CPU_CAPABILITY=avx2.
Run it with GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.trim_threshold=... or jemalloc for
PyTorch's sake: `--tuned` restarts it that way. Needs torch; the product does not.
"""

import torch_network

parser = torch_network.arguments(
    "fp32,channels_last,bf16,bf16_channels_last,compiled,bf16_compiled"
)
parser.add_argument("--side", type=int, default=128)
options = parser.parse_args()
torch_network.prepare(options.threads, options.isa, options.tuned)

import torch  # noqa: E402

side = options.side
x = torch.randn(1, 1, side, side, side)


def make(mode):
    net, value = torch_network.network().eval(), x
    if "channels_last" in mode:
        net, value = net.to(memory_format=torch.channels_last_3d), x.to(
            memory_format=torch.channels_last_3d
        )
    if "compiled" in mode:
        net = torch.compile(net)

    def run():
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled="bf16" in mode):
            return net(value).argmax(1)

    run()
    return run


runners = torch_network.make_runners(options.modes, make)
ours = torch_network.Ours([options.bench, side, options.threads, options.isa, options.convolution])
facts = torch_network.compare(runners, ours, options.repeats)
print(
    f"{side}^3: effective {facts['effective_gflops']} GFLOP/s in the last run, "
    f"{facts['of_fma_peak']} of the FMA peak"
)
