// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.sync.ParameterStore;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Brings weights from the store into the parameters of the model. */
final class WeightPuller implements AutoCloseable {
    private final ParameterStore store;
    private final List<Tensor> parameters;
    private final List<Tensor> wire = new ArrayList<>();

    WeightPuller(ParameterStore store, List<Tensor> parameters, DType wireDtype) {
        this.store = store;
        this.parameters = parameters;
        for (Tensor parameter : parameters) {
            wire.add(
                    wireDtype == parameter.dtype()
                            ? parameter
                            : Tensor.empty(wireDtype, parameter.shape()).keep());
        }
    }

    /** Pulls all parameters in the wire dtype, once {@code version} is published. */
    void pull(long version) throws IOException, InterruptedException {
        pull(version, wire);
    }

    /** Pulls all parameters in float32. */
    void pullExactly(long version) throws IOException, InterruptedException {
        pull(version, parameters);
    }

    private void pull(long version, List<Tensor> targets) throws IOException, InterruptedException {
        List<CompletableFuture<Long>> pulls = new ArrayList<>();
        for (int i = 0; i < targets.size(); i++) {
            pulls.add(store.pull(i, version, targets.get(i)));
        }
        for (int i = 0; i < targets.size(); i++) {
            StoreFutures.await(pulls.get(i));
            Tensor parameter = parameters.get(i);
            if (targets.get(i) != parameter) {
                Backends.current().convert(targets.get(i), parameter);
            }
            parameter.bumpVersion();
        }
    }

    @Override
    public void close() {
        for (int i = 0; i < wire.size(); i++) {
            if (wire.get(i) != parameters.get(i)) {
                wire.get(i).close();
            }
        }
    }
}
