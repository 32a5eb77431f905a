// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.optim.LearningRate;
import io.howdah.trainer.optim.Optimiser;
import io.howdah.trainer.optim.Sgd;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** One dense parameter and two sparse tables in a local store, whose steps take given gradients of rows. */
final class TableTraining implements AutoCloseable {
    static final int EMB = 0;
    static final int LIN = 1;
    static final int WIDTH = 5;
    static final ParameterTable TABLE = new ParameterTable(
            List.of(new ParameterSpec("bias", Shape.of(3), 1, 0)),
            List.of(new TableSpec("emb", WIDTH, 11, 0.1), new TableSpec("lin", 1, 12, 0)));

    final LocalParameterStore store;
    private final int logicalWorkers;
    long step;

    TableTraining(TableSettings tables, int logicalWorkers) {
        this(tables, logicalWorkers, 0);
    }

    TableTraining(TableSettings tables, int logicalWorkers, double clipNorm) {
        this.logicalWorkers = logicalWorkers;
        this.store = new LocalParameterStore(settings(tables, logicalWorkers, clipNorm), new MemoryBlobStore(), null);
        await(store.initialise(TABLE, List.of(Tensor.zeros(DType.FLOAT32, Shape.of(3)))));
    }

    static SyncSettings settings(TableSettings tables, int logicalWorkers, double clipNorm) {
        Optimiser optimiser = new Optimiser(new Sgd(0), LearningRate.constant(0.5), 0, clipNorm);
        return new SyncSettings(logicalWorkers, DType.FLOAT32, DType.FLOAT32, 5, 64, optimiser, tables);
    }

    static <T> T await(CompletableFuture<T> future) {
        try {
            return future.get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError(String.valueOf(e.getMessage()), e);
        }
    }

    /** Gradients of rows of {@link #EMB}: every element of a row the same. */
    static Map<Long, float[]> rows(Object... idsAndValues) {
        Map<Long, float[]> rows = new LinkedHashMap<>();
        for (int i = 0; i < idsAndValues.length; i += 2) {
            float[] row = new float[WIDTH];
            java.util.Arrays.fill(row, ((Number) idsAndValues[i + 1]).floatValue());
            rows.put(((Number) idsAndValues[i]).longValue(), row);
        }
        return rows;
    }

    /** A step with one sample of each logical worker, each with gradients of its own. */
    @SafeVarargs
    final StepOutcome step(Map<Long, float[]>... workers) {
        List<CompletableFuture<StepOutcome>> outcomes = new ArrayList<>();
        for (int worker = 0; worker < logicalWorkers; worker++) {
            await(store.push(new Push(step, worker, 0, 0, 1, 1), Tensor.zeros(DType.FLOAT32, Shape.of(3))));
            await(push(worker, workers[worker]));
            await(store.pushRows(
                    new RowPush(step, worker, 0, LIN, 1, 1), new long[0], Tensor.zeros(DType.FLOAT32, Shape.of(0, 1))));
            outcomes.add(store.finish(new StepReport(step, worker, 0, 1, 0, true)));
        }
        step++;
        return await(outcomes.get(0));
    }

    CompletableFuture<Void> push(int worker, Map<Long, float[]> rows) {
        long[] ids = rows.keySet().stream().mapToLong(id -> id).toArray();
        float[] values = new float[ids.length * WIDTH];
        for (int i = 0; i < ids.length; i++) {
            System.arraycopy(rows.get(ids[i]), 0, values, i * WIDTH, WIDTH);
        }
        return store.pushRows(new RowPush(step, worker, 0, EMB, 1, 1), ids, Tensor.of(values, ids.length, WIDTH));
    }

    /** Row {@code id} of {@link #EMB} now. */
    float[] row(long id) {
        Tensor row = Tensor.zeros(DType.FLOAT32, Shape.of(1, WIDTH));
        await(store.pullRows(EMB, new long[] {id}, step, row));
        return row.toFloats();
    }

    static float[] first(long id) {
        float[] values = new float[WIDTH];
        new RowInitialiser(TABLE.tables().get(EMB)).fill(id, values, 0);
        return values;
    }

    TableSize size() {
        return await(store.tableSizes()).get(EMB);
    }

    @Override
    public void close() {
        store.close();
    }
}
