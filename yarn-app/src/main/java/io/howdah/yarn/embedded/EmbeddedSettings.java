// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.embedded;

import java.io.IOException;
import java.io.OutputStream;
import java.net.BindException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.yarn.conf.YarnConfiguration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hadoop's settings of an embedded cluster: for its daemons, for its clients, and as site files for its containers. Meant
 * for one machine: ports are free ones, everything lies under one folder, and whatever waits does so for a short time.
 */
final class EmbeddedSettings {
    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedSettings.class);
    /** Site files by name: each daemon's defaults are read after the site file of the one before, so all need all. */
    private static final List<String> SITE_FILES =
            List.of("core-site.xml", "hdfs-site.xml", "mapred-site.xml", "yarn-site.xml");

    private static final Map<String, String> HDFS = Map.of(
            "dfs.replication", "2",
            "dfs.permissions.superusergroup", "howdah",
            "dfs.namenode.fs-limits.min-block-size", "0",
            "fs.trash.interval", "0");

    private static final Map<String, String> RESOURCE_MANAGER = Map.of(
            "yarn.resourcemanager.nodemanagers.heartbeat-interval-ms", "100",
            "yarn.scheduler.minimum-allocation-mb", "128",
            "yarn.scheduler.maximum-allocation-mb", "1048576",
            "yarn.scheduler.maximum-allocation-vcores", "1024",
            // Containers shall spread over both nodes, as they would on a busy cluster.
            "yarn.scheduler.capacity.per-node-heartbeat.multiple-assignments-enabled", "false",
            "yarn.scheduler.capacity.root.queues", "default",
            "yarn.scheduler.capacity.root.default.capacity", "100",
            "yarn.scheduler.capacity.maximum-am-resource-percent", "0.5");

    /** Free ports, chosen by the daemons, but for the one below. */
    private static final Map<String, String> ADDRESSES = Map.of(
            "yarn.minicluster.fixed.ports", "true",
            "yarn.resourcemanager.address", "localhost:0",
            "yarn.resourcemanager.admin.address", "localhost:0",
            "yarn.resourcemanager.scheduler.address", "localhost:0",
            "yarn.resourcemanager.resource-tracker.address", "localhost:0",
            "mapreduce.jobhistory.address", "localhost:0",
            "mapreduce.jobhistory.admin.address", "localhost:0",
            "mapreduce.jobhistory.webapp.address", "localhost:0");

    private static final Map<String, String> NODE_MANAGER = Map.of(
            "yarn.nodemanager.aux-services",
            "mapreduce_shuffle",
            "yarn.nodemanager.aux-services.mapreduce_shuffle.class",
            "org.apache.hadoop.mapred.ShuffleHandler",
            "mapreduce.shuffle.port",
            "0",
            // Containers that outgrow what they asked for are killed, as on a real cluster.
            "yarn.minicluster.control-resource-monitoring",
            "true",
            "yarn.nodemanager.pmem-check-enabled",
            "true",
            "yarn.nodemanager.vmem-check-enabled",
            "false",
            "yarn.nodemanager.disk-health-checker.max-disk-utilization-per-disk-percentage",
            "99",
            "yarn.nodemanager.process-kill-wait.ms",
            "100",
            "yarn.nodemanager.delete.debug-delay-sec",
            "0",
            // Without it, each node waits ten seconds for logs when it stops.
            "yarn.log-aggregation-enable",
            "true");

    /** A client or container that outlives the cluster must notice within seconds: the daemons never come back. */
    private static final Map<String, String> GIVING_UP = Map.of(
            "ipc.client.connect.max.retries", "1",
            "ipc.client.connect.retry.interval", "200",
            "yarn.resourcemanager.connect.max-wait.ms", "2000",
            "yarn.resourcemanager.connect.retry-interval.ms", "500",
            "yarn.client.nodemanager-connect.max-wait-ms", "2000",
            "yarn.client.nodemanager-connect.retry-interval-ms", "500",
            "yarn.app.mapreduce.am.scheduler.connection.wait.interval-ms", "4000",
            "dfs.client.retry.policy.enabled", "false");

    private static final Map<String, String> MAP_REDUCE = Map.of(
            "mapreduce.framework.name", "yarn",
            "yarn.app.mapreduce.am.staging-dir", "/mapreduce/staging",
            "yarn.app.mapreduce.am.resource.mb", "768",
            "yarn.app.mapreduce.am.command-opts", "-Xmx384m -XX:+UseSerialGC -XX:TieredStopAtLevel=1",
            "mapreduce.map.memory.mb", "768",
            "mapreduce.reduce.memory.mb", "768",
            "mapreduce.task.io.sort.mb", "64");

    private EmbeddedSettings() {}

    /** What the daemons are started with, before their addresses are known. */
    static Configuration forDaemons(Path folder, EmbeddedCluster.Nodes nodes, String classPath) throws IOException {
        Configuration daemons = new YarnConfiguration();
        for (Map<String, String> group :
                List.of(HDFS, RESOURCE_MANAGER, NODE_MANAGER, ADDRESSES, GIVING_UP, MAP_REDUCE, javaHome())) {
            group.forEach(daemons::set);
        }
        // Known before HDFS listens, so that YARN can start beside it.
        daemons.set("fs.defaultFS", "hdfs://localhost:" + freePort());
        // Tracking URLs are made of this setting, and not of the port that was taken.
        daemons.set("yarn.resourcemanager.webapp.address", "localhost:" + freePort());
        daemons.set("hadoop.tmp.dir", folder.resolve("tmp").toString());
        daemons.set("hdfs.minidfs.basedir", folder.resolve("hdfs").toString());
        // On the local disk, since the ResourceManager starts before HDFS can store anything.
        daemons.set(
                "yarn.node-attribute.fs-store.root-dir",
                folder.resolve("attributes").toUri().toString());
        daemons.setInt("yarn.minicluster.yarn.nodemanager.resource.memory-mb", nodes.memoryMb());
        daemons.setInt("yarn.nodemanager.resource.cpu-vcores", nodes.vcores());
        daemons.setStrings("yarn.application.classpath", containerClassPath(folder, classPath));
        daemons.setStrings("mapreduce.application.classpath", containerClassPath(folder, classPath));
        // The variables that a shell on a gateway has would lead containers to another cluster.
        daemons.set("yarn.nodemanager.env-whitelist", "PATH,LANG,TZ");
        daemons.set("yarn.nodemanager.admin-env", "HADOOP_CONF_DIR=" + siteFolder(folder));
        return daemons;
    }

    /** Where containers find the site files. */
    static Path siteFolder(Path folder) {
        return folder.resolve("conf");
    }

    /** Writes what differs from Hadoop's defaults into the site files of containers. */
    static void writeSiteFiles(Configuration cluster, Path folder) throws IOException {
        Configuration defaults = new YarnConfiguration();
        Configuration changed = new Configuration(false);
        for (Map.Entry<String, String> entry : cluster) {
            String name = entry.getKey();
            if (!cluster.getRaw(name).equals(defaults.getRaw(name))) {
                changed.set(name, cluster.getRaw(name));
            }
        }
        Files.createDirectories(siteFolder(folder));
        for (String file : SITE_FILES) {
            try (OutputStream out = Files.newOutputStream(siteFolder(folder).resolve(file))) {
                changed.writeXml(out);
            }
        }
    }

    /** A port that nobody has, outside the range that the kernel gives to those who ask for any. */
    private static int freePort() throws IOException {
        for (int attempt = 0; attempt < 1000; attempt++) {
            int port = ThreadLocalRandom.current().nextInt(20_000, 32_000);
            try (ServerSocket socket = new ServerSocket(port)) {
                return socket.getLocalPort();
            } catch (BindException e) {
                LOG.debug("Port {} is taken", port, e);
            }
        }
        throw new IOException(
                "Cannot find a free port: range=20000..31999, expected one; end programs that listen there");
    }

    /** Containers run on the JVM that runs the cluster, whatever the shell's variables say. */
    private static Map<String, String> javaHome() {
        String home = System.getProperty("java.home");
        return Map.of(
                "howdah.java.home", home,
                "yarn.app.mapreduce.am.env.JAVA_HOME", home,
                "mapreduce.map.env.JAVA_HOME", home,
                "mapreduce.reduce.env.JAVA_HOME", home);
    }

    private static String[] containerClassPath(Path folder, String classPath) {
        List<String> entries = new ArrayList<>();
        entries.add(siteFolder(folder).toString());
        entries.addAll(List.of(classPath.strip().split(java.io.File.pathSeparator, -1)));
        return entries.toArray(String[]::new);
    }
}
