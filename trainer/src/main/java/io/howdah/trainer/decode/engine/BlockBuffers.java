// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.engine;

import io.howdah.trainer.kernel.threads.Team;
import io.howdah.trainer.model.lm.BlockShape;
import io.howdah.trainer.model.lm.HiddenActivation;

/** Working memory of the blocks of a stack. */
final class BlockBuffers {
    final CachedAttention.Scratch[] scratch;
    float[] normalised = {};
    float[] projected = {};
    float[] attended = {};
    float[] branch = {};
    float[] raised = {};
    float[] hidden = {};
    private final BlockShape shape;
    private final Team team;
    private int rows;

    BlockBuffers(BlockShape shape, Team team) {
        this.shape = shape;
        this.team = team;
        this.scratch = new CachedAttention.Scratch[team.size()];
        for (int i = 0; i < scratch.length; i++) {
            scratch[i] = new CachedAttention.Scratch();
        }
    }

    void fit(int newRows) {
        if (newRows <= rows) {
            return;
        }
        rows = newRows;
        int heads = shape.heads() * shape.headWidth();
        normalised = new float[rows * shape.width()];
        projected = new float[rows * (heads + 2 * shape.keyHeads() * shape.headWidth())];
        attended = new float[rows * heads];
        branch = new float[rows * shape.width()];
        int gates = shape.activation() == HiddenActivation.SWIGLU ? 2 : 1;
        raised = new float[rows * shape.hidden() * gates];
        hidden = new float[gates == 2 ? rows * shape.hidden() : 0];
    }

    int threads() {
        return team.size();
    }

    /** Spreads items over the threads. */
    void spread(int items, Team.Work work) {
        team.run(items, work);
    }
}
