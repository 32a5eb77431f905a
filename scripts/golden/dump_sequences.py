#!/usr/bin/env python3
# Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
"""Writes golden cases of what OpInfo has no or few samples for: recurrent networks, rotary embeddings, the options of
attention and of embeddings. The format is that of dump_operations.py.

    scripts/golden/dump_sequences.py --compress trainer/src/test/resources/golden/sequences
"""

import argparse
import itertools
from types import SimpleNamespace

import torch
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from dump_operations import Writer, case, write

F = torch.nn.functional

MODULES = {
    "rnn_tanh": lambda *args, **kwargs: torch.nn.RNN(*args, nonlinearity="tanh", **kwargs),
    "rnn_relu": lambda *args, **kwargs: torch.nn.RNN(*args, nonlinearity="relu", **kwargs),
    "lstm": torch.nn.LSTM,
    "gru": torch.nn.GRU,
}
CELLS = {
    "rnn_tanh": torch.nn.RNNCell,
    "rnn_relu": lambda *args, **kwargs: torch.nn.RNNCell(*args, nonlinearity="relu", **kwargs),
    "lstm": torch.nn.LSTMCell,
    "gru": torch.nn.GRUCell,
}


class Operation:
    """A function with the attributes of an OpInfo that a case needs."""

    def __init__(self, name, variant, function):
        self.name = name
        self.variant_test_name = variant
        self.function = function

    def __call__(self, *args, **kwargs):
        return self.function(*args, **kwargs)


def random(*sizes):
    return torch.randn(*sizes, dtype=torch.float64, requires_grad=True)


def sample(first, *args, **kwargs):
    return SimpleNamespace(input=first, args=args, kwargs=kwargs)


def with_weights(module, weights):
    """Puts weights, which may be part of a graph, in the place of a module's."""
    module = module.to(weights[0].dtype)
    for name, weight in zip([name for name, _ in module.named_parameters()], weights):
        delattr(module, name)
        setattr(module, name, weight)
    if hasattr(module, "_flat_weights"):
        module._flat_weights = list(weights)
    return module


def run_network(name, x, weights, state, layers, bias, bidirectional, batch_first, lengths):
    width = weights[1].shape[1]
    module = MODULES[name](x.shape[-1], width, layers, bias=bias, bidirectional=bidirectional, batch_first=batch_first)
    module = with_weights(module, weights)
    start = None if state is None else state[0] if len(state) == 1 else tuple(state)
    if lengths is None:
        output, last = module(x, start)
    else:
        packed = pack_padded_sequence(x, torch.tensor(lengths), batch_first=batch_first, enforce_sorted=False)
        output, last = module(packed, start)
        output, _ = pad_packed_sequence(output, batch_first=batch_first, total_length=x.shape[1 if batch_first else 0])
    return [output, *last] if isinstance(last, tuple) else [output, last]


def weights_of(gates, inputs, width, layers, directions, bias):
    weights = []
    for layer, _ in itertools.product(range(layers), range(directions)):
        weights += [random(gates * width, inputs if layer == 0 else directions * width), random(gates * width, width)]
        weights += [random(gates * width), random(gates * width)] if bias else []
    return weights


def network_cases():
    steps, batch, inputs, width = 4, 3, 3, 2
    gates = {"rnn_tanh": 1, "rnn_relu": 1, "lstm": 4, "gru": 3}
    settings = [
        # layers, bias, bidirectional, batch first, lengths, with initial state, batched
        (1, True, False, False, None, True, True),
        (1, False, True, False, None, False, True),
        (2, True, True, True, None, True, True),
        (2, True, False, False, [2, 4, 3], True, True),
        (2, True, True, True, [4, 1, 3], True, True),
        (1, True, True, False, None, True, False),
    ]
    for name in MODULES:
        for layers, bias, bidirectional, batch_first, lengths, initial, batched in settings:
            directions = 2 if bidirectional else 1
            sizes = [steps, batch, inputs] if not batch_first else [batch, steps, inputs]
            x = random(*(sizes if batched else [steps, inputs]))
            shape = [layers * directions, batch, width] if batched else [layers * directions, width]
            state = [random(*shape) for _ in range(2 if name == "lstm" else 1)] if initial else None
            weights = weights_of(gates[name], inputs, width, layers, directions, bias)
            arguments = dict(
                layers=layers, bias=bias, bidirectional=bidirectional, batch_first=batch_first, lengths=lengths)
            function = lambda *args, name=name, **kwargs: run_network(name, *args, **kwargs)
            yield Operation(name, "", function), sample(x, weights, state, **arguments)
        for bias, batched in [(True, True), (False, False)]:
            shape = [batch, width] if batched else [width]
            x = random(batch, inputs) if batched else random(inputs)
            state = [random(*shape) for _ in range(2 if name == "lstm" else 1)]
            weights = weights_of(gates[name], inputs, width, 1, 1, bias)
            function = lambda *args, name=name, **kwargs: run_cell(name, *args, **kwargs)
            yield Operation(name, "step", function), sample(x, weights, state, bias=bias)


def run_cell(name, x, weights, state, bias):
    cell = with_weights(CELLS[name](x.shape[-1], weights[1].shape[1], bias=bias), weights)
    result = cell(x, tuple(state) if len(state) > 1 else state[0])
    return list(result) if isinstance(result, tuple) else [result]


def rotated(x, pairs, base, turned, positions):
    """Rotary embedding, written as in RoFormer's and LLaMA's reference code."""
    angles = positions.double()[..., None] * base ** (-torch.arange(0, turned, 2, dtype=torch.float64) / turned)
    head, rest = x[..., :turned], x[..., turned:]
    if pairs == "halves":
        angles = torch.cat([angles, angles], -1)
        first, second = head.chunk(2, -1)
        other = torch.cat([-second, first], -1)
    else:
        angles = angles.repeat_interleave(2, -1)
        other = torch.stack([-head[..., 1::2], head[..., 0::2]], -1).flatten(-2)
    return torch.cat([head * angles.cos() + other * angles.sin(), rest], -1)


def rotary_cases():
    operation = Operation("rotary_embedding", "", rotated)
    for pairs in ("halves", "neighbours"):
        yield operation, sample(random(2, 3, 4, 8), pairs, 10000.0, 8, torch.arange(4))
        yield operation, sample(random(2, 5, 7), pairs, 500.0, 4, torch.arange(3, 8))
        yield operation, sample(random(2, 3, 4, 6), pairs, 10000.0, 6, torch.tensor([[[0, 1, 2, 0]], [[9, 0, 1, 2]]]))


def attention_cases():
    operation = Operation("nn.functional.scaled_dot_product_attention", "options", F.scaled_dot_product_attention)
    q, k, v = (2, 2, 5, 3), (2, 2, 7, 3), (2, 2, 7, 2)
    mask = torch.rand(5, 7) > 0.5
    mask[2] = False
    added = torch.randn(2, 1, 5, 7, dtype=torch.float64).masked_fill(~mask, -torch.inf)
    for kwargs in (
        dict(attn_mask=mask),
        dict(attn_mask=torch.rand(2, 1, 1, 7) > 0.3),
        dict(attn_mask=added),
        dict(attn_mask=random(2, 5, 7)),
        dict(is_causal=True),
        dict(scale=0.3),
    ):
        yield operation, sample(random(*q), random(*k), random(*v), **kwargs)
    yield operation, sample(random(7, 3), random(5, 3), random(5, 2), is_causal=True)
    yield operation, sample(random(3, 3), random(5, 3), random(5, 2))
    for kwargs in (dict(), dict(is_causal=True), dict(attn_mask=torch.rand(1, 4, 5, 7) > 0.4)):
        yield operation, sample(random(1, 4, 5, 3), random(1, 2, 7, 3), random(1, 2, 7, 3), enable_gqa=True, **kwargs)
    yield operation, sample(random(70, 2), random(70, 2), random(70, 2), is_causal=True)


def embedding_cases():
    def embedding(weight, ids, **kwargs):
        return F.embedding(ids, weight, **kwargs)

    def bag(weight, ids, **kwargs):
        return F.embedding_bag(ids, weight, **kwargs)

    ids = torch.tensor([[3, 1, 3, 0], [5, 3, 0, 4]])
    for kwargs in (
        dict(padding_idx=3),
        dict(padding_idx=-1),
        dict(scale_grad_by_freq=True),
        dict(max_norm=0.8),
        dict(max_norm=1.5, norm_type=1.0, padding_idx=0),
        dict(max_norm=0.6, norm_type=float("inf")),
    ):
        yield Operation("nn.functional.embedding", "options", embedding), sample(random(6, 3), ids, **kwargs)
    offsets = torch.tensor([0, 2, 2, 5])
    for mode, kwargs in itertools.product(("sum", "mean", "max"), (dict(), dict(padding_idx=3), dict(max_norm=0.7))):
        arguments = dict(offsets=offsets, mode=mode, **kwargs)
        yield Operation("nn.functional.embedding_bag", "options", bag), sample(random(6, 3), ids.flatten(), **arguments)


def main():
    parser = argparse.ArgumentParser(description="Writes golden cases of operations on sequences.")
    parser.add_argument("folder")
    parser.add_argument("--compress", action="store_true", help="write each file compressed, with the suffix .gz")
    arguments = parser.parse_args()
    torch.manual_seed(0)
    writer = Writer()
    cases = []
    for generator in (network_cases, rotary_cases, attention_cases, embedding_cases):
        for number, (operation, inputs) in enumerate(generator()):
            # A case seeds the random state, on which the inputs of the next one should not depend.
            state = torch.get_rng_state()
            cases.append(case(writer, operation, number, inputs))
            torch.set_rng_state(state)
    write(arguments.folder, writer, cases, [], arguments.compress)


if __name__ == "__main__":
    main()
