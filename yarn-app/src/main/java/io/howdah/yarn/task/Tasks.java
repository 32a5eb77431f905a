// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.task;

import io.howdah.yarn.am.Role;
import java.util.Map;
import java.util.function.Function;

/** What each role does in its container; one row per role. */
final class Tasks {
    private static final Map<Role, Function<TaskContext, Task>> BY_ROLE = Map.of(
            Role.SERVER, ServerTask::new,
            Role.WORKER, WorkerTask::new,
            Role.EVALUATOR, EvaluatorTask::new);

    private Tasks() {}

    static Task create(TaskContext context) {
        Function<TaskContext, Task> maker = BY_ROLE.get(context.id().role());
        if (maker == null) {
            throw new IllegalStateException("Cannot start task: role="
                    + context.id().role() + ", expected one of " + BY_ROLE.keySet() + "; add a row to Tasks");
        }
        return maker.apply(context);
    }
}
