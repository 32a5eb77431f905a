// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.nn.Module;
import io.howdah.trainer.tensor.Tensor;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Lets the batches of logical worker 0 alone change a model's buffers, such as running statistics: those of a checkpoint
 * then do not depend on how many processes trained. The slices of other workers leave them as they were.
 */
final class WorkerBuffers implements AutoCloseable {
    private static final int LEADER = 0;

    private final Map<Tensor, Tensor> copies = new LinkedHashMap<>();

    private WorkerBuffers(Iterable<Tensor> buffers) {
        for (Tensor buffer : buffers) {
            Tensor copy = Tensor.empty(buffer.dtype(), buffer.shape());
            Backends.current().convert(buffer, copy);
            copies.put(buffer, copy);
        }
    }

    /** To be closed behind the slice of a logical worker. */
    static WorkerBuffers of(Module module, int logicalWorker) {
        Map<String, Tensor> buffers = logicalWorker == LEADER ? Map.of() : module.buffers();
        return new WorkerBuffers(buffers.values());
    }

    @Override
    public void close() {
        copies.forEach((buffer, copy) -> {
            Backends.current().convert(copy, buffer);
            buffer.bumpVersion();
            copy.close();
        });
    }
}
