// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.embedded;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.MiniDFSCluster;
import org.apache.hadoop.mapreduce.v2.hs.JobHistoryServer;
import org.apache.hadoop.service.Service;
import org.apache.hadoop.util.ShutdownHookManager;
import org.apache.hadoop.yarn.api.records.ApplicationReport;
import org.apache.hadoop.yarn.api.records.YarnApplicationState;
import org.apache.hadoop.yarn.client.api.YarnClient;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.apache.hadoop.yarn.exceptions.YarnException;
import org.apache.hadoop.yarn.server.MiniYARNCluster;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * HDFS (NameNode, two DataNodes), YARN (ResourceManager, two NodeManagers) and MapReduce's history server in this process;
 * containers are processes of their own, as on any cluster. All files lie under one folder, which {@link #close} deletes.
 *
 * <p>One at a time per process: Hadoop keeps the place of its test folders in a system property.
 */
public final class EmbeddedCluster implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedCluster.class);
    private static final int NODES = 2;
    private static final int CONNECT_MILLIS = 30_000;
    private static final int KILL_SECONDS = 10;
    private static final EnumSet<YarnApplicationState> ALIVE = EnumSet.of(
            YarnApplicationState.NEW,
            YarnApplicationState.NEW_SAVING,
            YarnApplicationState.SUBMITTED,
            YarnApplicationState.ACCEPTED,
            YarnApplicationState.RUNNING);

    private final Path folder;
    private final ContainerProcesses processes;
    private @Nullable MiniDFSCluster hdfs;
    private @Nullable MiniYARNCluster yarn;
    private @Nullable JobHistoryServer history;
    private boolean closed;

    private EmbeddedCluster(Path folder) throws IOException {
        this.folder = folder;
        this.processes = new ContainerProcesses(folder);
    }

    /**
     * What each of the two NodeManagers offers.
     *
     * @param memoryMb memory for containers, MiB
     * @param vcores virtual cores for containers
     */
    public record Nodes(int memoryMb, int vcores) {}

    /**
     * Starts the cluster and waits until both nodes have joined.
     *
     * @param folder for everything that the cluster writes; made if missing, and deleted at the end
     * @param nodes size of the NodeManagers
     * @param classPath Hadoop's jars, for the containers, as a class path
     * @throws IOException if a daemon does not start; the others are stopped again
     */
    public static EmbeddedCluster start(Path folder, Nodes nodes, String classPath) throws IOException {
        Files.createDirectories(folder);
        EmbeddedCluster cluster = new EmbeddedCluster(folder.toRealPath());
        try {
            cluster.start(nodes, classPath);
            return cluster;
        } catch (IOException | RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    private void start(Nodes nodes, String classPath) throws IOException {
        Configuration daemons = EmbeddedSettings.forDaemons(folder, nodes, classPath);
        CompletableFuture<MiniDFSCluster> startingHdfs = CompletableFuture.supplyAsync(() -> startHdfs(daemons));
        try {
            startYarn(daemons);
        } finally {
            awaitHdfs(startingHdfs);
        }
        startHistory(daemons);
        EmbeddedSettings.writeSiteFiles(configuration(), folder);
    }

    private static MiniDFSCluster startHdfs(Configuration daemons) {
        try {
            MiniDFSCluster starting = new MiniDFSCluster.Builder(new Configuration(daemons))
                    .nameNodePort(URI.create(daemons.get("fs.defaultFS")).getPort())
                    .numDataNodes(NODES)
                    .build();
            starting.waitActive();
            return starting;
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    private void awaitHdfs(CompletableFuture<MiniDFSCluster> starting) throws IOException {
        try {
            hdfs = starting.join();
        } catch (CompletionException e) {
            throw new IOException(
                    "Cannot start HDFS: " + e.getCause() + ", expected a NameNode and two DataNodes; see the" + " log",
                    e);
        }
    }

    private void startYarn(Configuration daemons) throws IOException {
        System.setProperty("test.build.data", folder.toString());
        MiniYARNCluster starting = new MiniYARNCluster("yarn", 1, NODES, 1, 1);
        yarn = starting;
        starting.init(new YarnConfiguration(daemons));
        starting.start();
        try {
            if (!starting.waitForNodeManagersToConnect(CONNECT_MILLIS)) {
                throw new IOException("Cannot start the NodeManagers: silent for " + CONNECT_MILLIS
                        + " ms, expected two that joined; see the log");
            }
        } catch (YarnException e) {
            throw new IOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("Cannot start the NodeManagers: interrupted, expected time to wait; try again", e);
        }
    }

    /** MapReduce's clients ask it about jobs that have ended. */
    private void startHistory(Configuration daemons) {
        JobHistoryServer starting = new JobHistoryServer();
        history = starting;
        starting.init(new Configuration(daemons));
        starting.start();
    }

    /** What a client of this cluster needs, a copy. Containers run with this process's Java. */
    public Configuration configuration() {
        if (yarn == null || history == null) {
            throw new IllegalStateException("Cannot describe the cluster: it has not started, expected a running one");
        }
        Configuration client = new YarnConfiguration(yarn.getConfig());
        client.set("mapreduce.jobhistory.address", history.getConfig().get("mapreduce.jobhistory.address"));
        return client;
    }

    /** The processes of this cluster's containers that run now. */
    public List<ProcessHandle> containerProcesses() {
        return processes.running();
    }

    /**
     * Ends running applications, stops the daemons, makes sure that no container's process is left, deletes the folder.
     * Safe to call twice.
     */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            stopDaemons();
        } finally {
            List<ProcessHandle> left = processes.kill(KILL_SECONDS);
            if (!left.isEmpty()) {
                LOG.warn("Cannot end containers: pids={}, expected none; end them by hand", left);
            }
            Folders.delete(folder);
        }
    }

    private void stopDaemons() {
        if (yarn != null && history != null) {
            killApplications();
        }
        if (yarn != null) {
            stopYarn(yarn);
        }
        if (history != null) {
            history.stop();
        }
        // It unregisters its own hooks, which is refused while the process ends; then it ends with it.
        if (hdfs != null && !ShutdownHookManager.get().isShutdownInProgress()) {
            hdfs.shutdown(false);
        }
    }

    private void killApplications() {
        try (YarnClient client = YarnClient.createYarnClient()) {
            client.init(configuration());
            client.start();
            for (ApplicationReport application : client.getApplications(ALIVE)) {
                client.killApplication(application.getApplicationId());
            }
        } catch (IOException | YarnException | RuntimeException e) {
            LOG.warn("Cannot kill the running applications; their containers are stopped with their nodes", e);
        }
    }

    /** Nodes together, then the ResourceManager by itself: the cluster's own stop would wait for killed applications. */
    private static void stopYarn(MiniYARNCluster cluster) {
        CompletableFuture<?>[] stops = new CompletableFuture<?>[NODES];
        for (int i = 0; i < NODES; i++) {
            Service node = cluster.getNodeManager(i);
            stops[i] = node == null ? CompletableFuture.completedFuture(null) : CompletableFuture.runAsync(node::stop);
        }
        CompletableFuture.allOf(stops)
                .exceptionally(e -> {
                    LOG.warn("A NodeManager did not stop in good order", e);
                    return null;
                })
                .join();
        cluster.stopResourceManager(0);
        cluster.stop();
    }
}
