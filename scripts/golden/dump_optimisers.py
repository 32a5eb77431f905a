#!/usr/bin/env python3
# Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
"""Writes golden trajectories of optimisers, courses of learning rates and clipped gradients.

Weights move for twenty steps under the same gradients with torch.optim in float32; what PyTorch lacks (LAMB, FTRL, row-wise
Adagrad) follows its paper here in float64. One line of cases.jsonl each; options bear the names of Howdah's configuration.

    scripts/golden/dump_optimisers.py trainer/src/test/resources/golden/optimisers
"""

import argparse
import gzip
import json
import pathlib
import warnings

import numpy as np
import torch
from safetensors.numpy import save

SHAPES = [[7, 5], [13], [2, 3, 4], []]
TABLE = [10, 4]
STEPS = 20
KEPT = [1, 2, 3, 10, 20]


def sizes(shapes):
    return [int(np.prod(shape)) for shape in shapes]


def split(flat, shapes):
    parts, start = [], 0
    for shape, size in zip(shapes, sizes(shapes)):
        parts.append(flat[start:start + size].reshape(shape))
        start += size
    return parts


class Lamb:
    """You et al. 2020, algorithm 2."""

    def __init__(self, weights, lr, wd, beta1, beta2, eps):
        self.weights, self.settings = weights, (lr, wd, beta1, beta2, eps)
        self.moments = [(np.zeros_like(w), np.zeros_like(w)) for w in weights]

    def step(self, count, gradients):
        lr, wd, beta1, beta2, eps = self.settings
        for i, gradient in enumerate(gradients):
            first, second = self.moments[i]
            first = beta1 * first + (1 - beta1) * gradient
            second = beta2 * second + (1 - beta2) * gradient ** 2
            self.moments[i] = first, second
            unbiased = first / (1 - beta1 ** count)
            update = unbiased / (np.sqrt(second / (1 - beta2 ** count)) + eps) + wd * self.weights[i]
            norms = np.linalg.norm(self.weights[i].ravel()), np.linalg.norm(update.ravel())
            self.weights[i] = self.weights[i] - lr * (norms[0] / norms[1] if min(norms) > 0 else 1) * update


class Ftrl:
    """McMahan et al. 2013, algorithm 1; coordinates without a gradient are not visited."""

    def __init__(self, weights, lr, wd, l1, l2, beta):
        self.weights, self.settings = weights, (lr, wd, l1, l2, beta)
        self.state = [(np.zeros_like(w), np.zeros_like(w)) for w in weights]

    def step(self, count, gradients):
        lr, wd, l1, l2, beta = self.settings
        for i, raw in enumerate(gradients):
            z, n = self.state[i]
            w = self.weights[i]
            gradient = raw + wd * w
            visited = raw != 0
            sigma = (np.sqrt(n + gradient ** 2) - np.sqrt(n)) / lr
            z = np.where(visited, z + gradient - sigma * w, z)
            n = np.where(visited, n + gradient ** 2, n)
            self.state[i] = z, n
            solved = -(z - np.sign(z) * l1) / ((beta + np.sqrt(n)) / lr + l2)
            self.weights[i] = np.where(visited, np.where(np.abs(z) <= l1, 0, solved), w)


class RowwiseAdagrad:
    """One sum per row; rows without a gradient are not visited."""

    def __init__(self, weights, lr, wd, initial, eps):
        self.weights, self.settings = weights, (lr, wd, eps)
        self.sums = [np.full(w.shape[0] if w.ndim else 1, initial) for w in weights]

    def step(self, count, gradients):
        lr, wd, eps = self.settings
        for i, raw in enumerate(gradients):
            rows = self.weights[i].reshape(len(self.sums[i]), -1)
            raw = raw.reshape(rows.shape)
            visited = (raw != 0).any(axis=1)
            gradient = raw + wd * rows
            self.sums[i] = np.where(visited, self.sums[i] + (gradient ** 2).mean(axis=1), self.sums[i])
            moved = rows - lr * gradient / (np.sqrt(self.sums[i]) + eps)[:, None]
            self.weights[i] = np.where(visited[:, None], moved, rows).reshape(self.weights[i].shape)


class Torch:
    def __init__(self, make):
        self.make = make

    def __call__(self, weights, lr, wd):
        self.weights = [torch.nn.Parameter(torch.tensor(w)) for w in weights]
        kwargs = {} if self.make.__name__ == "SparseAdam" else {"weight_decay": wd}
        self.optimiser = self.make(self.weights, lr, kwargs)
        return self

    def step(self, count, gradients):
        for weight, gradient in zip(self.weights, gradients):
            weight.grad = gradient if isinstance(gradient, torch.Tensor) else torch.tensor(gradient)
        self.optimiser.step()


def torch_rule(constructor, **settings):
    def make(weights, lr, kwargs):
        return constructor(weights, lr=lr, **settings, **kwargs)

    make.__name__ = constructor.__name__
    return Torch(make)


def reference(constructor, **settings):
    return lambda weights, lr, wd: constructor([w.astype(np.float64) for w in weights], lr, wd, **settings)


O = torch.optim
DENSE = [
    # name, options, rule, lr, weight decay
    ("sgd", {}, torch_rule(O.SGD), 0.1, 0),
    ("sgd", {}, torch_rule(O.SGD), 0.1, 0.1),
    ("sgd", {"momentum": 0.9}, torch_rule(O.SGD, momentum=0.9), 0.05, 0.1),
    ("sgd", {"momentum": 0.9, "dampening": 0.5}, torch_rule(O.SGD, momentum=0.9, dampening=0.5), 0.05, 0),
    ("sgd", {"momentum": 0.8, "nesterov": "true"}, torch_rule(O.SGD, momentum=0.8, nesterov=True), 0.05, 0.01),
    ("adam", {}, torch_rule(O.Adam), 0.01, 0),
    ("adam", {"beta1": 0.8, "beta2": 0.9, "epsilon": 1e-3}, torch_rule(O.Adam, betas=(0.8, 0.9), eps=1e-3), 0.02, 0.1),
    ("adam", {"amsgrad": "true", "beta2": 0.9}, torch_rule(O.Adam, amsgrad=True, betas=(0.9, 0.9)), 0.01, 0.1),
    ("adamw", {}, torch_rule(O.AdamW), 0.01, 0.1),
    ("adamw", {"amsgrad": "true", "beta2": 0.9}, torch_rule(O.AdamW, amsgrad=True, betas=(0.9, 0.9)), 0.01, 0.1),
    ("adagrad", {"epsilon": 1e-10}, torch_rule(O.Adagrad), 0.1, 0),
    ("adagrad", {"epsilon": 1e-10, "learning.rate.decay": 0.1, "initial.sum": 0.5},
     torch_rule(O.Adagrad, lr_decay=0.1, initial_accumulator_value=0.5), 0.1, 0.1),
    ("rmsprop", {}, torch_rule(O.RMSprop), 0.01, 0),
    ("rmsprop", {"momentum": 0.9, "smoothing": 0.9}, torch_rule(O.RMSprop, momentum=0.9, alpha=0.9), 0.01, 0.1),
    ("rmsprop", {"centred": "true", "epsilon": 1e-4}, torch_rule(O.RMSprop, centered=True, eps=1e-4), 0.01, 0),
    ("rmsprop", {"centred": "true", "momentum": 0.5, "epsilon": 1e-4},
     torch_rule(O.RMSprop, centered=True, momentum=0.5, eps=1e-4), 0.01, 0.1),
    ("adafactor", {}, torch_rule(O.Adafactor), 0.01, 0),
    ("adafactor", {"beta2.exponent": -0.5, "relative.floor": 0.5, "update.clip": 1.5, "factor.epsilon": 0.01},
     torch_rule(O.Adafactor, beta2_decay=-0.5, eps=(0.01, 0.5), d=1.5), 0.05, 0.1),
    ("adafactor", {}, torch_rule(O.Adafactor), 0.9, 0.01),
    ("lamb", {"epsilon": 1e-6}, reference(Lamb, beta1=0.9, beta2=0.999, eps=1e-6), 0.02, 0),
    ("lamb", {"epsilon": 1e-6, "beta1": 0.8, "beta2": 0.95}, reference(Lamb, beta1=0.8, beta2=0.95, eps=1e-6), 0.02, 0.1),
    ("ftrl", {}, reference(Ftrl, l1=0, l2=0, beta=1), 0.1, 0),
    ("ftrl", {"l1": 0.5, "l2": 0.1, "beta": 0.5}, reference(Ftrl, l1=0.5, l2=0.1, beta=0.5), 0.2, 0.01),
    ("rowwise-adagrad", {"epsilon": 1e-8}, reference(RowwiseAdagrad, initial=0.0, eps=1e-8), 0.1, 0),
    ("rowwise-adagrad", {"epsilon": 1e-8, "initial.sum": 0.5}, reference(RowwiseAdagrad, initial=0.5, eps=1e-8), 0.1, 0.1),
]
SPARSE = [
    ("sgd", {}, torch_rule(O.SGD), 0.1, 0),
    ("adagrad", {"epsilon": 1e-10, "initial.sum": 0.1}, torch_rule(O.Adagrad, initial_accumulator_value=0.1), 0.1, 0),
    ("sparse-adam", {}, torch_rule(O.SparseAdam), 0.01, 0),
    ("sparse-adam", {"beta1": 0.8, "beta2": 0.95}, torch_rule(O.SparseAdam, betas=(0.8, 0.95)), 0.02, 0),
    ("rowwise-adagrad", {}, reference(RowwiseAdagrad, initial=0.0, eps=1e-8), 0.1, 0.1),
    ("ftrl", {"l1": 0.1}, reference(Ftrl, l1=0.1, l2=0, beta=1), 0.1, 0),
]


def trajectory(rule, initial, lr, wd, gradients):
    run = rule([w.copy() for w in initial], lr, wd)
    kept = []
    for count in range(1, STEPS + 1):
        run.step(count, gradients(count, isinstance(rule, Torch)))
        if count in KEPT:
            weights = [w.detach().numpy() if isinstance(w, torch.Tensor) else w for w in run.weights]
            kept.append(np.concatenate([w.ravel() for w in weights]).astype(np.float32))
    return np.stack(kept)


def line(kind, name, options, lr, wd, shapes, weights):
    return {"kind": kind, "name": name, "options": {key: str(value) for key, value in options.items()}, "rate": lr,
            "decay": wd, "shapes": shapes, "kept": KEPT, "weights": weights}


def dense_cases(random, tensors):
    n = sum(sizes(SHAPES))
    initial = random.normal(size=n).astype(np.float32)
    gradients = random.normal(size=(STEPS, n)).astype(np.float32) * 0.5
    gradients[random.random(size=(STEPS, n)) < 0.05] = 0
    tensors["dense.initial"], tensors["dense.gradients"] = initial, gradients
    for index, (name, options, rule, lr, wd) in enumerate(DENSE):
        start = np.zeros_like(initial) if name == "ftrl" else initial
        key = f"dense.{index}"
        tensors[key] = trajectory(rule, split(start, SHAPES), lr, wd, lambda count, _: split(gradients[count - 1], SHAPES))
        yield {**line("dense", name, options, lr, wd, SHAPES, key), "zero": name == "ftrl"}


def sparse_cases(random, tensors):
    initial = random.normal(size=TABLE).astype(np.float32)
    rows = random.integers(0, TABLE[0], size=(STEPS, 6))
    values = random.normal(size=(STEPS, 6, TABLE[1])).astype(np.float32)
    tensors["sparse.initial"], tensors["sparse.rows"], tensors["sparse.values"] = initial, rows, values

    def gradient(count, sparse):
        if sparse:
            indices = torch.tensor(rows[count - 1])[None]
            return [torch.sparse_coo_tensor(indices, torch.tensor(values[count - 1]), TABLE)]
        dense = np.zeros(TABLE, np.float32)
        np.add.at(dense, rows[count - 1], values[count - 1])
        return [dense]

    for index, (name, options, rule, lr, wd) in enumerate(SPARSE):
        start = np.zeros_like(initial) if name == "ftrl" else initial
        key = f"sparse.{index}"
        tensors[key] = trajectory(rule, [start], lr, wd, gradient)
        yield {**line("sparse", name, options, lr, wd, [TABLE], key), "zero": name == "ftrl"}


def schedule_cases():
    S = torch.optim.lr_scheduler
    settings = [
        # name, options, warm-up, total steps, scheduler, length of the record
        ("constant", {}, 0, 30, lambda o: S.ConstantLR(o, factor=1, total_iters=1), 30),
        ("step", {"interval": 7, "gamma": 0.5}, 0, 30, lambda o: S.StepLR(o, 7, 0.5), 30),
        ("multi-step", {"milestones": "3, 9,9,20", "gamma": 0.3}, 0, 30, lambda o: S.MultiStepLR(o, [3, 9, 9, 20], 0.3), 30),
        ("exponential", {"gamma": 0.9}, 0, 30, lambda o: S.ExponentialLR(o, 0.9), 30),
        ("cosine", {}, 0, 30, lambda o: S.CosineAnnealingLR(o, 30), 31),
        ("cosine", {"floor": 0.2}, 0, 30, lambda o: S.CosineAnnealingLR(o, 30, eta_min=0.2 * 0.5), 31),
        ("cosine-restarts", {"period": 5, "floor": 0.1}, 0, 30,
         lambda o: S.CosineAnnealingWarmRestarts(o, 5, eta_min=0.1 * 0.5), 40),
        ("cosine-restarts", {"period": 4, "period.multiplier": 2}, 0, 30,
         lambda o: S.CosineAnnealingWarmRestarts(o, 4, T_mult=2), 60),
        ("linear", {"floor": 0.25}, 0, 30, lambda o: S.LinearLR(o, 1, 0.25, 30), 40),
        ("polynomial", {"power": 2}, 0, 30, lambda o: S.PolynomialLR(o, 30, 2), 40),
        ("one-cycle", {}, 0, 30, lambda o: S.OneCycleLR(o, 0.5, total_steps=30, cycle_momentum=False), 30),
        ("one-cycle", {"rise": 0.4, "initial.divisor": 10, "final.divisor": 100, "anneal": "linear"}, 0, 25,
         lambda o: S.OneCycleLR(o, 0.5, total_steps=25, pct_start=0.4, div_factor=10, final_div_factor=100,
                                anneal_strategy="linear", cycle_momentum=False), 25),
        ("cosine", {"floor": 0.1}, 5, 30, lambda o: S.SequentialLR(o, [
            S.LinearLR(o, 1 / 5, 1, 4), S.CosineAnnealingLR(o, 25, eta_min=0.1 * 0.5)], [5]), 31),
        ("step", {"interval": 3}, 2, 30, lambda o: S.SequentialLR(o, [S.LinearLR(o, 0.5, 1, 1), S.StepLR(o, 3)], [2]), 30),
    ]
    for name, options, warmup, total, make, length in settings:
        optimiser = O.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.5)
        scheduler = make(optimiser)
        rates = []
        for _ in range(length):
            rates.append(optimiser.param_groups[0]["lr"])
            optimiser.step()
            if len(rates) < length:
                scheduler.step()
        yield {"kind": "schedule", "name": name, "options": {key: str(value) for key, value in options.items()},
               "warmup": warmup, "total": total, "rates": rates}


def plateau_cases(random):
    S = torch.optim.lr_scheduler
    for settings in [dict(), dict(patience=2, factor=0.5), dict(patience=1, cooldown=3, threshold=0.1),
                     dict(patience=1, threshold_mode="abs", threshold=0.05, min_lr=0.01),
                     dict(mode="max", patience=0, factor=0.7), dict(mode="max", patience=2, threshold_mode="abs")]:
        optimiser = O.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.5)
        scheduler = S.ReduceLROnPlateau(optimiser, **settings)
        metrics = (2 + np.cumsum(random.normal(size=60)) * 0.05 - 0.005 * np.arange(60)).tolist()
        rates = []
        for metric in metrics:
            scheduler.step(metric)
            rates.append(optimiser.param_groups[0]["lr"])
        full = dict(mode="min", factor=0.1, patience=10, threshold=1e-4, threshold_mode="rel", cooldown=0, min_lr=0)
        yield {"kind": "plateau", **full, **settings, "metrics": metrics, "rates": rates}


def clipping_cases(random, tensors):
    gradients = random.normal(size=sum(sizes(SHAPES))).astype(np.float32) * 3
    tensors["clipping.gradients"] = gradients
    for index, (order, maximum) in enumerate([(2.0, 1.5), (2.0, 1e6), (1.0, 10.0), (3.0, 2.0), (float("inf"), 0.5), (2.0, 0.0)]):
        parameters = [torch.nn.Parameter(torch.zeros(shape)) for shape in SHAPES]
        for parameter, gradient in zip(parameters, split(gradients, SHAPES)):
            parameter.grad = torch.tensor(gradient)
        norm = torch.nn.utils.clip_grad_norm_(parameters, maximum, order)
        tensors[f"clipping.{index}"] = np.concatenate([p.grad.numpy().ravel() for p in parameters])
        yield {"kind": "norm", "order": str(order).replace("inf", "Infinity"), "maximum": maximum, "norm": norm.item(),
               "shapes": SHAPES, "clipped": f"clipping.{index}"}
    parameters = [torch.nn.Parameter(torch.zeros(shape)) for shape in SHAPES]
    for parameter, gradient in zip(parameters, split(gradients, SHAPES)):
        parameter.grad = torch.tensor(gradient)
    torch.nn.utils.clip_grad_value_(parameters, 0.7)
    tensors["clipping.value"] = np.concatenate([p.grad.numpy().ravel() for p in parameters])
    yield {"kind": "value", "maximum": 0.7, "shapes": SHAPES, "clipped": "clipping.value"}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    folder = parser.parse_args().folder
    warnings.simplefilter("ignore")
    random = np.random.default_rng(20)
    tensors = {}
    cases = [*dense_cases(random, tensors), *sparse_cases(random, tensors), *schedule_cases(), *plateau_cases(random),
             *clipping_cases(random, tensors)]
    folder.mkdir(parents=True, exist_ok=True)
    files = {
        "cases.jsonl": "".join(json.dumps(case) + "\n" for case in cases).encode(),
        "errors.jsonl": b"",
        "tensors.safetensors": save({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}),
    }
    for name, content in files.items():
        (folder / f"{name}.gz").write_bytes(gzip.compress(content, mtime=0))
    print(f"{len(cases)} cases, {sum(f.stat().st_size for f in folder.iterdir())} bytes")


if __name__ == "__main__":
    main()
