// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.trainer.optim.LearningRate;
import io.howdah.trainer.optim.Optimiser;
import io.howdah.trainer.optim.Sgd;
import io.howdah.trainer.optim.SparseAdam;
import io.howdah.trainer.sync.Eviction;
import io.howdah.trainer.sync.ParameterSpec;
import io.howdah.trainer.sync.ParameterStore;
import io.howdah.trainer.sync.ParameterTable;
import io.howdah.trainer.sync.Push;
import io.howdah.trainer.sync.RowPush;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.StepReport;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.sync.TableSettings;
import io.howdah.trainer.sync.TableSpec;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.HalfFloats;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** A made-up model with sparse tables whose gradients span many exponents, so that a sum in another order shows. */
final class TableTraining {
    static final int LOGICAL = 4;
    static final int IDS = 400;
    static final ParameterTable TABLE = new ParameterTable(
            List.of(new ParameterSpec("bias", Shape.of(70), 1, 0)),
            List.of(new TableSpec("emb", 6, 5, 0.1), new TableSpec("lin", 1, 6, 0.1)));

    private TableTraining() {}

    /** Admission, eviction and clipping, so that every part of a step is used. */
    static SyncSettings settings(DType gradients) {
        Optimiser optimiser = new Optimiser(new Sgd(0), LearningRate.constant(0.01), 0, 0.5);
        TableSettings tables = new TableSettings(new SparseAdam(0.9, 0.999, 1e-8), 0.5, 0.01, 2, new Eviction(2, 0, 2));
        return new SyncSettings(LOGICAL, gradients, DType.FLOAT32, 8, 64, optimiser, tables);
    }

    static CompletableFuture<Long> initialise(ParameterStore store, int process) {
        Tensor bias = Tensor.zeros(DType.FLOAT32, Shape.of(70));
        return store.initialise(TABLE, process == 0 ? List.of(bias) : null);
    }

    /** What a logical worker pushes: the dense gradient, and the rows of each table. */
    static List<Runnable> pushes(ParameterStore store, long step, int worker, int attempt, DType dtype) {
        List<Runnable> pushes = new ArrayList<>();
        Push dense = new Push(step, worker, attempt, 0, 3 + worker, 1);
        pushes.add(() -> Training.await(store.push(dense, tensor(dtype, step * 50 + worker, 70))));
        for (int table = 0; table < TABLE.tables().size(); table++) {
            RowPush push = new RowPush(step, worker, attempt, table, 3 + worker, 1);
            int width = TABLE.tables().get(table).width();
            pushes.add(() -> {
                long[] ids = ids(push);
                Tensor values = tensor(dtype, step * 100 + worker * 10 + push.table(), ids.length, width);
                Training.await(store.pushRows(push, ids, values));
            });
        }
        return pushes;
    }

    /** Distinct ids; logical worker 2 has none in the second table. */
    static long[] ids(RowPush push) {
        Random random = new Random(push.step() * 1000 + push.logicalWorker() * 10 + push.table());
        int count = push.table() == 1 && push.logicalWorker() == 2 ? 0 : 150;
        return random.ints(0, IDS)
                .distinct()
                .limit(count)
                .mapToLong(number -> id(number))
                .toArray();
    }

    static long id(int number) {
        return number * 0x9E3779B97F4A7C15L;
    }

    private static Tensor tensor(DType dtype, long seed, long... sizes) {
        Random random = new Random(seed);
        Tensor tensor = Tensor.zeros(dtype, Shape.of(sizes));
        for (int i = 0; i < tensor.elements(); i++) {
            float value = Math.scalb(random.nextFloat() - 0.5f, random.nextInt(24) - 12);
            if (dtype == DType.FLOAT32) {
                tensor.buffer().putFloat(4 * i, value);
            } else {
                boolean brain = dtype == DType.BFLOAT16;
                tensor.buffer().putShort(2 * i, brain ? HalfFloats.toBfloat16(value) : HalfFloats.toFloat16(value));
            }
        }
        return tensor;
    }

    static CompletableFuture<StepOutcome> finish(ParameterStore store, long step, int worker, int attempt) {
        return store.finish(new StepReport(step, worker, attempt, 3 + worker, 0, true));
    }

    /** A step without any disturbance. */
    static void step(ParameterStore store, long step, DType dtype) {
        List<CompletableFuture<StepOutcome>> outcomes = new ArrayList<>();
        for (int worker = 0; worker < LOGICAL; worker++) {
            pushes(store, step, worker, 0, dtype).forEach(Runnable::run);
            outcomes.add(finish(store, step, worker, 0));
        }
        outcomes.forEach(Training::await);
    }

    /** Every slice comes twice, from two processes, in any order; an older attempt, with other numbers, at the end. */
    static void disturbedStep(StoreFixture fixture, long step, DType dtype, Random random) {
        List<Runnable> actions = new ArrayList<>();
        for (int worker = 0; worker < LOGICAL; worker++) {
            for (int process = 0; process < 2; process++) {
                actions.addAll(pushes(fixture.worker(process), step, worker, 1, dtype));
            }
        }
        Collections.shuffle(actions, random);
        actions.forEach(Runnable::run);
        List<CompletableFuture<StepOutcome>> outcomes = new ArrayList<>();
        for (int process = 0; process < 2; process++) {
            read(fixture.worker(process), step); // the answer comes after all pushes: the servers have seen attempt 1
        }
        for (int worker = LOGICAL - 1; worker >= 0; worker--) {
            RowPush stale = new RowPush(step, worker, 0, 0, 3 + worker, 1);
            long[] ids = ids(new RowPush(step + 7, worker, 0, 0, 1, 1));
            Training.await(fixture.worker(0).pushRows(stale, ids, tensor(dtype, 99, ids.length, 6)));
            outcomes.add(finish(fixture.worker(worker % 2), step, worker, 1));
        }
        outcomes.forEach(Training::await);
    }

    /** All rows of both tables at {@code version}, as bits. */
    static List<int[]> read(ParameterStore store, long version) {
        List<int[]> all = new ArrayList<>();
        long[] ids = new long[IDS];
        Arrays.setAll(ids, TableTraining::id);
        for (int table = 0; table < TABLE.tables().size(); table++) {
            Tensor rows = Tensor.zeros(
                    DType.FLOAT32, Shape.of(IDS, TABLE.tables().get(table).width()));
            Training.await(store.pullRows(table, ids, version, rows));
            float[] floats = rows.toFloats();
            int[] bits = new int[floats.length];
            Arrays.setAll(bits, i -> Float.floatToRawIntBits(floats[i]));
            all.add(bits);
        }
        return all;
    }
}
