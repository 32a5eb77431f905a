// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.am;

import io.howdah.trainer.config.Config;
import io.howdah.yarn.config.YarnKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.yarn.api.ApplicationConstants;
import org.apache.hadoop.yarn.api.ApplicationConstants.Environment;
import org.apache.hadoop.yarn.conf.YarnConfiguration;

/** The command line and environment of a container's JVM. Containers inherit nothing, so all of it is said here. */
public final class ContainerCommand {
    /** Folder, in every container, with howdah.jar and, unpacked by the NodeManager, its natives; once per node and application. */
    public static final String CODE = "howdah";
    /** File, in every container, with the job's settings. */
    public static final String JOB_FILE = "howdah-job.xml";

    /**
     * Methods that are merely called often stay with the quick compiler for longer: while a job starts, the optimising one
     * would take the cores from the other containers of the node. Loops, which do the work, are found by their back-edges.
     */
    private static final List<String> LATE_OPTIMISATION = List.of(
            "-XX:Tier4InvocationThreshold=50000",
            "-XX:Tier4MinInvocationThreshold=20000",
            "-XX:Tier4CompileThreshold=100000");

    /** Longer than the pause between two operations of a training step, shorter than a time slice. */
    private static final String BRIEF_SPINS = "20000";

    private final Configuration hadoop;
    private final Config config;
    private final List<String> libraries;

    /**
     * @param hadoop the cluster's configuration
     * @param config the job's
     * @param libraries file names of {@code -libjars} in the container
     */
    public ContainerCommand(Configuration hadoop, Config config, List<String> libraries) {
        this.hadoop = hadoop;
        this.config = config;
        this.libraries = libraries;
    }

    /** Environment of a JVM that may use {@code vcores} cores. */
    public Map<String, String> environment(int vcores) {
        Map<String, String> environment = new LinkedHashMap<>();
        String javaHome = config.find(YarnKeys.JAVA_HOME);
        if (javaHome != null) {
            environment.put(Environment.JAVA_HOME.name(), javaHome);
        }
        environment.put(Environment.CLASSPATH.name(), classPath());
        environment.put("OMP_NUM_THREADS", Integer.toString(vcores));
        if (config.get(YarnKeys.THREAD_WAIT).equals("brief")) {
            environment.put("GOMP_SPINCOUNT", BRIEF_SPINS);
        } else {
            // Spinning threads of OpenMP would take the core from the neighbours.
            environment.put("OMP_WAIT_POLICY", "PASSIVE");
        }
        // glibc's arenas per thread would cost memory that no limit counts.
        environment.put("MALLOC_ARENA_MAX", "2");
        if (!UserGroupInformation.isSecurityEnabled()) {
            // The NodeManager's own user runs the process; HDFS shall see the submitter.
            environment.put("HADOOP_USER_NAME", user());
        }
        return environment;
    }

    /** Shell command for a JVM that runs {@code main} on {@code vcores} cores. */
    public String line(String main, MemoryPlan memory, int vcores, String userOptions, List<String> arguments) {
        List<String> words = new ArrayList<>();
        words.add(Environment.JAVA_HOME.$$() + "/bin/java");
        words.addAll(memory.options());
        words.addAll(LATE_OPTIMISATION);
        // The calling thread works too. Without cgroups the JVM would count all cores of the node as its own.
        words.add("-Djava.util.concurrent.ForkJoinPool.common.parallelism=" + (vcores - 1));
        words.add("-Dhowdah.main=" + main);
        words.add("-Dlog4j.configuration=howdah-log4j.properties");
        words.add("-Dorg.bytedeco.javacpp.maxBytes=0");
        words.add("-Dorg.bytedeco.javacpp.maxPhysicalBytes=0");
        words.add("--add-opens=java.base/java.nio=ALL-UNNAMED");
        words.add("-Djava.net.preferIPv4Stack=true");
        if (!userOptions.isBlank()) {
            words.add(userOptions.strip());
        }
        words.add("io.howdah.yarn.launch.Launcher");
        words.addAll(arguments);
        words.add("1>" + ApplicationConstants.LOG_DIR_EXPANSION_VAR + "/stdout");
        words.add("2>" + ApplicationConstants.LOG_DIR_EXPANSION_VAR + "/stderr");
        return String.join(" ", words);
    }

    private String classPath() {
        List<String> entries = new ArrayList<>();
        String here = Environment.PWD.$$() + "/";
        // Natives that are unpacked already must be found before those in the jar.
        entries.add(here + CODE);
        entries.add(here + CODE + "/" + StagedFiles.JAR);
        libraries.forEach(library -> entries.add(here + library));
        entries.add(Environment.HADOOP_CONF_DIR.$$());
        String cluster = config.find(YarnKeys.CLASSPATH);
        entries.addAll(
                cluster != null
                        ? List.of(cluster)
                        : List.of(hadoop.getTrimmedStrings(
                                YarnConfiguration.YARN_APPLICATION_CLASSPATH,
                                YarnConfiguration.DEFAULT_YARN_CROSS_PLATFORM_APPLICATION_CLASSPATH)));
        return String.join(ApplicationConstants.CLASS_PATH_SEPARATOR, entries);
    }

    private static String user() {
        try {
            return UserGroupInformation.getCurrentUser().getShortUserName();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
