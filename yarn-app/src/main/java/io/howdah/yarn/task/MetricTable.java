// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.task;

import io.howdah.ps.wire.Counter;
import io.howdah.ps.wire.Gauge;
import java.util.ArrayList;
import java.util.List;

/** All metrics that a container publishes; {@code docs/metrics.md} is this table. */
final class MetricTable {
    /** Record of values of the process. */
    static final String TASK = "Task";

    /** Record of values of one other process that it is connected to. */
    static final String PEER = "Peer";

    private MetricTable() {}

    /** Counters only grow; gauges have a present value. */
    enum Kind {
        COUNTER,
        GAUGE
    }

    /**
     * A declared metric.
     *
     * @param record {@link #TASK} or {@link #PEER}
     * @param name within the record
     * @param description one sentence
     */
    record Row(String record, String name, Kind kind, String unit, String description) {}

    /** Values of the process that are no transport's. */
    enum ProcessGauge {
        SUM_RATE("sumGigabytesPerSecond", "GB/s", "Wire bytes per time spent adding gradients, since the start."),
        RESIDENT("residentBytes", "bytes", "Memory of the process as the operating system sees it."),
        DIRECT("directBytes", "bytes", "Direct memory of the connections, reserves included."),
        POOL("poolBytes", "bytes", "Memory of tensors in use."),
        POOL_PEAK("poolPeakBytes", "bytes", "The most memory of tensors that was in use at once."),
        TABLE_ROWS("tableRows", "rows", "Rows of the sparse tables that this server holds."),
        TABLE_CANDIDATES("tableCandidates", "rows", "Rows that were seen too seldom to be held."),
        TABLE_BYTES("tableBytes", "bytes", "Memory of the sparse tables.");

        private final String label;
        private final String unit;
        private final String description;

        ProcessGauge(String label, String unit, String description) {
            this.label = label;
            this.unit = unit;
            this.description = description;
        }

        String label() {
            return label;
        }
    }

    /** Values of one peer. */
    enum PeerCounter {
        RECEIVED("bytesReceived", "Received from it over connections that passed the handshake."),
        SENT("bytesSent", "Sent to it over connections that passed the handshake.");

        private final String label;
        private final String description;

        PeerCounter(String label, String description) {
            this.label = label;
            this.description = description;
        }

        String label() {
            return label;
        }
    }

    /** Every metric, in the order of the table. */
    static List<Row> rows() {
        List<Row> rows = new ArrayList<>();
        for (Counter counter : Counter.values()) {
            rows.add(new Row(TASK, counter.label(), Kind.COUNTER, counter.unit(), counter.description()));
        }
        for (Gauge gauge : Gauge.values()) {
            rows.add(new Row(TASK, gauge.label(), Kind.GAUGE, gauge.unit(), gauge.description()));
        }
        for (ProcessGauge gauge : ProcessGauge.values()) {
            rows.add(new Row(TASK, gauge.label, Kind.GAUGE, gauge.unit, gauge.description));
        }
        for (PeerCounter counter : PeerCounter.values()) {
            rows.add(new Row(PEER, counter.label, Kind.COUNTER, "bytes", counter.description));
        }
        return rows;
    }
}
