// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel.rows;

import io.howdah.trainer.tensor.VectorModule;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Made once per process, so that it is logged once. */
final class KernelChoice {
    static final RowKernels BEST = find();

    private KernelChoice() {}

    private static RowKernels find() {
        Logger log = LoggerFactory.getLogger(RowKernels.class);
        boolean present = VectorModule.isPresent();
        log.info(
                "Kernels of decoding: {}",
                present
                        ? "vector instructions"
                        : "plain loops; --add-modules=jdk.incubator.vector has much faster ones");
        return present ? new VectorRowKernels() : new PlainRowKernels();
    }
}
