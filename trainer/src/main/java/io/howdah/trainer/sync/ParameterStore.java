// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.checkpoint.BlobInfo;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The shared parameters of a job as one worker process sees them.
 *
 * <p>Weights of version t are those after t decided steps; step t is computed with version t. The store keeps FP32
 * masters and optimiser state, sums gradients in FP32 in order of logical worker, and publishes version t + 1 once the
 * whole step is decided.
 *
 * <p>Where the {@link Consistency} is by slices, every logical worker's slice of a step is decided and applied by itself, in one order
 * for the whole model, and version t is published once every logical worker's slices of steps below t are; weights read may hold
 * later slices too. A pull that is asked for after the outcome of a slice is known sees that slice. See {@code docs/consistency.md}.
 *
 * <p> Methods return at once; the futures complete on a thread of the store, exceptionally if the job
 * cannot go on. Safe for concurrent use.
 */
public interface ParameterStore extends AutoCloseable {
    /**
     * Agrees on the parameters. The first call with weights sets version 0; others must bring an equal table.
     *
     * @param table all parameters in forward order
     * @param weights initial FP32 values in table order, from the process that holds logical worker 0; null elsewhere
     * @return the version to go on from: 0, or that of a restored snapshot
     */
    CompletableFuture<Long> initialise(ParameterTable table, @Nullable List<Tensor> weights);

    /**
     * Contributes the mean gradient of one logical worker. The tensor (contiguous; float32, bfloat16 or float16) must
     * stay alive and unchanged until the future completes.
     */
    CompletableFuture<Void> push(Push push, Tensor gradient);

    /**
     * Contributes one logical worker's mean gradients of the rows of a sparse table; no ids where none has a gradient.
     *
     * @param ids n distinct ids
     * @param gradients [n, D], contiguous; float32, bfloat16 or float16. Alive and unchanged until the future completes
     */
    CompletableFuture<Void> pushRows(RowPush push, long[] ids, Tensor gradients);

    /**
     * The step that logical worker {@code logicalWorker} is to contribute to next, once {@link #initialise} has completed. By slices,
     * logical workers of a process that went away may be apart.
     */
    CompletableFuture<Long> nextStep(int logicalWorker);

    /**
     * Declares a logical worker's pushes of a step complete; completes once the step is decided, or that logical worker's slice of
     * it.
     */
    CompletableFuture<StepOutcome> finish(StepReport report);

    /**
     * Reads one parameter, waiting until at least {@code minimumVersion} is published. The dtype of {@code into}
     * (contiguous; float32, bfloat16 or float16) is the wire dtype.
     *
     * @return the version that was read
     */
    CompletableFuture<Long> pull(int parameter, long minimumVersion, Tensor into);

    /**
     * Reads rows of a sparse table, waiting until at least {@code minimumVersion} is published; rows that do not exist read
     * as their first values, and still do not exist then.
     *
     * @param table index among the tables of the {@link ParameterTable}
     * @param ids n ids
     * @param into [n, D], contiguous; its dtype (float32, bfloat16 or float16) is the wire dtype
     * @return the version that was read
     */
    CompletableFuture<Long> pullRows(int table, long[] ids, long minimumVersion, Tensor into);

    /**
     * Loss scale of the step to go on with, known once {@link #initialise} has completed; later ones come with the
     * {@link StepOutcome}.
     */
    float lossScale();

    /**
     * Writes masters and optimiser state of {@code version} as blobs of the pending set {@code set}. Called by one
     * process at a step boundary, before it contributes to step {@code version}. By slices, no other may have contributed to that
     * step either: {@link SliceTerms#afterLeader} sees to it.
     */
    CompletableFuture<List<BlobInfo>> snapshot(long version, String set);

    @Override
    void close();
}
