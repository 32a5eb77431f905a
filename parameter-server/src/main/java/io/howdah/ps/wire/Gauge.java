// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

/** What has a present value. */
public enum Gauge {
    HELD_BYTES("bytes", "Received bodies that wait to be used."),
    STALENESS("steps", "How many steps the fastest logical worker is ahead of the slowest; 0 in synchronous training."),
    REPLICATION_LAG("steps", "How many steps the replica lies behind; 0 without one.");

    private final String unit;
    private final String description;

    Gauge(String unit, String description) {
        this.unit = unit;
        this.description = description;
    }

    public String unit() {
        return unit;
    }

    /** One sentence. */
    public String description() {
        return description;
    }

    /** Name as metrics show it, for instance {@code heldBytes}. */
    public String label() {
        return Counter.label(name());
    }
}
