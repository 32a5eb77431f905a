#!/usr/bin/env python3
# Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
"""Writes golden cases of tensor operations: inputs, outputs and gradients as PyTorch computes them in float64.

The inputs are those of PyTorch's own table of operations (OpInfo), and so are the calls that must be refused.
Needs torch, numpy and safetensors. The trainer's GoldenTest reads the result:

    scripts/golden/dump_operations.py /tmp/golden
    mvn -pl trainer test -Dtest=GoldenTest -Dgolden.dir=/tmp/golden

Files in the folder:

  cases.jsonl          op, variant, i (number of the sample), input, args, kwargs, out; where the operation is
                       differentiable also cotangent (one per differentiable output) and grads (one per leaf that
                       requires gradients in the order of input, args, kwargs; null: no gradient)
  errors.jsonl         calls that must be refused: op, error (class), regex (of the message), input, args, kwargs
  tensors.safetensors  the storages by name

Values are written as {"tensor": name, "dtype", "shape", "requires_grad", "strides", "offset"}: a view with those strides
and that offset, both in elements, of a flat storage; without strides the storage itself, contiguous. {"list": [], "tuple":
bool}, {"dict": {}}, {"slice": [start, stop, step]}, {"dtype": name}, {"ellipsis": 1}, {"v": scalar or null} (numbers that
are not finite as text). The random state is seeded anew before each operation's samples and before each call.
"""

import argparse
import gzip
import itertools
import json
import math
import os
import sys
import types

import torch
from safetensors.torch import save

# torch.testing imports this package for a helper of its own tests, which the tables do not use.
sys.modules.setdefault("expecttest", types.ModuleType("expecttest"))
sys.modules["expecttest"].TestCase = object
sys.modules["expecttest"].assert_expected_inline = None

from torch.testing._internal.common_methods_invocations import op_db  # noqa: E402

OPERATIONS = """
    abs add addcdiv addcmul copysign ceil clamp cos div erf exp expm1 floor fmod lerp log log1p maximum minimum mul neg
    pow reciprocal remainder round rsqrt sigmoid sign sin sqrt square sub tanh trunc where
    bitwise_and bitwise_not bitwise_or bitwise_xor clamp_max clamp_min floor_divide true_divide
    eq ge gt le lt ne isfinite isinf isnan logical_and logical_not logical_or logical_xor masked_fill
    all amax amin any argmax argmin argsort count_nonzero cumprod cumsum kthvalue logsumexp max mean median min norm prod sort std sum topk
    var
    as_strided as_strided_scatter broadcast_to chunk clone contiguous diagonal expand expand_as flatten flip movedim narrow permute
    reshape select slice split split_with_sizes squeeze t transpose unbind unflatten unfold unsqueeze view
    zero_ to fill
    __getitem__ cat gather index_add index_copy index_fill index_put index_select masked_scatter
    nn.functional.embedding nn.functional.embedding_bag nn.functional.one_hot nn.functional.pad repeat
    hstack masked_select meshgrid nonzero put repeat_interleave roll scatter scatter_add stack take take_along_dim tile
    tril tril_indices triu triu_indices vstack
    addbmm addmm addmv addr baddbmm bmm dot einsum matmul mm mv nn.functional.bilinear nn.functional.linear outer
    tensordot trace
    arange bernoulli empty eye full full_like linspace ones ones_like rand_like randint randn zeros zeros_like
    nn.functional.adaptive_avg_pool1d nn.functional.adaptive_avg_pool2d nn.functional.adaptive_max_pool1d
    nn.functional.adaptive_max_pool2d nn.functional.avg_pool1d nn.functional.avg_pool2d nn.functional.conv1d
    nn.functional.conv2d nn.functional.conv_transpose1d nn.functional.conv_transpose2d nn.functional.max_pool1d
    nn.functional.max_pool2d
    nn.functional.batch_norm nn.functional.group_norm nn.functional.instance_norm
    nn.functional.layer_norm nn.functional.normalize
    nn.functional.rms_norm nn.functional.dropout log_softmax softmax nn.functional.softmin
    nn.functional.elu nn.functional.gelu nn.functional.glu nn.functional.hardsigmoid nn.functional.hardswish
    nn.functional.hardtanh nn.functional.leaky_relu nn.functional.logsigmoid nn.functional.mish
    nn.functional.prelu nn.functional.relu nn.functional.relu6 nn.functional.silu nn.functional.softplus
    nn.functional.threshold
    nn.functional.binary_cross_entropy nn.functional.binary_cross_entropy_with_logits
    nn.functional.cosine_embedding_loss nn.functional.cosine_similarity nn.functional.cross_entropy
    nn.functional.gaussian_nll_loss nn.functional.hinge_embedding_loss nn.functional.margin_ranking_loss
    nn.functional.pairwise_distance nn.functional.poisson_nll_loss nn.functional.soft_margin_loss
    nn.functional.triplet_margin_loss nn.functional.huber_loss nn.functional.kl_div nn.functional.l1_loss nn.functional.mse_loss
    nn.functional.nll_loss nn.functional.smooth_l1_loss
    nn.functional.scaled_dot_product_attention
""".split()


STORABLE = {
    torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.int64, torch.int32, torch.uint8, torch.bool,
}


class NotStorable(Exception):
    """A case has tensors that the trainer has no type or layout for."""


class Writer:
    """Collects the storages of all cases and describes values in JSON."""

    def __init__(self):
        self.storages = {}
        self.inputs = {}

    def new_case(self):
        self.inputs = {}

    def store(self, flat):
        if flat.dtype not in STORABLE:
            raise NotStorable(str(flat.dtype))
        name = f"t{len(self.storages)}"
        self.storages[name] = flat.detach().clone()
        return name

    def input(self, value):
        """A value that is given to an operation."""
        if isinstance(value, torch.Tensor):
            return self.input_tensor(value)
        if isinstance(value, (list, tuple)):
            return {"list": [self.input(element) for element in value], "tuple": isinstance(value, tuple)}
        if isinstance(value, dict):
            return {"dict": {str(key): self.input(element) for key, element in value.items()}}
        if isinstance(value, slice):
            return {"slice": [value.start, value.stop, value.step]}
        if isinstance(value, torch.dtype):
            return {"dtype": str(value).removeprefix("torch.")}
        if value is Ellipsis:
            return {"ellipsis": 1}
        if isinstance(value, float) and not math.isfinite(value):
            return {"v": str(value)}
        if value is None or isinstance(value, (bool, int, float, str)):
            return {"v": value}
        return {"v": str(value)}

    def input_tensor(self, tensor):
        if tensor.layout != torch.strided or tensor.device.type != "cpu":
            raise NotStorable(f"{tensor.layout} on {tensor.device}")
        storage = tensor.untyped_storage()
        key = (storage.data_ptr() or id(tensor), tensor.dtype)
        if key not in self.inputs:
            flat = torch.empty(0, dtype=tensor.dtype).set_(storage)
            # The tensor itself is kept so that its address is not given to another.
            self.inputs[key] = (self.store(flat), tensor)
        described = self.described(self.inputs[key][0], tensor)
        described["strides"] = list(tensor.stride())
        described["offset"] = tensor.storage_offset()
        return described

    def output(self, tensor):
        """A tensor that an operation gave."""
        return self.described(self.store(tensor.detach().contiguous()), tensor)

    @staticmethod
    def described(name, tensor):
        return {
            "tensor": name,
            "dtype": str(tensor.dtype).removeprefix("torch."),
            "shape": list(tensor.shape),
            "requires_grad": tensor.requires_grad,
        }


def leaves(value):
    """The tensors in a value that require gradients, in order."""
    if isinstance(value, torch.Tensor):
        return [value] if value.requires_grad else []
    if isinstance(value, (list, tuple)):
        return [leaf for element in value for leaf in leaves(element)]
    if isinstance(value, dict):
        return [leaf for element in value.values() for leaf in leaves(element)]
    return []


def flattened(value):
    """The tensors in a result, in order."""
    if isinstance(value, torch.Tensor):
        return [value]
    if isinstance(value, (list, tuple)):
        return [tensor for element in value for tensor in flattened(element)]
    return [torch.tensor(value)]


def case(writer, op, number, sample):
    writer.new_case()
    inputs = [sample.input, sample.args, sample.kwargs]
    described = {"op": op.name, "variant": op.variant_test_name, "i": number}
    described.update(zip(("input", "args", "kwargs"), map(writer.input, inputs)))
    torch.manual_seed(0)
    outputs = flattened(op(sample.input, *sample.args, **sample.kwargs))
    described["out"] = [writer.output(output) for output in outputs]
    differentiable = [output for output in outputs if output.requires_grad]
    if differentiable:
        cotangents = [torch.randn_like(output) for output in differentiable]
        grads = torch.autograd.grad(differentiable, leaves(inputs), cotangents, allow_unused=True)
        described["cotangent"] = [writer.output(cotangent) for cotangent in cotangents]
        described["grads"] = [None if grad is None else writer.output(grad) for grad in grads]
    return described


def error(writer, op, refused):
    writer.new_case()
    sample = refused.sample_input
    described = {"op": op.name, "error": refused.error_type.__name__, "regex": refused.error_regex}
    described.update(zip(("input", "args", "kwargs"), map(writer.input, (sample.input, sample.args, sample.kwargs))))
    return described

def attempt(described, limit, describe, *arguments):
    """Appends what can be described within the limit, and drops the storages of what cannot."""
    writer = arguments[0]
    count = len(writer.storages)
    try:
        line = describe(*arguments)
    except NotStorable:
        line = None
    added = list(writer.storages)[count:]
    if line is None or sum(writer.storages[name].nbytes for name in added) > limit:
        for name in added:
            del writer.storages[name]
    else:
        described.append(line)


def all_cases(writer, operations, maximum, limit):
    """Describes all cases and all calls that must be refused."""
    cases, errors = [], []
    for op in op_db:
        if op.name not in operations:
            continue
        torch.manual_seed(0)
        integral = torch.int64 in op.dtypes and torch.float64 not in op.dtypes
        dtype = torch.int64 if integral else torch.float64
        samples = op.sample_inputs("cpu", dtype, requires_grad=op.supports_autograd and not integral)
        for number, sample in enumerate(itertools.islice(samples, maximum)):
            attempt(cases, limit, case, writer, op, number, sample)
        if op.error_inputs_func is not None:
            torch.manual_seed(0)
            for refused in op.error_inputs("cpu"):
                attempt(errors, limit, error, writer, op, refused)
    return cases, errors


def write(folder, writer, cases, errors, compress):
    """Writes the files of a folder."""
    os.makedirs(folder, exist_ok=True)
    files = {
        "cases.jsonl": "".join(json.dumps(line) + "\n" for line in cases).encode(),
        "errors.jsonl": "".join(json.dumps(line) + "\n" for line in errors).encode(),
        "tensors.safetensors": save(writer.storages),
    }
    for name, content in files.items():
        path = os.path.join(folder, name)
        if compress:
            # Without a time stamp, so that the same content gives the same file.
            path, content = path + ".gz", gzip.compress(content, mtime=0)
        with open(path, "wb") as file:
            file.write(content)
    print(f"{len(cases)} cases, {len(errors)} calls to be refused, {len(writer.storages)} storages")


def main():
    parser = argparse.ArgumentParser(description="Writes golden cases of tensor operations as PyTorch computes them.")
    parser.add_argument("folder")
    parser.add_argument("--operations", nargs="+", default=OPERATIONS)
    parser.add_argument("--samples", type=int, default=60, help="samples per operation at most")
    parser.add_argument("--limit", type=int, default=1 << 30, help="bytes of one case's storages at most")
    parser.add_argument("--compress", action="store_true", help="write each file compressed, with the suffix .gz")
    arguments = parser.parse_args()
    writer = Writer()
    cases, errors = all_cases(writer, arguments.operations, arguments.samples, arguments.limit)
    write(arguments.folder, writer, cases, errors, arguments.compress)


if __name__ == "__main__":
    main()
