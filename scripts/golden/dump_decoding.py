#!/usr/bin/env python3
# Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
"""Writes the tokens that the transformers library generates greedily with the tiny models of dump_transformers.py, one JSON
object per line. Positions whose two best scores nearly agree end a text, so that rounding cannot decide.

    scripts/golden/dump_decoding.py trainer/src/test/resources/golden/transformers \
        trainer/src/test/resources/golden/decoding/greedy.jsonl
"""

import argparse
import json
import pathlib
import tempfile
import zipfile

import torch
from transformers import AutoModelForCausalLM

LENGTHS, MARGIN = (1, 2, 5, 11, 17, 30), 1e-3


def texts(name, folder):
    with tempfile.TemporaryDirectory() as scratch:
        zipfile.ZipFile(folder / f"{name}.zip").extractall(scratch)
        model = AutoModelForCausalLM.from_pretrained(scratch, dtype=torch.float32).eval()
    torch.manual_seed(1)
    context = model.config.max_position_embeddings
    for length in LENGTHS:
        prompt = torch.randint(0, model.config.vocab_size, (1, length))
        written = model.generate(
            prompt,
            attention_mask=torch.ones_like(prompt),
            max_new_tokens=context - length,
            do_sample=False,
            eos_token_id=None,
            pad_token_id=0,
            return_dict_in_generate=True,
            output_scores=True,
        )
        tokens = written.sequences[0, length:].tolist()
        for position, scores in enumerate(written.scores):
            best = scores[0].topk(2).values
            if best[0] - best[1] < MARGIN:
                tokens = tokens[:position]
                break
        yield {"model": name, "prompt": prompt[0].tolist(), "tokens": tokens}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("models", type=pathlib.Path)
    parser.add_argument("file", type=pathlib.Path)
    arguments = parser.parse_args()
    arguments.file.parent.mkdir(parents=True, exist_ok=True)
    with arguments.file.open("w") as out:
        for path in sorted(arguments.models.glob("*.zip")):
            for text in texts(path.stem, arguments.models):
                print(json.dumps(text), file=out)
                print(text["model"], len(text["prompt"]), "->", len(text["tokens"]))


if __name__ == "__main__":
    main()
