// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.am;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.config.Key;
import io.howdah.yarn.config.YarnKeys;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Kinds of applications: one row each, with the parts that make up the job in the order in which they are asked for. */
public enum JobKind {
    /** Workers train, servers hold the parameters. */
    TRAIN(new Part(Role.SERVER, YarnKeys.SERVERS), new Part(Role.WORKER, YarnKeys.WORKERS)),
    /** One container reads a checkpoint and measures it on the held-out data. */
    EVALUATE(new Part(Role.EVALUATOR, null));

    private final List<Part> parts;

    JobKind(Part... parts) {
        this.parts = List.of(parts);
    }

    /** The tasks of a job of this kind. */
    public List<TaskId> tasks(Config config) {
        List<TaskId> tasks = new ArrayList<>();
        for (Part part : parts) {
            int count = part.count == null ? 1 : config.getInt(part.count);
            for (int index = 0; index < count; index++) {
                tasks.add(new TaskId(part.role, index));
            }
        }
        return tasks;
    }

    /** The roles of a job of this kind. */
    public List<Role> roles() {
        return parts.stream().map(Part::role).toList();
    }

    /** The kind named {@code train} or {@code evaluate}. */
    public static JobKind named(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** A role and the key that says how many; null means one. */
    private record Part(Role role, @Nullable Key<Long> count) {}
}
