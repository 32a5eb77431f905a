// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.config;

import io.howdah.trainer.config.Key;
import java.util.List;

/** Keys of the YARN application: queue, containers, timeouts. */
public final class YarnKeys {
    public static final Key<String> JOB_NAME =
            Key.text("howdah.job.name", "howdah", "Name of the application in YARN's lists.");
    public static final Key<String> QUEUE =
            Key.text("howdah.queue", "default", "Queue that the application is submitted to.");
    public static final Key<String> JAVA_HOME = Key.text(
            "howdah.java.home",
            null,
            "Java home, on the nodes, of the JVM of every container; must be Java 17 or newer. Unset: the nodes' own.");
    public static final Key<String> STAGING = Key.path(
            "howdah.staging.path",
            ".howdah/staging",
            "Folder for the files of running applications; relative paths start at the user's home.");
    public static final Key<String> CLASSPATH = Key.text(
            "howdah.container.classpath",
            null,
            "Class path of the containers behind howdah.jar. Unset: yarn.application.classpath.");

    public static final Key<Long> AM_MEMORY = memory("howdah.am.memory.mb", 512L, "the ApplicationMaster");
    public static final Key<String> AM_OPTIONS = options("howdah.am.java.opts", "the ApplicationMaster");
    public static final Key<Long> WORKERS =
            Key.integer("howdah.worker.count", 2L, 1, 10_000, "containers", "Number of worker containers, W.");
    public static final Key<Long> WORKER_MEMORY = memory("howdah.worker.memory.mb", 1024L, "a worker or evaluator");
    public static final Key<Long> WORKER_VCORES = vcores("howdah.worker.vcores", "a worker or evaluator");
    public static final Key<String> WORKER_OPTIONS = options("howdah.worker.java.opts", "a worker or evaluator");
    public static final Key<String> THREAD_WAIT = Key.choice(
            "howdah.kernel.thread.wait",
            "passive",
            List.of("passive", "brief"),
            "How the kernels' threads of a container with several cores wait for work: passive sleeps at once; brief looks"
                    + " out for it for under a millisecond first, which is faster where no other container wants these"
                    + " cores, and far slower where one does.");
    public static final Key<Long> SERVERS =
            Key.integer("howdah.server.count", 2L, 1, 1_000, "containers", "Number of parameter-server containers, S.");
    public static final Key<Long> SERVER_MEMORY = memory("howdah.server.memory.mb", 768L, "a parameter server");
    public static final Key<Long> SERVER_VCORES = vcores("howdah.server.vcores", "a parameter server");
    public static final Key<String> SERVER_OPTIONS = Key.text(
            "howdah.server.java.opts",
            "--add-modules=jdk.incubator.vector",
            "More JVM options for a parameter server, after Howdah's own. The default lets it add gradients with the JDK's"
                    + " vector instructions; take it away for a Java runtime without that module.");

    public static final Key<Long> ALLOCATION_TIMEOUT = Key.integer(
            "howdah.allocation.timeout.seconds",
            600L,
            1,
            Long.MAX_VALUE,
            "seconds",
            "How long the job waits until all its containers run, before it gives up.");
    public static final Key<Long> HEARTBEAT = Key.integer(
            "howdah.task.heartbeat.ms", 500L, 10, 60_000, "milliseconds", "Pause between two heartbeats of a task.");
    public static final Key<Long> TASK_TIMEOUT = Key.integer(
            "howdah.task.timeout.seconds",
            60L,
            1,
            Long.MAX_VALUE,
            "seconds",
            "A task that was not heard of for this long has failed.");
    public static final Key<Long> MOST_FAILURES = Key.integer(
            "howdah.task.max.failures",
            3L,
            0,
            1_000,
            "failures",
            "How often the process of one task may die and be replaced by another before the job fails. Lost nodes and"
                    + " preempted containers do not count.");
    public static final Key<Long> AM_GRACE = Key.integer(
            "howdah.task.am.grace.seconds",
            20L,
            1,
            Long.MAX_VALUE,
            "seconds",
            "How long a task looks for a lost ApplicationMaster before it ends itself.");
    public static final Key<Long> STOP_GRACE = Key.integer(
            "howdah.stop.grace.seconds",
            10L,
            0,
            Long.MAX_VALUE,
            "seconds",
            "How long tasks may take to end in good order before their containers are stopped.");
    public static final Key<Long> POLL = Key.integer(
            "howdah.client.poll.ms", 500L, 10, 60_000, "milliseconds", "Pause between two looks at the running job.");
    public static final Key<String> EVALUATED_SET = Key.text(
            "howdah.evaluate.checkpoint",
            null,
            "Name of the checkpoint under howdah.train.output that evaluate and export read. Unset: the newest.");

    public static final List<Key<?>> ALL = List.of(
            JOB_NAME,
            QUEUE,
            JAVA_HOME,
            STAGING,
            CLASSPATH,
            AM_MEMORY,
            AM_OPTIONS,
            WORKERS,
            WORKER_MEMORY,
            WORKER_VCORES,
            WORKER_OPTIONS,
            THREAD_WAIT,
            SERVERS,
            SERVER_MEMORY,
            SERVER_VCORES,
            SERVER_OPTIONS,
            ALLOCATION_TIMEOUT,
            HEARTBEAT,
            TASK_TIMEOUT,
            MOST_FAILURES,
            AM_GRACE,
            STOP_GRACE,
            POLL,
            EVALUATED_SET);

    private YarnKeys() {}

    private static Key<Long> memory(String name, long defaultValue, String whose) {
        return Key.integer(
                name,
                defaultValue,
                384,
                1 << 20,
                "MiB",
                "Memory of the container of " + whose + "; heap, direct memory and natives are cut from it.");
    }

    private static Key<Long> vcores(String name, String whose) {
        return Key.integer(name, 1L, 1, 1024, "cores", "Virtual cores of the container of " + whose + ".");
    }

    private static Key<String> options(String name, String whose) {
        return Key.text(name, "", "More JVM options for " + whose + ", after Howdah's own.");
    }
}
