// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.tensor.DType;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Cuts gradients (or initial weights) into whole chunks, each handed on as soon as its last parameter is pushed. A chunk inside one
 * parameter is lent as it lies; one that spans parameters is copied together, so that small pushes are done at once.
 * Used by one thread.
 */
public final class ChunkAssembler {
    private final ParameterTable table;
    private final List<ShardRange> ranges;
    private final Consumer<AssembledChunk> receiver;
    private final Map<Integer, Slice> slices = new HashMap<>();
    private final Map<Integer, ArrayDeque<ByteBuffer>> spare = new HashMap<>();

    /** @param receiver takes every chunk and releases its payload, from the thread that calls this assembler */
    public ChunkAssembler(ParameterTable table, List<ShardRange> ranges, Consumer<AssembledChunk> receiver) {
        this.table = table;
        this.ranges = ranges;
        this.receiver = receiver;
    }

    /**
     * Takes the gradient of one parameter; {@code done} runs once {@code bytes} are no longer needed. A parameter
     * pushed twice, or by an older attempt, changes nothing.
     */
    public void push(Push push, DType dtype, ByteBuffer bytes, Runnable done) {
        check(push, dtype, bytes);
        Slice slice = sliceOf(push.step(), push.logicalWorker(), push.attempt());
        if (slice == null || slice.pushed.get(push.parameter())) {
            done.run();
            return;
        }
        slice.pushed.set(push.parameter());
        Loan loan = new Loan(done);
        long start = table.offset(push.parameter());
        long end = table.offset(push.parameter() + 1);
        for (int shard = 0; shard < ranges.size(); shard++) {
            ShardRange range = ranges.get(shard);
            long from = Math.max(start, range.from());
            long to = Math.min(end, range.to());
            for (long element = from; element < to; ) {
                int chunk = range.chunkAt(element);
                long next = Math.min(to, range.chunkTo(chunk));
                ByteBuffer piece =
                        bytes.slice((int) (element - start) * dtype.bytes(), (int) (next - element) * dtype.bytes());
                Contribution contribution = new Contribution(
                        push.step(),
                        push.logicalWorker(),
                        push.attempt(),
                        chunk,
                        push.samples(),
                        push.lossScale(),
                        dtype);
                if (next - element == range.chunkSize(chunk)) {
                    receiver.accept(new AssembledChunk(shard, contribution, loan.part(piece)));
                } else {
                    assemble(slice, shard, contribution, (int) (element - range.chunkFrom(chunk)), piece);
                }
                element = next;
            }
        }
        loan.release();
    }

    /** Takes the initial FP32 weights of one parameter, as {@link #push}. */
    public void addWeights(int parameter, ByteBuffer weights, Runnable done) {
        push(new Push(0, 0, 0, parameter, 1, 1), DType.FLOAT32, weights, done);
    }

    private void check(Push push, DType dtype, ByteBuffer bytes) {
        WireFormat.check(dtype);
        if (push.parameter() < 0 || push.parameter() >= table.size()) {
            throw new IllegalArgumentException("Cannot push gradient: parameter=" + push.parameter()
                    + ", expected 0 to " + (table.size() - 1) + "; use indices of the agreed table");
        }
        ParameterSpec spec = table.specs().get(push.parameter());
        if (bytes.remaining() != spec.shape().elements() * dtype.bytes()) {
            throw new IllegalArgumentException("Cannot push gradient: name=" + spec.name() + " bytes="
                    + bytes.remaining() + ", expected shape " + spec.shape() + " in " + dtype
                    + "; push the gradient in the shape of its weight");
        }
    }

    /** The slice that is being collected; null if the push is for an older step or attempt. */
    private @Nullable Slice sliceOf(long step, int logicalWorker, int attempt) {
        Slice slice = slices.get(logicalWorker);
        if (slice != null && slice.step == step && slice.attempt == attempt) {
            return slice;
        }
        if (slice != null && (attempt < slice.attempt || step < slice.step)) {
            return null;
        }
        if (slice != null) {
            drop(slice);
        }
        Slice fresh = new Slice(step, attempt);
        slices.put(logicalWorker, fresh);
        return fresh;
    }

    private void assemble(Slice slice, int shard, Contribution contribution, int element, ByteBuffer piece) {
        int size = ranges.get(shard).chunkSize(contribution.chunk());
        DType dtype = contribution.dtype();
        long key = ((long) shard << 32) | contribution.chunk();
        Assembly assembly = slice.assemblies.computeIfAbsent(key, absent -> new Assembly(buffer(size * dtype.bytes())));
        if (assembly.bytes.limit() != size * dtype.bytes()) {
            throw new IllegalArgumentException("Cannot push gradient: step=" + contribution.step() + " dtype=" + dtype
                    + ", expected one wire dtype for all parameters; convert gradients alike");
        }
        assembly.bytes.put(element * dtype.bytes(), piece, 0, piece.remaining());
        assembly.filled += piece.remaining();
        if (assembly.filled == assembly.bytes.limit()) {
            slice.assemblies.remove(key);
            receiver.accept(new AssembledChunk(shard, contribution, new Copy(assembly.bytes)));
        }
    }

    /**
     * Ends a slice.
     *
     * @throws IllegalStateException if the report says all is finite but a parameter was not pushed
     */
    public void finish(StepReport report) {
        Slice slice = sliceOf(report.step(), report.logicalWorker(), report.attempt());
        if (slice == null) {
            return;
        }
        int missing = slice.pushed.nextClearBit(0);
        if (report.finite() && missing < table.size()) {
            throw new IllegalStateException("Cannot finish step: step=" + report.step() + " logicalWorker="
                    + report.logicalWorker() + " without parameter "
                    + table.specs().get(missing).name()
                    + ", expected a push of every parameter; push zeros for one without gradient");
        }
        drop(slice);
    }

    private void drop(Slice slice) {
        slice.assemblies.values().forEach(assembly -> recycle(assembly.bytes));
        slice.assemblies.clear();
    }

    private ByteBuffer buffer(int bytes) {
        ArrayDeque<ByteBuffer> buffers = spare.get(bytes);
        ByteBuffer buffer = buffers == null ? null : buffers.poll();
        return buffer == null ? ByteBuffer.allocateDirect(bytes) : buffer;
    }

    private void recycle(ByteBuffer buffer) {
        spare.computeIfAbsent(buffer.capacity(), size -> new ArrayDeque<>()).add(buffer);
    }

    private static final class Slice {
        private final long step;
        private final int attempt;
        private final BitSet pushed = new BitSet();
        private final Map<Long, Assembly> assemblies = new HashMap<>();

        Slice(long step, int attempt) {
            this.step = step;
            this.attempt = attempt;
        }
    }

    private static final class Assembly {
        private final ByteBuffer bytes;
        private int filled;

        Assembly(ByteBuffer bytes) {
            this.bytes = bytes;
        }
    }

    private final class Copy implements Payload {
        private final ByteBuffer bytes;

        Copy(ByteBuffer bytes) {
            this.bytes = bytes;
        }

        @Override
        public ByteBuffer bytes() {
            return bytes.duplicate();
        }

        @Override
        public void release() {
            recycle(bytes);
        }
    }

    /** Counts who still reads the pusher's memory, the assembler itself included. */
    private static final class Loan {
        private final Runnable done;
        private int readers = 1;

        Loan(Runnable done) {
            this.done = done;
        }

        Payload part(ByteBuffer piece) {
            readers++;
            return new Payload() {
                @Override
                public ByteBuffer bytes() {
                    return piece.duplicate();
                }

                @Override
                public void release() {
                    Loan.this.release();
                }
            };
        }

        void release() {
            readers--;
            if (readers == 0) {
                done.run();
            }
        }
    }
}
