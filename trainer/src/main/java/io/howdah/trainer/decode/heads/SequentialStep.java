// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.heads;

import io.howdah.trainer.decode.engine.DecoderNetwork;
import io.howdah.trainer.decode.engine.PackedLinear;
import io.howdah.trainer.decode.engine.RowNorm;
import io.howdah.trainer.model.lm.SequentialHeads.Step;

/** A module of sequential heads: joins hidden rows and tokens, and runs its block over them. */
final class SequentialStep {
    private final DecoderNetwork target;
    private final RowNorm hiddenNorm;
    private final RowNorm tokenNorm;
    private final PackedLinear join;
    private final CachedLayer layer;
    private float[] pairs = {};
    private float[] single = {};
    private float[] x = {};
    private int rows;

    SequentialStep(DecoderNetwork target, Step step, long cacheBytes) {
        this.target = target;
        this.hiddenNorm = new RowNorm(target.compute(), step.hiddenNorm());
        this.tokenNorm = new RowNorm(target.compute(), step.tokenNorm());
        this.join = target.compute().pack(step.join());
        this.layer = new CachedLayer(target, step.layer(), cacheBytes);
    }

    CachedLayer layer() {
        return layer;
    }

    /** Begins a forward of at most so many rows. */
    void begin(int most) {
        layer.begin();
        rows = 0;
        int width = target.width();
        if (x.length < most * width) {
            pairs = new float[2 * most * 2 * width];
            single = new float[2 * most * width];
            x = new float[2 * most * width];
        }
    }

    /** Adds the row of a position: what the step before says there, and the token that it was to find. */
    void add(RowBuffer said, int position, int token) {
        int width = target.width();
        said.copy(position, x, rows);
        hiddenNorm.apply(x, rows, single, rows);
        System.arraycopy(single, rows * width, pairs, 2 * rows * width, width);
        target.embedToken(token, x, rows);
        tokenNorm.apply(x, rows, single, rows);
        System.arraycopy(single, rows * width, pairs, (2 * rows + 1) * width, width);
        rows++;
    }

    /** Runs all rows that were added; the layer knows their sequences. */
    void run() {
        join.multiply(pairs, rows, x);
        layer.run(x);
        for (int row = 0; row < rows; row++) {
            layer.normalise(x, row, single, row);
        }
    }

    /** What the step says, normalised: [rows, E], valid until the next forward. */
    float[] said() {
        return single;
    }
}
