// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.ps.wire.Counter;
import io.howdah.ps.wire.Counters;
import io.howdah.ps.wire.Gauge;
import io.howdah.trainer.sync.TableSize;
import io.howdah.yarn.am.Role;
import io.howdah.yarn.am.TaskId;
import io.howdah.yarn.umbilical.proto.Assignment;
import io.howdah.yarn.umbilical.proto.TaskMetrics;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.management.ObjectName;
import org.apache.commons.configuration2.SubsetConfiguration;
import org.apache.hadoop.metrics2.AbstractMetric;
import org.apache.hadoop.metrics2.MetricsRecord;
import org.apache.hadoop.metrics2.MetricsSink;
import org.apache.hadoop.metrics2.MetricsTag;
import org.apache.hadoop.metrics2.lib.DefaultMetricsSystem;
import org.junit.jupiter.api.Test;

/** What a sink and JMX are given of a container's numbers. */
class TaskMetricsSourceTest {
    private final Counters counters = new Counters();
    private final Sink sink = new Sink();

    /** Keeps every record that it is given. */
    private static final class Sink implements MetricsSink {
        private final ConcurrentLinkedQueue<MetricsRecord> records = new ConcurrentLinkedQueue<>();

        @Override
        public void init(SubsetConfiguration configuration) {
            // has no settings
        }

        @Override
        public void putMetrics(MetricsRecord record) {
            records.add(record);
        }

        @Override
        public void flush() {
            // keeps nothing back
        }

        List<MetricsRecord> named(String name) {
            return records.stream().filter(found -> found.name().equals(name)).toList();
        }
    }

    private record ServingTask(Counters counters) implements Task {
        @Override
        public int prepare() {
            return 0;
        }

        @Override
        public Map<String, String> run(Assignment assignment) {
            return Map.of();
        }

        @Override
        public void stop() {
            // never runs
        }

        @Override
        public void report(TaskMetrics.Builder metrics) {
            // is not asked
        }

        @Override
        public List<TableSize> tableSizes() {
            return List.of(new TableSize("users", 5, 2, 100), new TableSize("items", 7, 1, 50));
        }

        @Override
        public void close() {
            // holds nothing
        }
    }

    private static Map<String, Double> values(MetricsRecord record) {
        Map<String, Double> values = new TreeMap<>();
        for (AbstractMetric metric : record.metrics()) {
            values.put(metric.name(), metric.value().doubleValue());
        }
        return values;
    }

    private static Map<String, String> tags(MetricsRecord record) {
        Map<String, String> tags = new TreeMap<>();
        for (MetricsTag tag : record.tags()) {
            tags.put(tag.name(), tag.value());
        }
        return tags;
    }

    private static List<String> declared(String record) {
        List<String> names = new ArrayList<>();
        MetricTable.rows().stream().filter(row -> row.record().equals(record)).forEach(row -> names.add(row.name()));
        return names;
    }

    @Test
    void aSinkIsGivenEveryDeclaredMetric() throws Exception {
        counters.add(Counter.DUPLICATES, 3);
        counters.add(Counter.SUMMED_BYTES, 500);
        counters.add(Counter.SUM_NANOS, 100);
        counters.set(Gauge.STALENESS, 2);
        counters.peer("worker 1");
        counters.peer("worker 0");
        try (TaskMetricsSource source =
                TaskMetricsSource.register("application_1", new TaskId(Role.SERVER, 4), new ServingTask(counters))) {
            DefaultMetricsSystem.instance().register("collect", "for this test", sink);
            DefaultMetricsSystem.instance().publishMetricsNow();
            ObjectName bean = new ObjectName("Hadoop:service=howdah,name=" + TaskMetricsSource.NAME);
            assertThat(ManagementFactory.getPlatformMBeanServer().getAttribute(bean, "duplicates"))
                    .isEqualTo(3L);
            assertThat(source).isNotNull();
        }

        MetricsRecord task = sink.named(MetricTable.TASK).get(0);
        assertThat(task.context()).isEqualTo("howdah");
        assertThat(values(task).keySet()).containsExactlyInAnyOrderElementsOf(declared(MetricTable.TASK));
        assertThat(values(task))
                .containsEntry("duplicates", 3.0)
                .containsEntry("staleness", 2.0)
                .containsEntry("sumGigabytesPerSecond", 5.0)
                .containsEntry("tableRows", 12.0)
                .containsEntry("tableCandidates", 3.0)
                .containsEntry("tableBytes", 150.0);
        assertThat(values(task).get("residentBytes")).isPositive();
        assertThat(tags(task))
                .containsEntry("job", "application_1")
                .containsEntry("role", "server")
                .containsEntry("index", "4");
        List<MetricsRecord> peers = sink.named(MetricTable.PEER).subList(0, 2);
        assertThat(peers).extracting(peer -> tags(peer).get("peer")).containsExactlyInAnyOrder("worker 0", "worker 1");
        assertThat(values(peers.get(0)).keySet()).containsExactlyInAnyOrderElementsOf(declared(MetricTable.PEER));
    }
}
