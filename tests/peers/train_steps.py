# SPDX-License-Identifier: Apache-2.0
"""Trains the network in Keras for ten steps and writes what became of it: the golden values of
tests/engine/training/test_keras.cpp.

Weights and batches come from the formulas of tests/engine/training/small_network.hpp
(Philox4x32-10), so nothing else needs to be stored. Run: python3 tests/peers/train_steps.py >
tests/peers/train_steps.txt Made with TensorFlow 2.21 and Keras 3 in fp32 on a CPU.
"""

import numpy as np
import tensorflow as tf

from keras_roundtrip import build, keras

WIDTHS, CLASSES, PATCH, BATCH, STEPS, RATE, SEED = (3, 4, 5), 3, 8, 2, 10, 1e-3, 21
EVERY = 37  # every 37th weight is written


def uniform(seed, purpose, step, indices):
    """24 random bits of (seed, purpose, step, index) as a float32 in [0, 1)."""
    index = np.asarray(indices, np.uint64)
    low = np.uint64(0xFFFFFFFF)
    c = [
        index & low,
        index >> np.uint64(32),
        np.full_like(index, step),
        np.full_like(index, purpose),
    ]
    key = [seed & 0xFFFFFFFF, seed >> 32]
    for _ in range(10):
        p0, p1 = np.uint64(0xD2511F53) * c[0], np.uint64(0xCD9E8D57) * c[2]
        c = [
            (p1 >> np.uint64(32)) ^ c[1] ^ np.uint64(key[0]),
            p1 & low,
            (p0 >> np.uint64(32)) ^ c[3] ^ np.uint64(key[1]),
            p0 & low,
        ]
        key = [(key[0] + 0x9E3779B9) & 0xFFFFFFFF, (key[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return (c[0] >> np.uint64(8)).astype(np.float32) * np.float32(2.0**-24)


def start(model):
    weights = []
    for i, layer in enumerate(l for l in model.layers if l.weights):
        shape = layer.kernel.shape
        taps = shape[0] * shape[1] * shape[2]
        limit = np.float32(np.sqrt(6.0 / (taps * shape[3] + taps * shape[4])))
        u = uniform(SEED, 1, i, np.arange(np.prod(shape)))
        weights += [
            (limit * (np.float32(2) * u - np.float32(1))).reshape(shape),
            np.zeros(shape[4], np.float32),
        ]
    model.set_weights(weights)


def batch(step):
    u = uniform(11, 2, step, np.arange(BATCH * PATCH**3)).reshape(BATCH, PATCH, PATCH, PATCH)
    labels = (u * np.float32(CLASSES)).astype(np.uint8)
    return (4 * u - 2)[..., None], np.eye(CLASSES, dtype=np.float32)[labels]


def entropy(truth, p):
    return tf.reduce_mean(keras.losses.categorical_crossentropy(truth, p))


def tversky(truth, p, alpha=0.3, beta=0.7, epsilon=1e-6):
    axes = (0, 1, 2, 3)
    hit = tf.reduce_sum(p * truth, axes)
    divisor = (
        hit
        + alpha * tf.reduce_sum(p * (1 - truth), axes)
        + beta * tf.reduce_sum((1 - p) * truth, axes)
        + epsilon
    )
    return tf.reduce_sum(1 - hit / divisor)


for name, loss in (("entropy", entropy), ("tversky", tversky)):
    model = build(WIDTHS, CLASSES)
    start(model)
    adam = keras.optimizers.Adam(RATE, beta_1=0.9, beta_2=0.999, epsilon=1e-8)
    for step in range(STEPS):
        voxels, truth = batch(step)
        with tf.GradientTape() as tape:
            value = loss(truth, model(voxels))
        gradients = tape.gradient(value, model.trainable_variables)
        adam.apply_gradients(zip(gradients, model.trainable_variables))
        print(f"{name} loss {step + 1} 0 {float(value):.9g}")
        if step + 1 in (1, STEPS):
            if step == 0:
                flat = np.concatenate([np.ravel(g) for g in gradients])
                for i in range(0, flat.size, EVERY):
                    print(f"{name} gradient 1 {i} {flat[i]:.9g}")
            flat = np.concatenate([np.ravel(w) for w in model.get_weights()])
            for i in range(0, flat.size, EVERY):
                print(f"{name} weight {step + 1} {i} {flat[i]:.9g}")
