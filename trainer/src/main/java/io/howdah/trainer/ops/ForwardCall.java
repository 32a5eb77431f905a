// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.ops;

import io.howdah.trainer.autograd.SavedTensor;
import io.howdah.trainer.kernel.Backend;
import io.howdah.trainer.kernel.Backends;
import io.howdah.trainer.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;

/**
 * One call of an op's forward.
 *
 * @param <A> type of the attributes
 */
public final class ForwardCall<A> {
    private final A attributes;
    private final List<Tensor> inputs;
    private final Tensor out;
    private final Recording recording;
    private final List<SavedTensor> saved = new ArrayList<>();
    private final List<Tensor> discarded = new ArrayList<>();

    /**
     * Whether and how the call is recorded.
     *
     * @param needs per input whether it needs a gradient
     * @param producers per input which op made it, for messages
     * @param outVersion version of the output once the call is done
     */
    record Recording(boolean[] needs, List<String> producers, int outVersion) {
        boolean isOn() {
            for (boolean need : needs) {
                if (need) {
                    return true;
                }
            }
            return false;
        }
    }

    ForwardCall(A attributes, List<Tensor> inputs, Tensor out, Recording recording) {
        this.attributes = attributes;
        this.inputs = inputs;
        this.out = out;
        this.recording = recording;
    }

    public A attributes() {
        return attributes;
    }

    public Tensor input(int index) {
        return inputs.get(index);
    }

    /** Number of inputs. */
    public int inputs() {
        return inputs.size();
    }

    /** The result, to be overwritten. */
    public Tensor out() {
        return out;
    }

    public Backend backend() {
        return Backends.current();
    }

    /** Whether an input needs a gradient. */
    public boolean needs(int input) {
        return recording.needs()[input];
    }

    /** Keeps an input for backward. */
    public void saveInput(int index) {
        if (recording.isOn()) {
            Tensor input = inputs.get(index);
            saved.add(new SavedTensor(
                    input, recording.producers().get(index), input.version(), SavedTensor.Ownership.SHARED));
        }
    }

    /** Keeps the result for backward. */
    public void saveOut(String op) {
        if (recording.isOn()) {
            saved.add(new SavedTensor(out, "output 0 of " + op, recording.outVersion(), SavedTensor.Ownership.SHARED));
        }
    }

    /** Keeps for backward, or frees where there will be none, a tensor that this call has made. */
    public void saveInternal(Tensor tensor) {
        if (recording.isOn()) {
            saved.add(new SavedTensor(tensor, "internal", tensor.version(), SavedTensor.Ownership.INTERNAL));
        } else {
            discarded.add(tensor);
        }
    }

    List<SavedTensor> finish() {
        discarded.forEach(Tensor::close);
        return saved;
    }
}
