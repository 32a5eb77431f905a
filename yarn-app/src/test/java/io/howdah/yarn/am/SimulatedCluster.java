// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.am;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A cluster without machines: it remembers what the job asked for, and tests say what happens. */
final class SimulatedCluster implements ContainerRuntime {
    final Map<Long, TaskId> requests = new LinkedHashMap<>();
    final Map<String, TaskId> launched = new LinkedHashMap<>();
    final List<String> released = new ArrayList<>();
    final List<String> stopped = new ArrayList<>();

    @Nullable
    JobResult result;

    long nowMillis;

    @Override
    public void request(TaskId task, long requestId) {
        requests.put(requestId, task);
    }

    @Override
    public void launch(TaskId task, int attempt, String containerId) {
        launched.put(containerId, task);
    }

    @Override
    public void release(String containerId) {
        released.add(containerId);
    }

    @Override
    public void stop(String containerId) {
        stopped.add(containerId);
    }

    @Override
    public void finish(JobResult newResult) {
        if (result != null) {
            throw new IllegalStateException("finished twice");
        }
        result = newResult;
    }
}
