// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import io.howdah.trainer.data.Batch;
import io.howdah.trainer.nn.Module;
import io.howdah.trainer.ops.Composite;
import io.howdah.trainer.sync.ParameterSpec;
import io.howdah.trainer.sync.ParameterTable;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What the training loop and the evaluator need of a model; one row in {@link Models} each. */
public interface TrainableModel {
    /** Name in {@link Models}. */
    String name();

    /** The parameters. */
    Module module();

    /** What the model says of a batch, with the loss of every sample. */
    Prediction predict(Batch batch);

    /** Names of the metrics that fit its predictions, as the table of metrics knows them; the mean loss is always one. */
    List<String> metrics();

    /** Tables whose rows the parameter store keeps, beside the parameters; most models have none. */
    default RemoteTables remoteTables() {
        return RemoteTables.none();
    }

    /** The loss of every sample of a batch: [S]. Training minimises the mean. What was computed on the way is let go. */
    default Tensor losses(Batch batch) {
        return Composite.of(() -> predict(batch).losses());
    }

    /**
     * What training minimises: the mean of {@link #losses}, and in some models more.
     *
     * @param step number of the step, from 0 on, for weights that change as training goes on
     */
    default Objective objective(Batch batch, long step) {
        return Objective.of(losses(batch));
    }

    /**
     * Loads the state of a checkpoint.
     *
     * @throws IllegalArgumentException with one line per name or shape that does not match; nothing is loaded then
     */
    default void loadState(Map<String, Tensor> state) {
        module().loadStateDict(state);
    }

    /**
     * The parameters as the parameter store knows them; biases and gains (one dimension) do not decay, frozen ones do not
     * change.
     */
    default ParameterTable table() {
        List<ParameterSpec> specs = new ArrayList<>();
        module().parameters().forEach((name, tensor) -> {
            double rate = tensor.requiresGrad() ? 1 : 0;
            double decay = tensor.shape().rank() > 1 ? rate : 0;
            specs.add(new ParameterSpec(name, tensor.shape(), rate, decay));
        });
        return new ParameterTable(specs, remoteTables().specs());
    }
}
