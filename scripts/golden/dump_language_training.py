#!/usr/bin/env python3
# Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
"""Writes the loss curves of language models that PyTorch trains, in float32 and under autocast in bfloat16.

Weights and data follow from a recipe that the test repeats, so that the curves are all that is stored.

    scripts/golden/dump_language_training.py trainer/src/test/resources/golden/language
"""

import argparse
import gzip
import json
import pathlib

import numpy
import torch
from torch import nn

F = nn.functional
VOCABULARY, WIDTH, LAYERS, HEADS, KEY_HEADS, HIDDEN, ROWS, LENGTH, BATCHES, STEPS = 64, 32, 2, 4, 2, 64, 4, 16, 4, 50
SEPARATOR, MASK = 0, VOCABULARY
RATE, DECAY = 1e-3, 0.01


def uniform(name, count):
    """Numbers in [-1/2, 1/2) that depend on a name and their place alone; the name counts as Java's hashCode."""
    seed = 0
    for character in name:
        seed = (31 * seed + ord(character)) % 2**32
    h = (numpy.arange(count, dtype=numpy.uint64) * 2654435761 + seed) % 2**32
    h ^= h >> 15
    h = h * 2246822519 % 2**32
    h ^= h >> 13
    return h.astype(numpy.float64) / 2**32 - 0.5


def weight(name, *shape):
    count = int(numpy.prod(shape))
    bound = 1 / numpy.sqrt(shape[-1]) if len(shape) > 1 else 0.1
    base = 1 if "norm" in name and name.endswith(".weight") else 0
    return torch.from_numpy((base + 2 * bound * uniform(name, count)).astype(numpy.float32).reshape(shape))


def data():
    numbers = (uniform("tokens", BATCHES * ROWS * LENGTH) + 0.5) * VOCABULARY
    return torch.from_numpy(numbers.astype(numpy.int64).reshape(BATCHES, ROWS, LENGTH))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(WIDTH), nn.LayerNorm(WIDTH)
        self.qkv, self.out = nn.Linear(WIDTH, 3 * WIDTH), nn.Linear(WIDTH, WIDTH)
        self.up, self.down = nn.Linear(WIDTH, HIDDEN), nn.Linear(HIDDEN, WIDTH)

    def forward(self, x):
        b, t, d = x.shape
        q, k, v = (z.view(b, t, HEADS, d // HEADS).transpose(1, 2) for z in self.qkv(self.norm1(x)).split(d, 2))
        y = F.scaled_dot_product_attention(q, k, v, is_causal=True)
        x = x + self.out(y.transpose(1, 2).reshape(b, t, d))
        return x + self.down(F.gelu(self.up(self.norm2(x))))


class Gpt(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(VOCABULARY, WIDTH), nn.Embedding(LENGTH, WIDTH)
        self.blocks = nn.ModuleList([Block() for _ in range(LAYERS)])
        self.norm, self.head = nn.LayerNorm(WIDTH), nn.Linear(WIDTH, VOCABULARY, bias=False)

    def forward(self, numbers):
        x = self.tokens(numbers) + self.positions(torch.arange(numbers.shape[1]))
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))

    def fill(self):
        for name, parameter in self.named_parameters():
            own = name.replace(".qkv.", ".attention.qkv.").replace(".out.", ".attention.out.")
            parameter.data = weight(own, *parameter.shape)


class Bert(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens, self.positions = nn.Embedding(VOCABULARY + 1, WIDTH), nn.Embedding(LENGTH, WIDTH)
        self.norm = nn.LayerNorm(WIDTH)
        self.blocks = nn.ModuleList(
            [
                nn.TransformerEncoderLayer(WIDTH, HEADS, HIDDEN, dropout=0, activation="gelu", batch_first=True)
                for _ in range(LAYERS)
            ]
        )
        self.transform, self.transform_norm = nn.Linear(WIDTH, WIDTH), nn.LayerNorm(WIDTH)
        self.head_bias = nn.Parameter(torch.zeros(VOCABULARY + 1))

    def forward(self, numbers):
        x = self.norm(self.tokens(numbers) + self.positions(torch.arange(numbers.shape[1])))
        for block in self.blocks:
            x = block(x)
        x = self.transform_norm(F.gelu(self.transform(x)))
        return F.linear(x, self.tokens.weight, self.head_bias)

    def fill(self):
        names = {
            "self_attn.in_proj_": "attention.qkv.",
            "self_attn.out_proj": "attention.out",
            "linear1": "up",
            "linear2": "down",
        }
        for name, parameter in self.named_parameters():
            for theirs, own in names.items():
                name = name.replace(theirs, own)
            parameter.data = weight(name, *parameter.shape)


class LstmModel(nn.Module):
    def __init__(self):
        super().__init__()
        self.tokens = nn.Embedding(VOCABULARY, WIDTH)
        self.lstm = nn.LSTM(WIDTH, HIDDEN, LAYERS, batch_first=True)
        self.head = nn.Linear(HIDDEN, VOCABULARY)

    def forward(self, numbers):
        return self.head(self.lstm(self.tokens(numbers))[0])

    def fill(self):
        for name, parameter in self.named_parameters():
            parameter.data = weight(name.replace("head.bias", "head_bias"), *parameter.shape)


class Llama(nn.Module):
    """The Hugging Face library's."""

    def __init__(self):
        super().__init__()
        from transformers import LlamaConfig, LlamaForCausalLM

        self.model = LlamaForCausalLM(
            LlamaConfig(
                vocab_size=VOCABULARY,
                hidden_size=WIDTH,
                intermediate_size=HIDDEN,
                num_hidden_layers=LAYERS,
                num_attention_heads=HEADS,
                num_key_value_heads=KEY_HEADS,
                max_position_embeddings=LENGTH,
                rms_norm_eps=1e-5,
                tie_word_embeddings=False,
                use_cache=False,
            )
        )

    def forward(self, numbers):
        return self.model(numbers).logits

    def fill(self):
        head = WIDTH // HEADS
        own = {
            "model.embed_tokens.weight": weight("tokens.weight", VOCABULARY, WIDTH),
            "model.norm.weight": weight("norm.weight", WIDTH),
            "lm_head.weight": weight("head.weight", VOCABULARY, WIDTH),
        }
        for i in range(LAYERS):
            theirs, ours = f"model.layers.{i}.", f"blocks.{i}."
            rows = [WIDTH, KEY_HEADS * head, KEY_HEADS * head]
            qkv = weight(ours + "attention.qkv.weight", sum(rows), WIDTH).split(rows)
            for letter, part in zip("qkv", qkv):
                own[f"{theirs}self_attn.{letter}_proj.weight"] = part
            own[theirs + "self_attn.o_proj.weight"] = weight(ours + "attention.out.weight", WIDTH, WIDTH)
            gate, up = weight(ours + "gate_up.weight", 2 * HIDDEN, WIDTH).split(HIDDEN)
            own[theirs + "mlp.gate_proj.weight"], own[theirs + "mlp.up_proj.weight"] = gate, up
            own[theirs + "mlp.down_proj.weight"] = weight(ours + "down.weight", WIDTH, HIDDEN)
            own[theirs + "input_layernorm.weight"] = weight(ours + "norm1.weight", WIDTH)
            own[theirs + "post_attention_layernorm.weight"] = weight(ours + "norm2.weight", WIDTH)
        for name, parameter in self.model.named_parameters():
            parameter.data = own.pop(name).clone()
        assert not own, own.keys()


def next_token_loss(model, batch, number):
    inputs = torch.cat([torch.full((ROWS, 1), SEPARATOR), batch[:, :-1]], 1)
    return F.cross_entropy(model(inputs).float().flatten(0, 1), batch.flatten())


def masked_loss(model, batch, number):
    rows, places = torch.meshgrid(torch.arange(ROWS), torch.arange(LENGTH), indexing="ij")
    chosen = (places + rows + number) % 7 == 0
    logits = model(torch.where(chosen, MASK, batch)).float()
    return F.cross_entropy(logits[chosen], batch[chosen])


def curve(maker, loss_of, low):
    torch.manual_seed(0)
    model = maker().train()
    model.fill()
    optimiser = torch.optim.AdamW(model.parameters(), lr=RATE, weight_decay=DECAY)
    batches = data()
    losses = []
    for step in range(STEPS):
        optimiser.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=low):
            loss = loss_of(model, batches[step % BATCHES], step % BATCHES)
        loss.backward()
        optimiser.step()
        losses.append(loss.item())
    return losses


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path)
    folder = parser.parse_args().folder
    torch.set_num_threads(1)
    models = {
        "lstm-lm": (LstmModel, next_token_loss),
        "bert": (Bert, masked_loss),
        "gpt2": (Gpt, next_token_loss),
        "llama": (Llama, next_token_loss),
    }
    curves = {
        name: {"float32": curve(maker, loss, False), "bfloat16": curve(maker, loss, True)}
        for name, (maker, loss) in models.items()
    }
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(curves, indent=0).encode()
    (folder / "curves.json.gz").write_bytes(gzip.compress(text, mtime=0))
    for name, both in curves.items():
        print(name, both["float32"][0], both["float32"][-1], both["bfloat16"][-1])


if __name__ == "__main__":
    main()
