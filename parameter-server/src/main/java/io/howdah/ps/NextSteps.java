// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import io.howdah.ps.proto.NextStep;
import io.howdah.ps.wire.FrameType;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** A worker's questions where its logical workers go on. */
final class NextSteps {
    private final Map<Integer, List<CompletableFuture<Long>>> asked = new LinkedHashMap<>();

    void ask(int logicalWorker, CompletableFuture<Long> future, ServerLink decider) {
        asked.computeIfAbsent(logicalWorker, absent -> new ArrayList<>()).add(future);
        send(logicalWorker, decider);
    }

    /** Asks again what has not been answered. */
    void resume(ServerLink decider) {
        asked.keySet().forEach(logicalWorker -> send(logicalWorker, decider));
    }

    private static void send(int logicalWorker, ServerLink decider) {
        decider.send(
                FrameType.NEXT_STEP,
                NextStep.newBuilder().setLogicalWorker(logicalWorker).build());
    }

    void answered(NextStep answer) {
        List<CompletableFuture<Long>> waiting = asked.remove(answer.getLogicalWorker());
        if (waiting != null) {
            waiting.forEach(future -> future.complete(answer.getStep()));
        }
    }
}
