#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A training step (forward, weighted cross-entropy, backward, Adam) in PyTorch and in dfengine on
the same CPU, interleaved.

    torch_training.py PATH/TO/bench_step [--side 56] [--batch 4] [--threads 2] [--repeats 5]
                      [--isa auto] [--tuned]

The same network, batch and threads. `--modes` are tried in turn and dfengine is held against the
fastest fp32 and the fastest bf16 one. Prints the peak memory of both: PyTorch's is that of a
process of its own, so give one mode with --modes to compare it.
"""

import resource

import torch_network

parser = torch_network.arguments("fp32,channels_last,bf16_channels_last")
parser.add_argument("--side", type=int, default=56)
parser.add_argument("--batch", type=int, default=4)
options = parser.parse_args()
torch_network.prepare(options.threads, options.isa, options.tuned)

import torch  # noqa: E402

side, batch = options.side, options.batch
x = torch.randn(batch, 1, side, side, side)
labels = torch.randint(0, 13, (batch, side, side, side))
weights = torch.tensor([1.0] + [10.0] * 12)


def make(mode):
    net, value = torch_network.network(), x
    if "channels_last" in mode:
        net, value = net.to(memory_format=torch.channels_last_3d), x.to(
            memory_format=torch.channels_last_3d
        )
    if "compiled" in mode:
        net = torch.compile(net)
    adam = torch.optim.Adam(net.parameters(), lr=1e-4)

    def run():
        adam.zero_grad(set_to_none=True)
        with torch.autocast("cpu", torch.bfloat16, enabled="bf16" in mode):
            logits = net(value)
        torch.nn.functional.cross_entropy(logits.float(), labels, weights).backward()
        adam.step()

    run()
    return run


runners = torch_network.make_runners(options.modes, make)
ours = torch_network.Ours(
    [options.bench, side, batch, options.threads, options.isa, options.convolution]
)
facts = torch_network.compare(runners, ours, options.repeats)
print(
    f"{batch} x {side}^3; peak memory: dfengine {facts['peak_bytes'] >> 20} MiB, "
    f"PyTorch with the modes {options.modes} "
    f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB"
)
