#!/usr/bin/env python3
# Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
"""Runs the random programs of the trainer's FuzzTest in PyTorch and compares values, gradients and refusals.

Fails if values or gradients differ. Refusals that differ are counted: the trainer finds every overlap of written
memory, PyTorch some; PyTorch refuses views of split and unbind whose base was written, the trainer differentiates them.

    mvn -pl trainer test -Dtest=FuzzTest -Dfuzz.programs=2000 -Dfuzz.transcript=/tmp/programs.jsonl
    scripts/golden/replay_programs.py /tmp/programs.jsonl
"""

import collections
import json
import re
import sys

import torch

F = torch.nn.functional

# By kind of step; where a name is missing, the tensor's method of that name runs.
KINDS = {
    "abs": torch.abs,
    "affine": lambda x, factor, term: x * factor + term,
    "affine_": lambda x, factor, term: x.mul_(factor).add_(term),
    "addcmul_": lambda x, a, b, factor: x.addcmul_(a, b, value=factor),
    "amax": lambda x, dim, keep: x.amax(dim, keep),
    "amin": lambda x, dim, keep: x.amin(dim, keep),
    "cat": lambda a, b, dim: torch.cat([a, b], dim),
    "chunk": lambda x, count, dim: x.chunk(count, dim),
    "exp_tanh": lambda x: x.tanh().exp(),
    "flip": lambda x, dim: x.flip([dim]),
    "gelu": F.gelu,
    "gram": lambda x: x @ x.transpose(0, -1),
    "index_add": lambda x, source, dim, index: x.index_add(dim, index, source),
    "index_add_": lambda x, source, dim, index: x.index_add_(dim, index, source),
    "index_copy": lambda x, source, dim, index: x.index_copy(dim, index, source),
    "layer_norm": lambda x: F.layer_norm(x, x.shape[-1:], eps=0.5),
    "linear": F.linear,
    "log1p_square": lambda x: x.square().log1p(),
    "max": lambda x, dim, keep: x.max(dim, keep).values,
    "norm": lambda x, dim, keep: x.norm(2, dim, keep),
    "pad": lambda x, number, widths: F.pad(x, widths, value=number),
    "ratio": lambda x, y: x / (y.square() * 1 + 1),
    "roll": lambda x, shift, dim: x.roll([shift], [dim]),
    "scatter_add": lambda x, source, dim, index: x.scatter_add(dim, index, source),
    "scatter_add_": lambda x, source, dim, index: x.scatter_add_(dim, index, source),
    "silu": F.silu,
    "slice": lambda x, dim, start, end, step: torch.ops.aten.slice(x, dim, start, end, step),
    "softplus": F.softplus,
    "sort": lambda x, dim: x.sort(dim).values,
    "stack": lambda a, b, dim: torch.stack([a, b], dim),
    "sum_all": torch.sum,
    "var": lambda x, dim, keep: x.var(dim, correction=0, keepdim=keep),
    "where": lambda a, b, mask: torch.where(mask, a, b),
}


def value(argument, tensors):
    if isinstance(argument, dict):
        if "tensor" in argument:
            return tensors[argument["tensor"]]
        dtype = getattr(torch, argument["dtype"])
        return torch.tensor(argument["elements"], dtype=torch.float64).to(dtype).reshape(argument["shape"])
    if isinstance(argument, list):
        return [value(element, tensors) for element in argument]
    return argument


def run(kind, arguments):
    function = KINDS.get(kind)
    if function is not None:
        return function(*arguments)
    return getattr(arguments[0], kind)(*arguments[1:])


def results_of(instruction, tensors):
    """The results, and how the call was refused."""
    if instruction["error"] == "unsuitable":
        return [], False
    try:
        result = run(instruction["kind"], [value(argument, tensors) for argument in instruction["arguments"]])
        return list(result) if isinstance(result, (list, tuple)) else [result], False
    except (RuntimeError, IndexError, ValueError, TypeError) as error:
        return [], error


class Refusals(Exception):
    """One engine refuses, or copies, where the other one does not: the rest cannot be compared."""


def near(expected, actual):
    # Numbers that are not finite are texts in JSON.
    expected = torch.tensor([float(element) for element in expected], dtype=torch.float64)
    actual = actual.detach().double().reshape(-1)
    return expected.shape == actual.shape and torch.allclose(expected, actual, rtol=1e-7, atol=1e-9, equal_nan=True)


def difference(program):
    """What differs first."""
    leaves = [value(leaf, []).requires_grad_() for leaf in program["initial"][:2]]
    tensors = leaves + [value(program["initial"][2], [])] + [leaf * 1.0 for leaf in leaves]
    for number, instruction in enumerate(program["instructions"]):
        results, refused = results_of(instruction, tensors)
        if bool(refused) != (instruction["error"] not in ("", "unsuitable")):
            ours = instruction["error"] or "accepted"
            raise Refusals(f"step {number} ({instruction['kind']}): PyTorch {refused or 'accepts'}, here {ours}")
        for result, place in zip(results, instruction["results"]):
            if place == len(tensors):
                tensors.append(result)
            elif place >= 0 and tensors[place] is not result:
                # PyTorch keeps the order of dimensions in memory, so that fewer results are contiguous.
                raise Refusals(f"step {number} ({instruction['kind']}): a copy in PyTorch")
    for number, expected in enumerate(program["values"]):
        if not near(expected, tensors[number]):
            return f"tensor {number} is {expected}, PyTorch has {tensors[number].reshape(-1).tolist()}"
    requiring = [number for number, tensor in enumerate(tensors) if tensor.requires_grad]
    if requiring != [output["number"] for output in program["outputs"]]:
        return f"tensors {[output['number'] for output in program['outputs']]} require gradients, PyTorch {requiring}"
    return gradient_difference(program, tensors, leaves)


def gradient_difference(program, tensors, leaves):
    for output in program["outputs"]:
        tensor = tensors[output["number"]]
        seed = torch.tensor(output["seed"], dtype=torch.float64).reshape(tensor.shape)
        try:
            gradients = torch.autograd.grad([tensor], leaves, [seed], retain_graph=True, allow_unused=True)
        except RuntimeError as error:
            if output["gradient"] is not None:
                raise Refusals(f"gradient of tensor {output['number']}: PyTorch {error}") from error
            continue
        if output["gradient"] is None:
            raise Refusals(f"gradient of tensor {output['number']} is refused here")
        whole = torch.cat([
            (torch.zeros_like(leaf) if gradient is None else gradient).reshape(-1)
            for gradient, leaf in zip(gradients, leaves)
        ])
        if not near(output["gradient"], whole):
            return f"gradient of tensor {output['number']} is {output['gradient']}, PyTorch {whole.tolist()}"
    return ""


def main():
    programs = 0
    differences = 0
    refusals = collections.Counter()
    with open(sys.argv[1], encoding="utf-8") as file:
        for number, line in enumerate(file):
            program = json.loads(line)
            programs += 1
            try:
                found = difference(program)
            except Refusals as refusal:
                reason = re.sub(r"\d+", "N", str(refusal))[:90]
                refusals[reason] += 1
                found = f"{refusal}"[:300] if refusals[reason] == 1 and "-v" in sys.argv else ""
                differences -= bool(found)
            if found:
                differences += 1
                print(f"program {number}: {found[:600]}")
                for instruction in program["instructions"]:
                    print("   ", text(instruction))
    for reason, times in refusals.most_common():
        print(f"{times} times: {reason}")
    print(f"{programs} programs, {sum(refusals.values())} refused by one alone, {differences} differ")
    sys.exit(differences > 0)


def text(instruction):
    arguments = " ".join(
        f"#{argument['tensor']}" if isinstance(argument, dict) and "tensor" in argument else str(argument)[:80]
        for argument in instruction["arguments"]
    )
    return f"{instruction['results']} = {instruction['kind']} {arguments} {instruction['error']}"


if __name__ == "__main__":
    main()
