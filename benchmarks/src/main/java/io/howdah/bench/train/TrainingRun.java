// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.train;

import io.howdah.bench.Measurement;
import io.howdah.trainer.amp.Autocast;
import io.howdah.trainer.autograd.Autograd;
import io.howdah.trainer.optim.AdamW;
import io.howdah.trainer.optim.LearningRate;
import io.howdah.trainer.optim.LocalOptimiser;
import io.howdah.trainer.optim.ParameterGroup;
import io.howdah.trainer.optim.SparseAdam;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.MemoryPool;
import io.howdah.trainer.tensor.StepScope;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Trains a workload step by step and takes the time. */
final class TrainingRun {
    /** As the peer: steps that only warm up, fewest and most steps. */
    private static final int WARM_UP = 5;

    private static final int FEWEST = 9;
    private static final int MOST = 200;

    private final Workload workload;
    private final DType precision;
    private final LocalOptimiser optimiser;

    TrainingRun(Workload workload, DType precision) {
        this.workload = workload;
        this.precision = precision;
        this.optimiser = optimiser(workload.module().parameters());
        workload.module().train();
    }

    /** AdamW, and SparseAdam for the tables of embeddings whose gradients are sparse. */
    private static LocalOptimiser optimiser(Map<String, Tensor> parameters) {
        LearningRate rate = LearningRate.constant(1e-4);
        Map<String, Tensor> dense = new LinkedHashMap<>(parameters);
        Map<String, Tensor> sparse = new LinkedHashMap<>();
        for (String name : List.of("emb.weight", "lin.weight")) {
            Tensor table = dense.remove(name);
            if (table != null) {
                sparse.put(name, table);
            }
        }
        List<ParameterGroup> groups = new ArrayList<>();
        groups.add(new ParameterGroup(new AdamW(0.9, 0.999, 1e-8), dense, rate, 0.01));
        if (!sparse.isEmpty()) {
            groups.add(new ParameterGroup(new SparseAdam(0.9, 0.999, 1e-8), sparse, rate, 0));
        }
        return new LocalOptimiser(groups);
    }

    /** Median seconds of a step, over some {@code seconds}. */
    double medianSeconds(double seconds) {
        double[] times = new double[MOST];
        int count = 0;
        long end = System.nanoTime() + (long) (seconds * 1e9);
        while (count < FEWEST || count < MOST && System.nanoTime() < end) {
            long start = System.nanoTime();
            step();
            times[count++] = (System.nanoTime() - start) * 1e-9;
        }
        return Measurement.median(Arrays.copyOfRange(times, WARM_UP, count));
    }

    private void step() {
        optimiser.zeroGrad();
        pass();
        optimiser.step();
    }

    /**
     * The most bytes of tensors that one forward and backward pass takes beyond what was there before it: activations, work
     * space and the gradients.
     */
    long passPeakBytes() {
        optimiser.zeroGrad();
        MemoryPool pool = MemoryPool.shared();
        long before = pool.usedBytes();
        pool.resetPeak();
        pass();
        return pool.peakUsedBytes() - before;
    }

    private void pass() {
        try (StepScope scope = StepScope.open()) {
            Tensor loss;
            try (Autocast.Scope cast = Autocast.to(precision)) {
                loss = workload.loss().of();
            }
            Autograd.backward(loss);
        }
    }
}
