// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.task;

import io.howdah.yarn.umbilical.proto.Assignment;
import io.howdah.yarn.umbilical.proto.TaskMetrics;
import java.io.IOException;
import java.util.Map;

/** The container of {@code evaluate}. */
final class EvaluatorTask implements Task {
    private final TaskContext context;

    EvaluatorTask(TaskContext context) {
        this.context = context;
    }

    @Override
    public int prepare() {
        return 0;
    }

    @Override
    public Map<String, String> run(Assignment assignment) throws IOException {
        return Measurement.run(context.hadoop(), context.config());
    }

    @Override
    public void stop() {
        // Minutes of pure computation that leave nothing behind: the ApplicationMaster stops the container.
    }

    @Override
    public void report(TaskMetrics.Builder metrics) {
        metrics.setPhase("evaluating");
    }

    @Override
    public void close() {}
}
