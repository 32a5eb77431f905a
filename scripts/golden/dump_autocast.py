#!/usr/bin/env python3
# Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
"""Writes golden cases of operations under torch.autocast("cpu", bfloat16): the dtypes, values and gradients of calls whose
operands are float32, bfloat16 or both. The format is that of dump_operations.py; the variant is the list that the operation
is in: low, fp32, promote or keep.

    scripts/golden/dump_autocast.py --compress trainer/src/test/resources/golden/autocast
"""

import argparse
from types import SimpleNamespace

import torch

from dump_operations import Writer, case, write
from dump_sequences import run_network

F = torch.nn.functional


class Operation:
    """A function that runs under autocast, with the attributes of an OpInfo that a case needs."""

    def __init__(self, name, category, function):
        self.name = name
        self.variant_test_name = category
        self.function = function

    def __call__(self, *args, **kwargs):
        with torch.autocast("cpu", torch.bfloat16):
            return self.function(*args, **kwargs)


def single(*sizes):
    return torch.randn(*sizes, requires_grad=True)


def half(*sizes):
    return torch.randn(*sizes).bfloat16().requires_grad_()


def positive(tensor):
    return tensor.detach().sigmoid().requires_grad_()


def low():
    return [
        ("matmul", torch.matmul, single(3, 4), single(4, 5)),
        ("matmul", torch.matmul, half(2, 3, 4), single(4, 5)),
        ("matmul", torch.matmul, single(3, 4), single(4)),
        ("mm", torch.mm, single(3, 4), half(4, 5)),
        ("bmm", torch.bmm, single(2, 3, 4), single(2, 4, 5)),
        ("addmm", torch.addmm, single(5), single(3, 4), single(4, 5)),
        ("baddbmm", torch.baddbmm, single(2, 3, 5), half(2, 3, 4), single(2, 4, 5)),
        ("addbmm", torch.addbmm, single(3, 5), single(2, 3, 4), single(2, 4, 5)),
        ("einsum", lambda tensors, equation: torch.einsum(equation, tensors), (single(3, 4), single(4, 5)), "ij,jk->ik"),
        ("tensordot", torch.tensordot, single(3, 4), single(4, 5), dict(dims=1)),
        ("nn.functional.linear", F.linear, single(3, 4), single(5, 4), single(5)),
        ("nn.functional.linear", F.linear, half(2, 3, 4), single(5, 4)),
        ("nn.functional.conv1d", F.conv1d, single(2, 3, 8), single(4, 3, 3), single(4)),
        ("nn.functional.conv2d", F.conv2d, half(2, 3, 6, 6), single(4, 3, 3, 3), single(4)),
        ("nn.functional.conv_transpose1d", F.conv_transpose1d, single(2, 3, 8), single(3, 4, 3), single(4)),
        ("nn.functional.conv_transpose2d", F.conv_transpose2d, single(2, 3, 5, 5), single(3, 4, 3, 3), single(4)),
        ("nn.functional.prelu", F.prelu, single(2, 3, 4), single(3)),
        ("nn.functional.scaled_dot_product_attention", F.scaled_dot_product_attention, single(2, 5, 4), half(2, 6, 4),
         single(2, 6, 4)),
    ] + [
        (name, lambda *args, name=name, **kwargs: run_network(name, *args, **kwargs), single(4, 3, 3),
         [single(gates * 2, 3), single(gates * 2, 2), single(gates * 2), single(gates * 2)], None,
         dict(layers=1, bias=True, bidirectional=False, batch_first=False, lengths=None))
        for name, gates in (("rnn_tanh", 1), ("lstm", 4))
    ]


def fp32():
    classes = torch.tensor([0, 2, 1])
    signs = torch.tensor([1.0, -1.0, 1.0])
    pairs = {
        name: (half(3, 4), half(3, 4))
        for name in ("mse_loss", "l1_loss", "smooth_l1_loss", "huber_loss", "poisson_nll_loss")
    }
    return [("nn.functional." + name, getattr(F, name), *operands) for name, operands in pairs.items()] + [
        ("nn.functional.mse_loss", F.mse_loss, half(3, 4), single(3, 4)),
        ("nn.functional.cross_entropy", F.cross_entropy, half(3, 4), classes),
        ("nn.functional.cross_entropy", F.cross_entropy, half(3, 4), classes, dict(label_smoothing=0.1)),
        ("nn.functional.nll_loss", F.nll_loss, half(3, 4), classes),
        ("nn.functional.binary_cross_entropy", F.binary_cross_entropy, positive(half(3, 4)),
         positive(half(3, 4)).detach()),
        ("nn.functional.binary_cross_entropy_with_logits", F.binary_cross_entropy_with_logits, half(3, 4),
         positive(half(3, 4)).detach()),
        ("nn.functional.kl_div", F.kl_div, half(3, 4), positive(half(3, 4)), dict(reduction="sum")),
        ("nn.functional.soft_margin_loss", F.soft_margin_loss, half(3), signs),
        ("nn.functional.hinge_embedding_loss", F.hinge_embedding_loss, half(3), signs),
        ("nn.functional.margin_ranking_loss", F.margin_ranking_loss, half(3), half(3), signs),
        ("nn.functional.cosine_embedding_loss", F.cosine_embedding_loss, half(3, 4), half(3, 4), signs),
        ("nn.functional.triplet_margin_loss", F.triplet_margin_loss, half(3, 4), half(3, 4), half(3, 4)),
        ("prod", torch.prod, half(2, 3)),
        ("prod", torch.prod, half(2, 3), dict(dim=1)),
        ("trace", torch.trace, half(3, 3)),
        ("nn.functional.pad", F.pad, half(2, 3, 6), [1, 2], dict(mode="reflect")),
        ("nn.functional.pad", F.pad, half(2, 3, 6, 6), [1, 2, 2, 1], dict(mode="replicate")),
    ]


def promote():
    return [
        ("cat", torch.cat, [half(2, 3), single(1, 3)]),
        ("cat", torch.cat, [half(2, 3), half(1, 3)]),
        ("stack", torch.stack, [single(3), half(3)]),
        ("index_copy", torch.index_copy, half(3, 4), 0, torch.tensor([2]), single(1, 4)),
    ]


def keep():
    return [
        ("mv", torch.mv, single(3, 4), single(4)),
        ("dot", torch.dot, single(4), single(4)),
        ("addmv", torch.addmv, single(3), single(3, 4), single(4)),
        ("addr", torch.addr, single(3, 4), single(3), single(4)),
        ("outer", torch.outer, single(3), single(4)),
        ("einsum", lambda tensors, equation: torch.einsum(equation, tensors), (single(3), single(4)), "i,j->ij"),
        ("nn.functional.bilinear", F.bilinear, single(3, 4), single(3, 5), single(2, 4, 5)),
        ("add", torch.add, single(3, 4), half(3, 4)),
        ("mul", torch.mul, half(3, 4), half(4)),
        ("exp", torch.exp, half(3, 4)),
        ("sum", torch.sum, half(3, 4)),
        ("mean", torch.mean, half(3, 4)),
        ("cumprod", torch.cumprod, half(3, 4), 1),
        ("softmax", torch.softmax, half(3, 4), 1),
        ("nn.functional.gelu", F.gelu, half(3, 4)),
        ("nn.functional.layer_norm", F.layer_norm, half(3, 4), [4], single(4), single(4)),
        ("nn.functional.rms_norm", F.rms_norm, half(3, 4), [4], single(4), 1e-5),
        ("nn.functional.group_norm", F.group_norm, half(2, 4, 3), 2, single(4), single(4)),
        ("nn.functional.max_pool2d", F.max_pool2d, half(2, 3, 6, 6), 2),
        ("nn.functional.avg_pool2d", F.avg_pool2d, half(2, 3, 6, 6), 2),
        ("nn.functional.cosine_similarity", F.cosine_similarity, half(3, 4), half(3, 4)),
        ("nn.functional.pairwise_distance", F.pairwise_distance, half(3, 4), half(3, 4)),
        ("nn.functional.pad", F.pad, half(2, 3, 6), [1, 2]),
        ("nn.functional.pad", F.pad, half(2, 3, 6), [1, 2], dict(mode="circular")),
        ("matmul", torch.matmul, torch.randn(3, 4, dtype=torch.float64, requires_grad=True),
         torch.randn(4, 5, dtype=torch.float64, requires_grad=True)),
    ]


def main():
    parser = argparse.ArgumentParser(description="Writes golden cases of operations under autocast.")
    parser.add_argument("folder")
    parser.add_argument("--compress", action="store_true", help="write each file compressed, with the suffix .gz")
    arguments = parser.parse_args()
    torch.manual_seed(0)
    writer = Writer()
    cases = []
    for category in (low, fp32, promote, keep):
        for name, function, first, *rest in category():
            kwargs = rest.pop() if rest and isinstance(rest[-1], dict) else {}
            sample = SimpleNamespace(input=first, args=tuple(rest), kwargs=kwargs)
            cases.append(case(writer, Operation(name, category.__name__, function), len(cases), sample))
    write(arguments.folder, writer, cases, [], arguments.compress)


if __name__ == "__main__":
    main()
