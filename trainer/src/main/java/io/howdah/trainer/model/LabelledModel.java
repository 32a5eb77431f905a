// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import io.howdah.trainer.data.Batch;
import io.howdah.trainer.nn.Module;
import io.howdah.trainer.tensor.Tensor;
import java.util.List;
import java.util.function.Function;

/** A network that scores examples, and the task that holds scores against labels. */
final class LabelledModel implements TrainableModel {
    private final String name;
    private final Module network;
    private final Function<Batch, Tensor> scores;
    private final LabelTask task;
    private final RemoteTables tables;

    /**
     * @param name name in {@link Models}
     * @param network the parameters
     * @param scores runs the network: a batch to [B, outputs], or [B] for one output
     */
    LabelledModel(String name, Module network, Function<Batch, Tensor> scores, LabelTask task) {
        this(name, network, scores, task, RemoteTables.none());
    }

    /** @param tables those of the network that the parameter store keeps */
    LabelledModel(String name, Module network, Function<Batch, Tensor> scores, LabelTask task, RemoteTables tables) {
        this.name = name;
        this.network = network;
        this.scores = scores;
        this.task = task;
        this.tables = tables;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public Module module() {
        return network;
    }

    @Override
    public RemoteTables remoteTables() {
        return tables;
    }

    @Override
    public List<String> metrics() {
        return task.metrics();
    }

    /** One sample per example: S = B. */
    @Override
    public Prediction predict(Batch batch) {
        return task.predict(scores.apply(batch), batch);
    }
}
