// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess;

import org.apache.hadoop.conf.Configuration;

/** The Java and the Java options of MapReduce's own processes. */
public final class JvmOptions {
    /** Java that containers run on; declared by the client, plain Hadoop configuration here. */
    static final String JAVA_HOME = "howdah.java.home";

    private static final String ARROW_OPENS = "--add-opens=java.base/java.nio=ALL-UNNAMED";
    private static final String GUICE_OPENS = "--add-opens=java.base/java.lang=ALL-UNNAMED";
    private static final String AM_ADMIN_OPTIONS = "yarn.app.mapreduce.am.admin-command-opts";
    private static final String OLD_TASK_OPTIONS = "mapred.child.java.opts";

    private JvmOptions() {}

    /** Adds the options that Howdah's code needs to those that are set. */
    public static void apply(Configuration job) {
        for (String task : new String[] {"map", "reduce"}) {
            String name = "mapreduce." + task + ".java.opts";
            job.set(name, appended(job.get(name, job.get(OLD_TASK_OPTIONS, "")), ARROW_OPENS));
        }
        // MapReduce's ApplicationMaster before 3.5 needs it on Java 17. Hadoop's own way there is the placeholder
        // <ADD_OPENS>, which NodeManagers before 3.4 do not know, and which a 3.5 client switches off.
        job.set(AM_ADMIN_OPTIONS, appended(job.get(AM_ADMIN_OPTIONS, ""), GUICE_OPENS));
        job.setBoolean("mapreduce.jvm.add-opens-as-default", false);
        if (job.getBoolean("mapreduce.job.ubertask.enable", false)) {
            job.set(AM_ADMIN_OPTIONS, appended(job.get(AM_ADMIN_OPTIONS, ""), ARROW_OPENS));
        }
        String javaHome = job.get(JAVA_HOME, "");
        if (!javaHome.isEmpty()) {
            for (String process : new String[] {"yarn.app.mapreduce.am", "mapreduce.map", "mapreduce.reduce"}) {
                job.set(process + ".env.JAVA_HOME", javaHome);
            }
        }
    }

    private static String appended(String options, String option) {
        return options.contains(option) ? options : (options + " " + option).trim();
    }
}
