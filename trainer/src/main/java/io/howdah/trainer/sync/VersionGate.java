// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.TreeMap;

/** Actions that wait for a version to be published; in order of version, then of arrival. Used by one thread. */
public final class VersionGate {
    private final TreeMap<Long, ArrayDeque<Runnable>> parked = new TreeMap<>();
    private long version = -1;

    /** Runs {@code action} now, or once {@code minimumVersion} is published. */
    public void whenPublished(long minimumVersion, Runnable action) {
        if (minimumVersion <= version) {
            action.run();
        } else {
            parked.computeIfAbsent(minimumVersion, key -> new ArrayDeque<>()).add(action);
        }
    }

    /** Publishes {@code newVersion} and runs what waited for it. */
    public void publish(long newVersion) {
        version = newVersion;
        while (!parked.isEmpty() && parked.firstKey() <= version) {
            Map.Entry<Long, ArrayDeque<Runnable>> due = parked.firstEntry();
            Runnable action = due.getValue().remove();
            if (due.getValue().isEmpty()) {
                parked.remove(due.getKey());
            }
            action.run();
        }
    }

    /** Forgets all that waits. */
    public void clear() {
        parked.clear();
    }
}
