#!/usr/bin/env python3
# Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
"""Writes golden cases of layers: PyTorch's modules run in float64 from a given state, step by step.

    scripts/golden/dump_layers.py trainer/src/test/resources/golden/layers

Files in the folder, compressed:

  cases.jsonl.gz          per case its name, "state" (names), "initial" (of each parameter as PyTorch's constructor makes
                          it, over many seeds: mean, std and the largest absolute value) and "steps": the mode, which
                          gradients there are, and which buffers have changed
  tensors.safetensors.gz  CASE/state/NAME, and for step i CASE/i/input, output, cotangent, gradient/NAME, gradient of the
                          input as CASE/i/gradient, and buffers after the step as CASE/i/after/NAME; rounded to float32
"""

import argparse
import gzip
import json
import os

import torch
from safetensors.torch import save

from dump_sequences import rotated

nn = torch.nn
F = torch.nn.functional
SEEDS = 40


class Attention(nn.MultiheadAttention):
    """Self-attention alone."""

    def __init__(self, width, heads, causal=False, **options):
        super().__init__(width, heads, batch_first=True, **options)
        self.causal = causal

    def forward(self, x):
        mask = None
        if self.causal:
            mask = nn.Transformer.generate_square_subsequent_mask(x.shape[1], dtype=x.dtype)
        return super().forward(x, x, x, attn_mask=mask, need_weights=False)[0]


class GroupedAttention(nn.Module):
    """Fewer heads of keys than of queries, turned by their positions; made of functions."""

    def __init__(self, width, heads, key_heads, base):
        super().__init__()
        self.sizes = (heads, key_heads, width // heads, base)
        rows = (heads + 2 * key_heads) * (width // heads)
        self.in_proj_weight = nn.Parameter(nn.init.xavier_uniform_(torch.empty(rows, width)))
        self.out_proj = nn.Linear(width, width, bias=False)

    def forward(self, x):
        heads, key_heads, width, base = self.sizes
        parts = F.linear(x, self.in_proj_weight).unflatten(-1, (-1, width)).transpose(1, 2)
        q, k, v = parts.split([heads, key_heads, key_heads], 1)
        positions = torch.arange(x.shape[1])
        q, k = rotated(q, "halves", base, width, positions), rotated(k, "halves", base, width, positions)
        joined = F.scaled_dot_product_attention(q, k, v, is_causal=True, enable_gqa=True)
        return self.out_proj(joined.transpose(1, 2).flatten(2))


class ChannelsLast(nn.Module):
    def forward(self, x):
        return x.contiguous(memory_format=torch.channels_last)


class GatedBlock(nn.Module):
    """As in LLaMA."""

    def __init__(self, width, heads, key_heads, hidden):
        super().__init__()
        self.norm1 = nn.RMSNorm(width, eps=1e-5)
        self.self_attn = GroupedAttention(width, heads, key_heads, 10000.0)
        self.norm2 = nn.RMSNorm(width, eps=1e-5)
        self.linear1 = nn.Linear(width, 2 * hidden, bias=False)
        self.linear2 = nn.Linear(hidden, width, bias=False)

    def forward(self, x):
        h = x + self.self_attn(self.norm1(x))
        gate, value = self.linear1(self.norm2(h)).chunk(2, -1)
        return h + self.linear2(F.silu(gate) * value)


class SwiGlu(nn.Module):
    def forward(self, x):
        gate, value = x.chunk(2, -1)
        return F.silu(gate) * value


class Causal(nn.TransformerEncoderLayer):
    def forward(self, x):
        mask = nn.Transformer.generate_square_subsequent_mask(x.shape[1], dtype=x.dtype)
        return super().forward(x, src_mask=mask, is_causal=True)


def outputs(module):
    """A recurrent network without its last states."""
    forward = module.forward
    module.forward = lambda x: forward(x)[0]
    return module


def floats(*sizes):
    return lambda: torch.randn(*sizes).double()


def integers(bound, *sizes):
    return lambda: torch.randint(bound, sizes)


BOTH = ("train", "eval")
STATISTICS = ("train", "train", "train", "eval")

ACTIVATIONS = {
    "relu": nn.ReLU, "relu6": nn.ReLU6, "gelu": nn.GELU, "gelu_tanh": lambda: nn.GELU(approximate="tanh"),
    "silu": nn.SiLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "log_sigmoid": nn.LogSigmoid,
    "leaky_relu": nn.LeakyReLU, "elu": nn.ELU, "softplus": nn.Softplus, "hard_tanh": nn.Hardtanh,
    "hard_sigmoid": nn.Hardsigmoid, "hard_swish": nn.Hardswish, "mish": nn.Mish, "glu": nn.GLU, "swiglu": SwiGlu,
    "softmax": lambda: nn.Softmax(-1), "log_softmax": lambda: nn.LogSoftmax(-1),
}

# name: (constructor, input, modes of the steps)
CASES = {
    "linear": (lambda: nn.Linear(5, 4), floats(2, 3, 5), ("train",)),
    "linear_without_bias": (lambda: nn.Linear(5, 4, bias=False), floats(3, 5), ("train",)),
    "embedding": (lambda: nn.Embedding(7, 3), integers(7, 2, 4), ("train",)),
    "embedding_padding": (lambda: nn.Embedding(7, 3, padding_idx=2), integers(7, 3, 4), ("train",)),
    "embedding_sparse": (lambda: nn.Embedding(7, 3, sparse=True), integers(7, 3, 4), ("train",)),
    "embedding_bag_sum": (lambda: nn.EmbeddingBag(7, 3, mode="sum"), integers(7, 3, 4), ("train",)),
    "embedding_bag_mean": (lambda: nn.EmbeddingBag(7, 3, mode="mean", padding_idx=1), integers(7, 3, 4), ("train",)),
    "embedding_bag_max": (lambda: nn.EmbeddingBag(7, 3, mode="max"), integers(7, 3, 4), ("train",)),
    "conv1d": (lambda: nn.Conv1d(4, 6, 3, stride=2, padding=1, groups=2), floats(2, 4, 7), ("train",)),
    "conv1d_same": (lambda: nn.Conv1d(3, 2, 4, padding="same", dilation=2, bias=False), floats(2, 3, 9), ("train",)),
    "conv2d": (lambda: nn.Conv2d(3, 4, 3, padding=1), floats(2, 3, 5, 6), ("train",)),
    "conv2d_options": (
        lambda: nn.Conv2d(4, 6, (3, 2), stride=(2, 1), padding=(1, 2), dilation=(1, 2), groups=2, bias=False),
        floats(2, 4, 6, 5), ("train",)),
    "conv_transpose2d": (
        lambda: nn.ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1, groups=2),
        floats(2, 4, 3, 4), ("train",)),
    "max_pool1d": (lambda: nn.MaxPool1d(3, 2, 1), floats(2, 3, 8), ("train",)),
    "max_pool2d": (lambda: nn.MaxPool2d((3, 2), 2, (1, 0), ceil_mode=True), floats(2, 3, 6, 7), ("train",)),
    "average_pool1d": (lambda: nn.AvgPool1d(3, 2, 1), floats(2, 3, 8), ("train",)),
    "average_pool2d": (
        lambda: nn.AvgPool2d(3, 2, 1, count_include_pad=False), floats(2, 3, 6, 7), ("train",)),
    "adaptive_average_pool1d": (lambda: nn.AdaptiveAvgPool1d(3), floats(2, 3, 8), ("train",)),
    "adaptive_average_pool2d": (lambda: nn.AdaptiveAvgPool2d((2, 3)), floats(2, 3, 5, 7), ("train",)),
    "adaptive_max_pool1d": (lambda: nn.AdaptiveMaxPool1d(3), floats(2, 3, 8), ("train",)),
    "adaptive_max_pool2d": (lambda: nn.AdaptiveMaxPool2d((2, 3)), floats(2, 3, 5, 7), ("train",)),
    "batch_norm1d": (lambda: nn.BatchNorm1d(4), floats(6, 4), STATISTICS),
    "batch_norm1d_sequence": (lambda: nn.BatchNorm1d(4, eps=1e-3, momentum=None), floats(3, 4, 5), STATISTICS),
    "batch_norm2d": (lambda: nn.BatchNorm2d(3, momentum=0.3), floats(2, 3, 4, 3), STATISTICS),
    "batch_norm2d_plain": (
        lambda: nn.BatchNorm2d(3, affine=False, track_running_stats=False), floats(2, 3, 4, 3), BOTH),
    "layer_norm": (lambda: nn.LayerNorm(6), floats(2, 3, 6), ("train",)),
    "layer_norm_options": (lambda: nn.LayerNorm((3, 4), eps=1e-3, bias=False), floats(2, 3, 4), ("train",)),
    "rms_norm": (lambda: nn.RMSNorm(6, eps=1e-5), floats(2, 3, 6), ("train",)),
    "group_norm": (lambda: nn.GroupNorm(2, 6), floats(2, 6, 4), ("train",)),
    "dropout": (lambda: nn.Dropout(0.5), floats(3, 4), ("eval",)),
    "prelu": (lambda: nn.PReLU(3), floats(2, 3, 4), ("train",)),
    "channels_last": (lambda: ChannelsLast(), floats(2, 3, 2, 4), ("train",)),
    "flatten": (lambda: nn.Flatten(), floats(2, 3, 4), ("train",)),
    "rnn": (lambda: outputs(nn.RNN(3, 4)), floats(5, 2, 3), ("train",)),
    "rnn_relu": (lambda: outputs(nn.RNN(3, 4, nonlinearity="relu", bias=False)), floats(5, 2, 3), ("train",)),
    "lstm": (lambda: outputs(nn.LSTM(3, 4)), floats(5, 2, 3), ("train",)),
    "lstm_options": (
        lambda: outputs(nn.LSTM(3, 4, 2, batch_first=True, bidirectional=True, dropout=0.5)), floats(2, 5, 3),
        ("eval",)),
    "gru": (lambda: outputs(nn.GRU(3, 4, 2, batch_first=True)), floats(2, 5, 3), ("train",)),
    "attention": (lambda: Attention(8, 2), floats(2, 5, 8), ("train",)),
    "attention_causal": (lambda: Attention(8, 4, causal=True, bias=False), floats(2, 5, 8), ("train",)),
    "attention_grouped_rotary": (lambda: GroupedAttention(16, 4, 2, 500.0), floats(2, 5, 16), ("train",)),
    "transformer_block": (
        lambda: nn.TransformerEncoderLayer(8, 2, 16, 0.0, "gelu", batch_first=True, norm_first=True),
        floats(2, 4, 8), BOTH),
    "transformer_block_causal": (
        lambda: Causal(8, 2, 12, 0.0, "relu", batch_first=True, norm_first=True), floats(2, 4, 8), ("train",)),
    "transformer_block_gated": (lambda: GatedBlock(16, 4, 2, 12), floats(2, 4, 16), ("train",)),
    "sequential": (
        lambda: nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3), nn.ReLU(), nn.Flatten(), nn.Linear(27, 4)),
        floats(2, 2, 5, 5), STATISTICS),
    **{"activation_" + name: (make, floats(3, 4), ("train",)) for name, make in ACTIVATIONS.items()},
}


def initial(make):
    """Mean, deviation and largest absolute value of each parameter over many seeds."""
    values = {}
    for seed in range(SEEDS):
        torch.manual_seed(seed)
        for name, parameter in make().named_parameters():
            values.setdefault(name, []).append(parameter.detach().flatten())
    result = {}
    for name, parts in values.items():
        all_values = torch.cat(parts)
        result[name] = dict(
            mean=all_values.mean().item(), std=all_values.std(correction=0).item(), max=all_values.abs().max().item())
    return result


def run_step(name, module, source, mode, tensors):
    module.train(mode == "train")
    x = source()
    if x.is_floating_point():
        x = x.float().double().requires_grad_()
    module.zero_grad()
    output = module(x)
    cotangent = torch.randn_like(output).float().double()
    if output.requires_grad:
        output.backward(cotangent)
    tensors.update({name + "/input": x.detach(), name + "/output": output.detach(), name + "/cotangent": cotangent})
    if x.requires_grad:
        tensors[name + "/gradient"] = x.grad
    gradients = []
    for parameter_name, parameter in module.named_parameters():
        gradient = parameter.grad
        tensors[name + "/gradient/" + parameter_name] = gradient.to_dense() if gradient.is_sparse else gradient
        gradients.append(parameter_name)
    buffers = [buffer_name for buffer_name, _ in module.named_buffers()]
    for buffer_name, buffer in module.named_buffers():
        tensors[name + "/after/" + buffer_name] = buffer.clone()
    return dict(mode=mode, input_gradient=x.requires_grad, gradients=gradients, buffers=buffers)


def run_case(name, make, source, modes, tensors):
    torch.manual_seed(len(tensors))
    module = make().double()
    with torch.no_grad():
        for parameter in module.parameters():
            # Away from ones and zeros, and exactly representable in float32.
            parameter.copy_((parameter + 0.3 * torch.randn_like(parameter)).float())
    state = module.state_dict()
    for key, value in state.items():
        tensors[f"{name}/state/{key}"] = value.clone()
    steps = [run_step(f"{name}/{i}", module, source, mode, tensors) for i, mode in enumerate(modes)]
    return dict(name=name, state=list(state), initial=initial(make), steps=steps)


def main():
    parser = argparse.ArgumentParser(description="Writes golden cases of layers.")
    parser.add_argument("folder")
    folder = parser.parse_args().folder
    tensors = {}
    cases = [run_case(name, *case, tensors) for name, case in CASES.items()]
    rounded = {
        key: (value.float() if value.is_floating_point() else value).contiguous().clone()
        for key, value in tensors.items()
    }
    os.makedirs(folder, exist_ok=True)
    lines = "".join(json.dumps(case) + "\n" for case in cases)
    for file, content in (("cases.jsonl.gz", lines.encode()), ("tensors.safetensors.gz", save(rounded))):
        with open(os.path.join(folder, file), "wb") as out:
            out.write(gzip.compress(content, 9, mtime=0))


if __name__ == "__main__":
    main()
