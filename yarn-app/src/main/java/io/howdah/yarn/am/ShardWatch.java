// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.am;

import io.howdah.ps.ReplicaTable;
import io.howdah.yarn.umbilical.proto.Command;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The servers of a job whose shards are kept twice. All servers hear of a change first, and workers when all of them go by
 * it: so no worker comes to a server that does not know yet what it is for. Used by the event thread alone.
 */
final class ShardWatch {
    private final JobPlan plan;
    private final ReplicaTable table;
    private final Map<TaskId, Long> known = new HashMap<>();
    private long change;
    private Command forServers = Command.getDefaultInstance();
    private Command forOthers = Command.getDefaultInstance();

    /** @param tasks all tasks of the job, registered */
    ShardWatch(JobPlan plan, List<TaskRecord> tasks) {
        this.plan = plan;
        List<TaskRecord> servers = new ArrayList<>(
                tasks.stream().filter(task -> task.id.role() == Role.SERVER).toList());
        servers.sort(Comparator.comparingInt(task -> task.id.index()));
        this.table = new ReplicaTable(servers.size());
        servers.forEach(this::place);
        tell(tasks);
        forOthers = forServers; // the first servers are what they are from the start
    }

    private void place(TaskRecord server) {
        table.joined(
                server.id.index(),
                InetSocketAddress.createUnresolved(server.host, server.port),
                InetSocketAddress.createUnresolved(server.host, server.copyPort));
    }

    private void tell(List<TaskRecord> tasks) {
        change++;
        forServers = plan.runCommand(tasks, table.membership(), change);
    }

    Command forServers() {
        return forServers;
    }

    Command forOthers() {
        return forOthers;
    }

    /** A server takes the place of one that was lost. */
    void joined(TaskRecord server, List<TaskRecord> tasks) {
        place(server);
        tell(tasks);
    }

    /** A server is gone; returns the shards that are gone with it, none if the job can go on. */
    List<Integer> lost(TaskRecord server, List<TaskRecord> tasks) {
        known.remove(server.id);
        List<Integer> gone = table.lost(server.id.index());
        if (gone.isEmpty()) {
            tell(tasks);
        }
        return gone;
    }

    /** A server says by which assignment it goes, and what its backups have. */
    void heard(JobEvent.Heartbeat heartbeat, List<TaskRecord> tasks) {
        heartbeat.followed().forEach((shard, epoch) -> table.synced(shard, epoch));
        known.put(heartbeat.task(), heartbeat.change());
        boolean allKnow = tasks.stream()
                .filter(task -> task.id.role() == Role.SERVER && task.stage == TaskRecord.Stage.REGISTERED)
                .allMatch(task -> known.getOrDefault(task.id, 0L) >= change);
        if (allKnow) {
            forOthers = forServers;
        }
    }
}
