#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""PyTorch on the same GPU: what the GPU can do at best, and the same network on the same volume
in slabs.

    torch_slabs.py ceilings DEVICE
        copy bandwidth, matrix products, cached reads, host to device
    torch_slabs.py network DEVICE PRECISION D H W SLAB
        seconds of the whole network

The network goes stage by stage as dfengine does: no voxel of a layer is computed twice but for the
halo of a slab within a stage, skips stay on the GPU, channels_last_3d, cudnn.benchmark. A slab
sees its real neighbours; zeros exist only at the volume's faces.
"""

import json
import sys
import time

import torch
import torch.nn.functional as F

what, device = sys.argv[1], "cuda" if sys.argv[2].startswith("cuda") else "cpu"
TYPES = {
    "fp16": torch.float16,
    "bf16": torch.bfloat16,
    "tf32": torch.float32,
    "fp32": torch.float32,
}


def synchronize():
    if device == "cuda":
        torch.cuda.synchronize()


def seconds_of(work, repeats=5):
    """Median of a few runs, each waited for."""
    work()
    times = []
    for _ in range(repeats):
        synchronize()
        start = time.perf_counter()
        work()
        synchronize()
        times.append(time.perf_counter() - start)
    return sorted(times)[repeats // 2]


def ceilings():
    big = 1 << (31 if device == "cuda" else 24)  # bytes
    found = {"torch": torch.__version__, "cudnn": torch.backends.cudnn.version()}
    a, b = torch.rand(big // 4, device=device), torch.empty(big // 4, device=device)
    found["copy_tb_per_s"] = round(2 * big / seconds_of(lambda: b.copy_(a)) * 1e-12, 3)
    small = torch.rand((8 << 20) // 4, device=device)
    out = torch.empty((), device=device)
    found["cached_read_tb_per_s"] = round(
        64
        * (8 << 20)
        / seconds_of(lambda: [torch.sum(small, dim=0, out=out) for _ in range(64)])
        * 1e-12,
        3,
    )
    if device == "cuda":
        host = torch.rand((256 << 20) // 4).pin_memory()
        found["host_to_device_gb_per_s"] = round(
            (256 << 20)
            / seconds_of(lambda: b[: host.numel()].copy_(host, non_blocking=True))
            * 1e-9,
            1,
        )
    del a, b
    n = 8192 if device == "cuda" else 512
    found["matmul_tflops"] = {}
    for precision, kind in TYPES.items():
        torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"
        x, y = (torch.randn(n, n, device=device).to(kind) for _ in range(2))
        found["matmul_tflops"][precision] = round(
            2 * n**3 / seconds_of(lambda: torch.matmul(x, y)) * 1e-12, 3
        )
    return found


class Layer:
    def __init__(self, ci, co, k, kind):
        self.w = (
            (torch.randn(co, ci, k, k, k, device=device) / (ci * k**3) ** 0.5)
            .to(kind)
            .contiguous(memory_format=torch.channels_last_3d)
        )
        self.b = torch.zeros(co, device=device, dtype=kind)

    def same(self, x):
        """3x3x3 on planes that bring their neighbours along z; zeros around in y and x."""
        return F.relu_(F.conv3d(x, self.w, self.b, padding=(0, 1, 1)))


LAYERS = {
    "c1": (1, 32, 3),
    "c2": (32, 32, 3),
    "c3": (32, 48, 3),
    "c4": (48, 48, 3),
    "c5": (48, 64, 3),
    "c6": (64, 64, 3),
    "c7": (64, 64, 3),
    "c8": (64, 64, 3),
    "u9": (64, 64, 2),
    "c10": (112, 48, 3),
    "c11": (48, 48, 3),
    "u12": (48, 48, 2),
    "c13": (80, 32, 3),
    "c14": (32, 32, 3),
    "head": (32, 13, 1),
}


def planes(x, begin, end):
    """Planes [begin, end), zeros where the volume has none."""
    inside = x[:, :, max(begin, 0) : min(end, x.shape[2])]
    low, high = max(-begin, 0), max(end - x.shape[2], 0)
    return F.pad(inside, (0, 0, 0, 0, low, high)) if low or high else inside


class Network:
    """The network on a volume of random voxels, stage by stage."""

    def __init__(self, kind, depth, height, width, slab):
        self.kind, self.slab = kind, slab
        self.extent = depth, height, width
        self.layers = {name: Layer(*shape, kind) for name, shape in LAYERS.items()}
        self.noise = torch.rand(min(depth, 32), height, width)
        if device == "cuda":
            self.noise = self.noise.pin_memory()

    def volume(self, channels, divisor):
        """Channels of the volume at this resolution."""
        extent = (n // divisor for n in self.extent)
        shape = dict(device=device, dtype=self.kind, memory_format=torch.channels_last_3d)
        return torch.empty(1, channels, *extent, **shape)

    def slabs(self, depth):
        return ((z, min(z + self.slab, depth)) for z in range(0, depth, self.slab))

    def twice(self, first, second, x, begin, end, d):
        """Two convolutions of [begin, end): the first one's planes outside the volume are zeros for
        the second.
        """
        y = self.layers[first].same(x)
        low, high = begin == 0, end == d
        if low:
            y[:, :, :1] = 0
        if high:
            y[:, :, -1:] = 0
        return self.layers[second].same(y)

    def up(self, name, x, begin, end):
        """Output planes [begin, end) of nearest up-sampling and a 2x2x2 convolution padded at the
        high end.
        """
        small = planes(x, begin // 2, (end + 1) // 2 + 1)
        big = F.interpolate(small, scale_factor=2)[:, :, begin % 2 : begin % 2 + end - begin + 1]
        layer = self.layers[name]
        return F.relu_(F.conv3d(F.pad(big, (0, 1, 0, 1)), layer.w, layer.b))

    def input(self):
        depth, height, width = self.extent
        x = torch.empty(1, 1, depth, height, width, device=device, dtype=self.kind)
        for z in range(0, depth, self.noise.shape[0]):
            n = min(self.noise.shape[0], depth - z)
            x[0, 0, z : z + n] = self.noise[:n].to(device, non_blocking=True)
        return x

    def down(self, first, second, x, channels, divisor):
        """Two convolutions and what pooling makes of them."""
        skip, pooled = self.volume(channels, divisor), self.volume(channels, 2 * divisor)
        depth = skip.shape[2]
        for z, end in self.slabs(depth):
            skip[:, :, z:end] = self.twice(first, second, planes(x, z - 2, end + 2), z, end, depth)
            pooled[:, :, z // 2 : end // 2] = F.max_pool3d(skip[:, :, z:end], 2)
        return skip, pooled

    def joined(self, up, x, skip):
        """Slabs of the up-sampled volume beside the skip, with two planes of their neighbours."""
        depth = skip.shape[2]
        for z, end in self.slabs(depth):
            low, high = max(z - 2, 0), min(end + 2, depth)
            both = torch.cat([self.up(up, x, low, high), skip[:, :, low:high]], 1)
            if low != z - 2 or high != end + 2:
                both = F.pad(both, (0, 0, 0, 0, low - z + 2, end + 2 - high))
            yield z, end, both

    def labels(self):
        x = self.input()
        skip1, half = self.down("c1", "c2", x, 32, 1)
        skip2, quarter = self.down("c3", "c4", half, 48, 2)
        for name in ("c5", "c6", "c7", "c8"):
            layer = self.layers[name]
            quarter = F.relu_(F.conv3d(quarter, layer.w, layer.b, padding=1))
        mid = self.volume(48, 2)
        for z, end, both in self.joined("u9", quarter, skip2):
            mid[:, :, z:end] = self.twice("c10", "c11", both, z, end, mid.shape[2])
        depth, head = self.extent[0], self.layers["head"]
        labels = torch.empty(*self.extent, dtype=torch.uint8, pin_memory=device == "cuda")
        for z, end, both in self.joined("u12", mid, skip1):
            y = self.twice("c13", "c14", both, z, end, depth)
            chosen = F.conv3d(y, head.w, head.b).argmax(1)[0].to(torch.uint8)
            labels[z:end].copy_(chosen, non_blocking=True)
        synchronize()
        return labels


def network(precision, depth, height, width, slab):
    torch.backends.cudnn.benchmark = True
    torch.backends.cudnn.allow_tf32 = torch.backends.cuda.matmul.allow_tf32 = precision == "tf32"
    net = Network(TYPES[precision], depth, height, width, slab)
    with torch.inference_mode():
        net.labels()  # chooses kernels
        times = []
        for _ in range(2 if device == "cuda" else 1):
            synchronize()
            start = time.perf_counter()
            net.labels()
            times.append(time.perf_counter() - start)
    peak = torch.cuda.max_memory_allocated() if device == "cuda" else 0
    return {
        "torch": torch.__version__,
        "cudnn": torch.backends.cudnn.version(),
        "precision": precision,
        "seconds": round(min(times), 4),
        "all_seconds": [round(t, 4) for t in times],
        "peak_bytes": peak,
    }


try:
    print(
        json.dumps(
            ceilings()
            if what == "ceilings"
            else network(sys.argv[3], *(int(n) for n in sys.argv[4:8]))
        )
    )
except Exception as error:
    print(json.dumps({"error": f"{type(error).__name__}: {str(error).splitlines()[0]}"}))
    sys.exit(1)
