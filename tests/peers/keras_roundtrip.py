#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Loads a weights file written by dfengine into the DeepFinder network built with Keras, and
compares.

    keras_roundtrip.py WEIGHTS.weights.h5 [--io IO.h5] [--scores SCORES.h5] [--legacy]

The layers' weights must equal the tensors in the file bit for bit. With --io (datasets input_zyx
and output_zyxc) Keras' output must agree with the stored one to 1e-5 of its largest value; with
--scores (/class0, /class1, ... as dfengine segment --scores writes them) the engine's output is
compared as well. --legacy loads a copy named `.h5`, which makes Keras 3 take its loader of Keras 2
files. With TF_USE_LEGACY_KERAS=1 and the package tf_keras the same is done with Keras 2. Needs
TensorFlow; the product does not.
"""

import argparse
import os
import shutil
import sys
import tempfile

import h5py
import numpy as np

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
if os.environ.get("TF_USE_LEGACY_KERAS"):
    import tf_keras as keras
else:
    import keras


def build(widths, classes):
    """The network of section 2.1.1 of the paper as released: names do not matter, the order of the
    convolutions does.
    """
    full, half, quarter = widths

    def conv(x, channels, size=3, activation="relu"):
        return keras.layers.Conv3D(channels, size, padding="same", activation=activation)(x)

    volume = keras.layers.Input((None, None, None, 1))
    high = conv(conv(volume, full), full)
    mid = conv(conv(keras.layers.MaxPooling3D(2)(high), half), half)
    low = keras.layers.MaxPooling3D(2)(mid)
    for _ in range(4):
        low = conv(low, quarter)
    up = conv(keras.layers.UpSampling3D(2)(low), quarter, 2)
    x = keras.layers.Concatenate()([up, mid])
    x = conv(conv(x, half), half)
    up = conv(keras.layers.UpSampling3D(2)(x), half, 2)
    x = keras.layers.Concatenate()([up, high])
    x = conv(conv(x, full), full)
    return keras.Model(volume, conv(x, classes, 1, "softmax"))


def tensors_of(path):
    """Kernels and biases where Keras 3 keeps them, in the order of the network."""
    with h5py.File(path) as file:
        names = ["conv3d"] + [f"conv3d_{i}" for i in range(1, 15)]
        return [(file[f"layers/{n}/vars/0"][...], file[f"layers/{n}/vars/1"][...]) for n in names]


def relative_error(found, expected):
    return float(np.abs(found - expected).max() / np.abs(expected).max())


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("weights")
    options.add_argument("--io")
    options.add_argument("--scores")
    options.add_argument("--legacy", action="store_true")
    options = options.parse_args()

    stored = tensors_of(options.weights)
    widths = [stored[0][1].size, stored[2][1].size, stored[4][1].size]
    model = build(widths, stored[14][1].size)
    with tempfile.TemporaryDirectory() as folder:
        path = options.weights
        if options.legacy:
            path = shutil.copy(path, os.path.join(folder, "copy.h5"))
        model.load_weights(path)
    print(
        f"keras {keras.__version__}, {'legacy .h5' if options.legacy else '.weights.h5'} loader, "
        f"widths {widths}"
    )

    loaded = [layer.get_weights() for layer in model.layers if layer.get_weights()]
    equal = len(loaded) == 15 and all(
        np.array_equal(a, b) for pair, file in zip(loaded, stored) for a, b in zip(pair, file)
    )
    print(f"15 layers equal bit for bit: {'yes' if equal else 'NO'}")
    good = equal

    if options.io:
        with h5py.File(options.io) as file:
            volume, expected = file["input_zyx"][...], file["output_zyxc"][...]
        output = np.asarray(model(volume[None, ..., None].astype("float32"), training=False))[0]
        error = relative_error(output, expected)
        print(f"Keras against the stored output: {error:.2e} of the largest value")
        good = good and error < 1e-5
        if options.scores:
            with h5py.File(options.scores) as file:
                scores = np.stack(
                    [file[f"class{c}"][...] for c in range(expected.shape[-1])], axis=-1
                )
            error = relative_error(scores.astype("float32"), output)
            print(
                f"dfengine against Keras: {error:.2e} of the largest value ({scores.dtype} scores)"
            )
            good = good and error < (1e-3 if scores.dtype == np.float16 else 1e-5)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
