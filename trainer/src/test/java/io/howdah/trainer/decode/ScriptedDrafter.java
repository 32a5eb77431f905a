// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode;

import io.howdah.trainer.decode.sampling.SequenceSampler;
import io.howdah.trainer.decode.speculate.DraftRequest;
import io.howdah.trainer.decode.speculate.Drafter;
import io.howdah.trainer.decode.speculate.Observation;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.IntUnaryOperator;

/** Drafts what a test says, and checks that it is told of every token once. */
final class ScriptedDrafter implements Drafter {
    private final int deepest;
    private final IntUnaryOperator nodes;
    private final Consumer<DraftRequest> script;
    private final Map<Integer, Integer> observed = new HashMap<>();
    final List<Integer> depths = new ArrayList<>();

    ScriptedDrafter(int deepest, IntUnaryOperator nodes, Consumer<DraftRequest> script) {
        this.deepest = deepest;
        this.nodes = nodes;
        this.script = script;
    }

    @Override
    public String name() {
        return "scripted";
    }

    @Override
    public int deepest() {
        return deepest;
    }

    @Override
    public int nodes(int depth) {
        return nodes.applyAsInt(depth);
    }

    @Override
    public boolean observes() {
        return true;
    }

    @Override
    public void open(int sequence, SequenceSampler sampler, int positions) {
        if (observed.put(sequence, 0) != null) {
            throw new IllegalStateException("sequence " + sequence + " is open");
        }
    }

    @Override
    public void observe(Observation observation) {
        int before = observed.get(observation.sequence());
        if (before != observation.first()) {
            throw new IllegalStateException("observed from " + observation.first() + " after " + before);
        }
        observed.put(observation.sequence(), before + observation.numbers().length);
        for (int row : observation.numbers()) {
            observation.rows().hidden(row);
        }
    }

    @Override
    public void draft(List<DraftRequest> requests) {
        for (DraftRequest request : requests) {
            if (observed.get(request.sequence()) != request.sampler().history().length() - 1) {
                throw new IllegalStateException("observed " + observed.get(request.sequence()) + " of "
                        + request.sampler().history().length());
            }
            depths.add(request.depth());
            script.accept(request);
        }
    }

    @Override
    public void close(int sequence) {
        observed.remove(sequence);
    }

    @Override
    public void close() {
        observed.clear();
    }
}
