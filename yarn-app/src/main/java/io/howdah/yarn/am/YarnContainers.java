// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.am;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.api.protocolrecords.RegisterApplicationMasterResponse;
import org.apache.hadoop.yarn.api.records.Container;
import org.apache.hadoop.yarn.api.records.ContainerId;
import org.apache.hadoop.yarn.api.records.ContainerLaunchContext;
import org.apache.hadoop.yarn.api.records.ContainerStatus;
import org.apache.hadoop.yarn.api.records.NodeReport;
import org.apache.hadoop.yarn.api.records.Priority;
import org.apache.hadoop.yarn.api.records.Resource;
import org.apache.hadoop.yarn.api.records.UpdatedContainer;
import org.apache.hadoop.yarn.client.api.AMRMClient.ContainerRequest;
import org.apache.hadoop.yarn.client.api.async.AMRMClientAsync;
import org.apache.hadoop.yarn.client.api.async.NMClientAsync;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@link ContainerRuntime} on YARN. Every task has an allocation request id of its own, so that a granted container
 * is matched to exactly one request, which is then taken back (otherwise YARN would be asked for it again).
 */
final class YarnContainers implements ContainerRuntime, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(YarnContainers.class);
    private static final int HEARTBEAT_MILLIS = 250;

    private final AMRMClientAsync<ContainerRequest> resources;
    private final NMClientAsync nodes;
    private final Function<TaskId, Resource> sizes;
    private final BiFunction<TaskId, Integer, ContainerLaunchContext> launches;
    private final Consumer<JobEvent> events;
    private final Map<String, Container> containers = new ConcurrentHashMap<>();
    private final CompletableFuture<JobResult> ended = new CompletableFuture<>();
    private volatile float progress;

    YarnContainers(
            Configuration hadoop,
            Function<TaskId, Resource> sizes,
            BiFunction<TaskId, Integer, ContainerLaunchContext> launches,
            Consumer<JobEvent> events) {
        this.sizes = sizes;
        this.launches = launches;
        this.events = events;
        this.resources = AMRMClientAsync.createAMRMClientAsync(HEARTBEAT_MILLIS, new ResourceCallbacks());
        this.nodes = NMClientAsync.createNMClientAsync(new NodeCallbacks());
        resources.init(hadoop);
        nodes.init(hadoop);
    }

    /** Registers this attempt; {@code port} is the umbilical's. */
    RegisterApplicationMasterResponse register(String host, int port) throws IOException, YarnException {
        resources.start();
        nodes.start();
        return resources.registerApplicationMaster(host, port, "");
    }

    void report(float newProgress) {
        progress = newProgress;
    }

    /** Blocks until {@link #finish} was called. */
    JobResult await() throws InterruptedException, ExecutionException {
        return ended.get();
    }

    AMRMClientAsync<ContainerRequest> resources() {
        return resources;
    }

    @Override
    public void request(TaskId task, long requestId) {
        resources.addContainerRequest(new ContainerRequest(
                sizes.apply(task), null, null, Priority.newInstance(task.role().ordinal()), requestId));
    }

    @Override
    public void launch(TaskId task, int attempt, String containerId) {
        LOG.info("Starting {} attempt {} in {}", task, attempt, containerId);
        nodes.startContainerAsync(container(containerId), launches.apply(task, attempt));
    }

    @Override
    public void release(String containerId) {
        resources.releaseAssignedContainer(container(containerId).getId());
    }

    @Override
    public void stop(String containerId) {
        Container container = container(containerId);
        nodes.stopContainerAsync(container.getId(), container.getNodeId());
    }

    @Override
    public void finish(JobResult result) {
        ended.complete(result);
    }

    @Override
    public void close() {
        nodes.stop();
        resources.stop();
    }

    private Container container(String containerId) {
        Container container = containers.get(containerId);
        if (container == null) {
            throw new IllegalStateException("Cannot find container: id=" + containerId
                    + ", expected one that YARN granted" + " to this attempt; report this as a bug");
        }
        return container;
    }

    private final class ResourceCallbacks extends AMRMClientAsync.AbstractCallbackHandler {
        @Override
        public void onContainersAllocated(List<Container> allocated) {
            for (Container container : allocated) {
                containers.put(container.getId().toString(), container);
                long requestId = container.getAllocationRequestId();
                Collection<ContainerRequest> matching = resources.getMatchingRequests(requestId);
                if (matching != null && !matching.isEmpty()) {
                    resources.removeContainerRequest(matching.iterator().next());
                }
                events.accept(new JobEvent.Allocated(
                        requestId,
                        container.getId().toString(),
                        container.getNodeId().getHost()));
            }
        }

        @Override
        public void onContainersCompleted(List<ContainerStatus> statuses) {
            for (ContainerStatus status : statuses) {
                events.accept(new JobEvent.ContainerEnded(
                        status.getContainerId().toString(), status.getExitStatus(), diagnostics(status)));
            }
        }

        private String diagnostics(ContainerStatus status) {
            String diagnostics = status.getDiagnostics();
            return diagnostics == null ? "" : diagnostics;
        }

        @Override
        public void onContainersUpdated(List<UpdatedContainer> updated) {}

        @Override
        public void onNodesUpdated(List<NodeReport> reports) {}

        @Override
        public void onShutdownRequest() {
            events.accept(new JobEvent.Lost("Cannot go on: the ResourceManager no longer knows this attempt, expected a"
                    + " running one; see the ResourceManager's log"));
        }

        @Override
        public void onError(Throwable error) {
            LOG.error("ResourceManager client failed", error);
            events.accept(new JobEvent.Lost("Cannot talk to the ResourceManager: " + error.getMessage()
                    + ", expected an answer; see the ApplicationMaster's log"));
        }

        @Override
        public float getProgress() {
            return progress;
        }
    }

    private final class NodeCallbacks extends NMClientAsync.AbstractCallbackHandler {
        @Override
        public void onContainerStarted(ContainerId id, Map<String, ByteBuffer> response) {}

        @Override
        public void onContainerStatusReceived(ContainerId id, ContainerStatus status) {}

        @Override
        public void onContainerStopped(ContainerId id) {}

        @Override
        public void onStartContainerError(ContainerId id, Throwable error) {
            events.accept(new JobEvent.LaunchFailed(id.toString(), String.valueOf(error.getMessage())));
        }

        @Override
        public void onGetContainerStatusError(ContainerId id, Throwable error) {}

        @Override
        public void onStopContainerError(ContainerId id, Throwable error) {
            LOG.warn("Cannot stop container: id={} ({})", id, error.getMessage());
        }

        @Override
        public void onContainerResourceIncreased(ContainerId id, Resource resource) {}

        @Override
        public void onContainerResourceUpdated(ContainerId id, Resource resource) {}

        @Override
        public void onIncreaseContainerResourceError(ContainerId id, Throwable error) {}

        @Override
        public void onUpdateContainerResourceError(ContainerId id, Throwable error) {}
    }
}
