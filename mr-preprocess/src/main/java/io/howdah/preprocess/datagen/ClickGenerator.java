// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess.datagen;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.data.Column;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Philox;
import io.howdah.trainer.tensor.Shape;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;

/**
 * Clicks: {@code dense} float32 [13] is standard normal, {@code ids} int64 [fields] holds one zipf-distributed id of every
 * field, {@code label} float32 [] is 1 with the probability that {@link ClickTruth} says, else 0.
 *
 * <p>Properties: {@code fields}, {@code rows.per.field} (the ids of field f lie in [f·rows, (f + 1)·rows), the most
 * frequent first), {@code dense}, and {@code best.auc} and {@code best.log.loss} (nats) of the true log-odds.
 */
final class ClickGenerator implements Generator {
    /** The truth has two weights of every id, in arrays. */
    private static final long MOST_IDS = 1L << 30;

    private final long seed;
    private final int fields;
    private final int rows;
    private final ZipfRanks ranks;
    private final ClickTruth truth;

    ClickGenerator(long seed, int fields, int rows, double zipfExponent) {
        if ((long) fields * rows > MOST_IDS) {
            throw new IllegalArgumentException("Cannot draw clicks: " + DatagenKeys.FIELDS.name() + "=" + fields + " "
                    + DatagenKeys.ROWS_PER_FIELD.name() + "=" + rows + ", expected at most " + MOST_IDS
                    + " ids in all; ask for fewer of either");
        }
        this.seed = seed;
        this.fields = fields;
        this.rows = rows;
        this.ranks = new ZipfRanks(rows, zipfExponent);
        this.truth = new ClickTruth(seed, fields, ranks.probabilities());
    }

    static ClickGenerator of(Config config) {
        return new ClickGenerator(
                config.get(DatagenKeys.SEED),
                config.getInt(DatagenKeys.FIELDS),
                config.getInt(DatagenKeys.ROWS_PER_FIELD),
                config.get(DatagenKeys.ZIPF_EXPONENT));
    }

    ClickTruth truth() {
        return truth;
    }

    /** One example and its true log-odds. */
    private record Click(float[] dense, int[] ranks, double logit, boolean label) {}

    private Click click(long number) {
        Philox random = new Philox(seed, number);
        float[] dense = new float[ClickTruth.DENSE];
        for (int j = 0; j < dense.length; j++) {
            dense[j] = (float) random.nextGaussian();
        }
        int[] drawn = new int[fields];
        for (int field = 0; field < fields; field++) {
            drawn[field] = ranks.draw(random);
        }
        double logit = truth.logit(dense, drawn);
        return new Click(dense, drawn, logit, random.nextDouble() < 1 / (1 + StrictMath.exp(-logit)));
    }

    @Override
    public List<Column> columns() {
        return List.of(
                new Column("dense", DType.FLOAT32, Shape.of(ClickTruth.DENSE)),
                new Column("ids", DType.INT64, Shape.of(fields)),
                new Column("label", DType.FLOAT32, Shape.of()));
    }

    @Override
    public void draw(long number, ByteBuffer[] row) {
        Click click = click(number);
        for (int j = 0; j < click.dense.length; j++) {
            row[0].putFloat(Float.BYTES * j, click.dense[j]);
        }
        for (int field = 0; field < fields; field++) {
            row[1].putLong(Long.BYTES * field, (long) field * rows + click.ranks[field]);
        }
        row[2].putFloat(0, click.label ? 1 : 0);
    }

    @Override
    public Map<String, String> properties(long first, long count) {
        double[] logits = new double[Math.toIntExact(count)];
        boolean[] labels = new boolean[logits.length];
        for (int i = 0; i < logits.length; i++) {
            Click click = click(first + i);
            logits[i] = click.logit;
            labels[i] = click.label;
        }
        BinaryScores best = BinaryScores.of(logits, labels);
        return Map.of(
                "fields", Integer.toString(fields),
                "rows.per.field", Integer.toString(rows),
                "dense", Integer.toString(ClickTruth.DENSE),
                "best.auc", Double.toString(best.areaUnderCurve()),
                "best.log.loss", Double.toString(best.logLoss()));
    }
}
