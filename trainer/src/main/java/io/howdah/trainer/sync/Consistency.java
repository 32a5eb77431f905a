// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.config.Config;
import java.util.Locale;

/**
 * How far weights that a step is computed with may lie behind.
 *
 * @param mode what holds
 * @param staleness s, of {@link Mode#SSP} alone; 0 elsewhere
 */
public record Consistency(Mode mode, long staleness) {
    /** One optimiser step per step, of the mean gradient of all logical workers. */
    public static final Consistency SYNC = new Consistency(Mode.SYNC, 0);

    /** One optimiser step per slice, as soon as it is complete; no bound. */
    public static final Consistency ASYNC = new Consistency(Mode.ASYNC, 0);

    /** What holds between the logical workers. */
    public enum Mode {
        /** All contribute to a step with the same weights. */
        SYNC,
        /** Each is at most s steps ahead of the slowest: Ho et al. 2013, "More Effective Distributed ML via a Stale Synchronous Parallel Parameter Server". */
        SSP,
        /** Nobody waits for anybody. */
        ASYNC
    }

    public Consistency {
        if (staleness < 0 || staleness > 0 && mode != Mode.SSP) {
            throw new IllegalArgumentException("Cannot train: mode=" + mode + " staleness=" + staleness
                    + ", expected at least 0, and 0 unless the mode is ssp; correct " + SyncKeys.STALENESS.name());
        }
    }

    /** One optimiser step per slice, where nobody is more than {@code staleness} steps ahead of the slowest. */
    public static Consistency ssp(long staleness) {
        return new Consistency(Mode.SSP, staleness);
    }

    /** What {@code config} describes. */
    static Consistency of(Config config) {
        return switch (Mode.valueOf(config.get(SyncKeys.MODE).toUpperCase(Locale.ROOT))) {
            case SYNC -> SYNC;
            case SSP -> ssp(config.get(SyncKeys.STALENESS));
            case ASYNC -> ASYNC;
        };
    }

    /** Whether every slice moves the weights by itself. */
    public boolean bySlices() {
        return mode != Mode.SYNC;
    }

    /** The oldest version that step {@code step} may be computed with. */
    public long minimumVersion(long step) {
        return switch (mode) {
            case SYNC -> step;
            case SSP -> Math.max(0, step - staleness);
            case ASYNC -> 0;
        };
    }

    @Override
    public String toString() {
        String name = mode.name().toLowerCase(Locale.ROOT);
        return mode == Mode.SSP ? name + "(" + staleness + ")" : name;
    }
}
