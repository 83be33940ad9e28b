# SPDX-License-Identifier: Apache-2.0
"""The table that gpu_check prints last, from what its steps found."""

from check_session import BOUND


def precision_line(session, precision):
    op, agree, model, net, torch = (
        session.result_of(step).get(precision) or {}
        for step in ("ops", "agreement", "trained", "network", "pytorch")
    )
    words = [f"{precision}:"]
    if op:
        worst, bound = op["worst_relative_l2"], BOUND[precision]
        words.append(f"ops {worst:.1e} (bound {bound:.0e}), not exact {len(op['not_exact'])}")
    if agree:
        words.append(
            f"labels {100 * agree['label_agreement']:.3f} %, "
            f"clearly wrong {agree['clearly_wrong']}, scores {agree['relative_l2_of_scores']:.1e}"
        )
    if model:
        words.append(
            f"trained network: labels {100 * model['label_agreement']:.4f} %, "
            f"scores {model['relative_l2_of_scores']:.1e}"
        )
    if net:
        words.append(f"network {net['seconds']:.3f} s, {net['tflops']:.1f} TFLOP/s")
    if net and torch.get("seconds"):
        times = torch["seconds"] / net["seconds"]
        words.append(f"PyTorch {torch['seconds']:.3f} s, {times:.2f} times as long")
    return "; ".join(words)


def voxel_lines(found):
    for one in found.get("seconds", []):
        yield (
            f"{one['voxels']} voxels: statistics {one['statistics_seconds']:.3f} s "
            f"(host {one['host_statistics_seconds']:.3f}), "
            f"planes {one['kept_planes_seconds']:.3f} s kept, "
            f"{one['streamed_planes_seconds']:.3f} s streamed "
            f"(host {one['host_planes_seconds']:.3f})"
        )
    for one in found.get("segment", []):
        yield f"{one['segment']} tomogram in memory to labels: {one['seconds']:.3f} s"


def file_lines(found):
    for one in found.get("runs", []):
        stages = ", ".join(f"{name} {value:.3f}" for name, value in one["stages"].items())
        yield f"pick, file to files: {one['seconds']:.3f} s: {stages}"
    if "batch" in found:
        batch = found["batch"]
        yield (
            f"pick of {batch['tomograms']} tomograms: {batch['seconds']:.3f} s, "
            f"{batch['seconds_of_each_more']:.3f} s for each after the first"
        )


def layer_lines(found):
    for precision, layers in found.items():
        yield f"layers, {precision}:"
        for layer in layers:
            share = (
                f"{100 * layer['share_of_ceiling']:5.1f} % of the ceiling"
                if "share_of_ceiling" in layer
                else ""
            )
            yield (
                f"  {layer['layer']:8s} {layer['ms']:9.3f} ms {layer['tflops']:8.2f} TFLOP/s "
                f"{share}  {layer['kernel']}"
            )


def table(session):
    lines = [f"{name:24s} {value}" for name, value in session.result_of("ceilings").items()]
    lines += [precision_line(session, precision) for precision in session.precisions]
    shift = session.result_of("meanshift")
    if shift:
        lines.append("mean shift: " + ", ".join(f"{name} {shift[name]}" for name in shift))
    lines += voxel_lines(session.result_of("voxels"))
    lines += file_lines(session.result_of("files"))
    lines += layer_lines(session.result_of("layers"))
    return "\n".join("  " + line for line in lines)
