#!/usr/bin/env python3
# Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
"""Writes tiny random GPT-2 and LLaMA models as the transformers library saves them, with the logits that it computes; one
zip per model. With --check, loads an exported folder with the library and prints a digest of its logits; with --logits
FILE also compares them with those in the safetensors file.

    scripts/golden/dump_transformers.py trainer/src/test/resources/golden/transformers
    scripts/golden/dump_transformers.py --check FOLDER [--logits FILE]
"""

import argparse
import pathlib
import shutil
import tempfile
import zipfile

import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import AutoConfig, AutoModelForCausalLM, GPT2Config, LlamaConfig

VOCABULARY, WIDTH, LAYERS, HEADS, CONTEXT = 40, 16, 2, 4, 48
LLAMA3 = {
    "rope_type": "llama3",
    "rope_theta": 500.0,
    "factor": 8.0,
    "low_freq_factor": 1.0,
    "high_freq_factor": 4.0,
    "original_max_position_embeddings": 16,
}


def gpt2(**changes):
    settings = {
        "vocab_size": VOCABULARY,
        "n_embd": WIDTH,
        "n_layer": LAYERS,
        "n_head": HEADS,
        "n_positions": CONTEXT,
        "bos_token_id": 1,
        "eos_token_id": 1,
    }
    return GPT2Config(**settings, **changes)


def llama(**changes):
    settings = {
        "vocab_size": VOCABULARY,
        "hidden_size": WIDTH,
        "intermediate_size": 24,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "num_key_value_heads": 2,
        "max_position_embeddings": CONTEXT,
        "rms_norm_eps": 1e-6,
        "bos_token_id": 1,
        "eos_token_id": 2,
    }
    return LlamaConfig(**(settings | changes))


CASES = {
    "gpt2-tied": (gpt2(), torch.float32, "5GB"),
    "gpt2-erf-bfloat16": (
        gpt2(activation_function="gelu", tie_word_embeddings=False, n_inner=40, layer_norm_epsilon=1e-4),
        torch.bfloat16,
        "5GB",
    ),
    "llama3-shards": (llama(rope_parameters=LLAMA3), torch.float32, "8KB"),
    "llama-tied-float16": (llama(tie_word_embeddings=True, head_dim=6), torch.float16, "5GB"),
}


def randomised(config, dtype):
    """Weights of a size at which every part matters, rounded to the dtype that they are saved in."""
    model = AutoModelForCausalLM.from_config(config).float().eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn_like(parameter)
            value = 1 + 0.2 * noise if parameter.dim() == 1 and name.endswith("weight") else 0.3 * noise
            parameter.copy_(value.to(dtype).float())
    return model


def tokenizer():
    words = {f"t{i}": i for i in range(VOCABULARY)}
    made = Tokenizer(models.WordLevel(words, unk_token="t0"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    return made


def dump(name, config, dtype, shard, folder):
    torch.manual_seed(sum(map(ord, name)))
    model = randomised(config, dtype)
    ids = torch.randint(0, VOCABULARY, (2, CONTEXT))
    with torch.no_grad():
        logits = model(ids).logits
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        model.to(dtype).save_pretrained(scratch, max_shard_size=shard)
        tokenizer().save(str(scratch / "tokenizer.json"))
        save_file({"ids": ids.int(), "logits": logits.contiguous()}, scratch / "expected.safetensors")
        target = folder / f"{name}.zip"
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
            for file in sorted(scratch.iterdir()):
                entry = zipfile.ZipInfo(file.name, (2020, 1, 1, 0, 0, 0))
                out.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED)
        print(name, [file.name for file in sorted(scratch.iterdir())], target.stat().st_size)


def check(folder, expected):
    config = AutoConfig.from_pretrained(folder)
    model, loading = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
    problems = {kind: names for kind, names in loading.items() if names}
    print(type(model).__name__, config.model_type, "loading:", problems or "every weight in its place")
    if (pathlib.Path(folder) / "tokenizer.json").exists():
        from transformers import AutoTokenizer

        print("tokenizer:", type(AutoTokenizer.from_pretrained(folder)).__name__)
    if expected:
        tensors = load_file(expected)
        ids, wanted = tensors["ids"].long(), tensors["logits"].float()
    else:
        ids, wanted = torch.arange(min(16, config.vocab_size))[None], None
    with torch.no_grad():
        logits = model.eval()(ids).logits
    print("logits", tuple(logits.shape), "sum", logits.sum().item())
    if wanted is not None:
        print("largest difference", (logits - wanted).abs().max().item())
    return bool(problems)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=pathlib.Path, nargs="?")
    parser.add_argument("--check")
    parser.add_argument("--logits")
    arguments = parser.parse_args()
    if arguments.check:
        raise SystemExit(check(arguments.check, arguments.logits))
    shutil.rmtree(arguments.folder, ignore_errors=True)
    arguments.folder.mkdir(parents=True)
    for name, case in CASES.items():
        dump(name, *case, arguments.folder)


if __name__ == "__main__":
    main()
