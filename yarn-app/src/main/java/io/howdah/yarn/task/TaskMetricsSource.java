// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.task;

import io.howdah.ps.wire.Counter;
import io.howdah.ps.wire.Counters;
import io.howdah.ps.wire.Gauge;
import io.howdah.ps.wire.HeldMemory;
import io.howdah.trainer.sync.TableSize;
import io.howdah.trainer.tensor.MemoryPool;
import io.howdah.yarn.am.TaskId;
import io.howdah.yarn.task.MetricTable.PeerCounter;
import io.howdah.yarn.task.MetricTable.ProcessGauge;
import java.util.List;
import java.util.function.ToLongFunction;
import org.apache.hadoop.metrics2.MetricsCollector;
import org.apache.hadoop.metrics2.MetricsInfo;
import org.apache.hadoop.metrics2.MetricsRecordBuilder;
import org.apache.hadoop.metrics2.MetricsSource;
import org.apache.hadoop.metrics2.lib.DefaultMetricsSystem;
import org.apache.hadoop.metrics2.lib.Interns;

/**
 * The numbers of a container for Hadoop's metrics: sinks as {@code hadoop-metrics2.properties} names them under the prefix
 * {@code howdah}, and JMX. One record for the process and one for each peer; {@link MetricTable} lists what they hold.
 */
final class TaskMetricsSource implements MetricsSource, AutoCloseable {
    /** Prefix of this system's keys in {@code hadoop-metrics2.properties}. */
    static final String PREFIX = "howdah";

    /** Name of the source, as filters and JMX see it. */
    static final String NAME = "HowdahTask";

    private final String job;
    private final TaskId id;
    private final Task task;

    /** @param job application id */
    TaskMetricsSource(String job, TaskId id, Task task) {
        this.job = job;
        this.id = id;
        this.task = task;
    }

    /** Begins to publish the numbers of {@code task}. */
    static TaskMetricsSource register(String job, TaskId id, Task task) {
        DefaultMetricsSystem.initialize(PREFIX);
        return DefaultMetricsSystem.instance()
                .register(NAME, "Numbers of a container", new TaskMetricsSource(job, id, task));
    }

    @Override
    public void getMetrics(MetricsCollector collector, boolean all) {
        Counters counters = task.counters();
        addTask(record(collector, MetricTable.TASK), counters);
        counters.peers()
                .forEach((peer, traffic) -> record(collector, MetricTable.PEER)
                        .tag(info("peer"), peer)
                        .addCounter(info(PeerCounter.RECEIVED.label()), traffic.received())
                        .addCounter(info(PeerCounter.SENT.label()), traffic.sent()));
    }

    private MetricsRecordBuilder record(MetricsCollector collector, String name) {
        return collector
                .addRecord(name)
                .setContext(PREFIX)
                .tag(info("job"), job)
                .tag(info("role"), id.role().toString())
                .tag(info("index"), Integer.toString(id.index()));
    }

    private void addTask(MetricsRecordBuilder record, Counters counters) {
        for (Counter counter : Counter.values()) {
            record.addCounter(info(counter.label()), counters.value(counter));
        }
        for (Gauge gauge : Gauge.values()) {
            record.addGauge(info(gauge.label()), counters.value(gauge));
        }
        long nanos = counters.value(Counter.SUM_NANOS);
        double rate = nanos == 0 ? 0 : (double) counters.value(Counter.SUMMED_BYTES) / nanos;
        List<TableSize> tables = task.tableSizes();
        record.addGauge(info(ProcessGauge.SUM_RATE.label()), rate);
        add(record, ProcessGauge.RESIDENT, ProcessMemory.now().residentBytes());
        add(record, ProcessGauge.DIRECT, HeldMemory.directBytes());
        add(record, ProcessGauge.POOL, MemoryPool.shared().usedBytes());
        add(record, ProcessGauge.POOL_PEAK, MemoryPool.shared().peakUsedBytes());
        add(record, ProcessGauge.TABLE_ROWS, sum(tables, TableSize::rows));
        add(record, ProcessGauge.TABLE_CANDIDATES, sum(tables, TableSize::candidates));
        add(record, ProcessGauge.TABLE_BYTES, sum(tables, TableSize::bytes));
    }

    private static void add(MetricsRecordBuilder record, ProcessGauge gauge, long value) {
        record.addGauge(info(gauge.label()), value);
    }

    private static long sum(List<TableSize> tables, ToLongFunction<TableSize> part) {
        return tables.stream().mapToLong(part).sum();
    }

    private static MetricsInfo info(String name) {
        return Interns.info(name, name);
    }

    /** Publishes once more and ends. */
    @Override
    public void close() {
        DefaultMetricsSystem.instance().publishMetricsNow();
        DefaultMetricsSystem.shutdown();
    }
}
