#!/usr/bin/env python3
# Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
"""Prints the most memory that one forward and backward pass of a PyTorch training takes beyond what was there before it.

    scripts/peers/torch_pass_memory.py SCRIPT MODEL PRECISION [THREADS]

SCRIPT trains MODEL step by step (zero_grad, forward, backward, step), like the peers of `scripts/howdah bench train`. A pass lasts from
the last zero_grad to the end of backward; its bytes are those of PyTorch's CPU allocator as torch.profiler sees them, gradients included.
What oneDNN allocates by itself is not seen. Compare with passPeakMiB of `scripts/howdah bench train`, with the same numbers.
"""

import runpy
import sys

import torch

WARM_UP = 3
PASSES = 3


class PassMemory:
    """Profiles every pass after the first few; ends the script after enough of them."""

    def __init__(self):
        self.passes = 0
        self.profile = None
        self.peaks = []

    def begins(self):
        self.drop()
        if self.passes >= WARM_UP:
            self.profile = torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU], profile_memory=True)
            self.profile.__enter__()

    def drop(self):
        if self.profile is not None:
            self.profile.__exit__(None, None, None)
            self.profile = None

    def ends(self):
        self.passes += 1
        if self.profile is None:
            return
        profile = self.profile
        self.drop()
        changes = [(event.start_ns(), event.nbytes()) for event in profile.profiler.kineto_results.events()
                   if event.name() == "[memory]"]
        live = peak = 0
        for _, change in sorted(changes, key=lambda change: change[0]):
            live += change
            peak = max(peak, live)
        self.peaks.append(peak)
        if len(self.peaks) == PASSES:
            raise SystemExit


def main():
    if len(sys.argv) < 4:
        sys.exit(__doc__)
    memory = PassMemory()
    zero_grad, backward = torch.optim.Optimizer.zero_grad, torch.Tensor.backward

    def watched_zero_grad(self, *arguments, **settings):
        zero_grad(self, *arguments, **settings)
        memory.begins()

    def watched_backward(self, *arguments, **settings):
        backward(self, *arguments, **settings)
        memory.ends()

    torch.optim.Optimizer.zero_grad, torch.Tensor.backward = watched_zero_grad, watched_backward
    sys.argv = sys.argv[1:]
    try:
        runpy.run_path(sys.argv[0], run_name="__main__")
    except SystemExit:
        pass
    peak = sorted(memory.peaks)[len(memory.peaks) // 2]
    print(f"torch {sys.argv[1]} {sys.argv[2]} passPeakMiB={peak / 2**20:.1f}")


if __name__ == "__main__":
    main()
