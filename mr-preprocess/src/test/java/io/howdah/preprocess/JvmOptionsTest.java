// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;

class JvmOptionsTest {
    private static final String NIO = "--add-opens=java.base/java.nio=ALL-UNNAMED";
    private static final String LANG = "--add-opens=java.base/java.lang=ALL-UNNAMED";

    @Test
    void appendsToWhatTheUserSet() {
        Configuration job = new Configuration(false);
        job.set("mapreduce.map.java.opts", "-Xmx300m");
        job.set("mapred.child.java.opts", "-Xmx200m");
        JvmOptions.apply(job);
        JvmOptions.apply(job);
        assertThat(job.get("mapreduce.map.java.opts")).isEqualTo("-Xmx300m " + NIO);
        assertThat(job.get("mapreduce.reduce.java.opts")).isEqualTo("-Xmx200m " + NIO);
        assertThat(job.get("yarn.app.mapreduce.am.admin-command-opts")).isEqualTo(LANG);
        assertThat(job.get("mapreduce.jvm.add-opens-as-default")).isEqualTo("false");
        assertThat(job.get("mapreduce.map.env.JAVA_HOME")).isNull();
    }

    @Test
    void uberTasksRunInTheApplicationMaster() {
        Configuration job = new Configuration(false);
        job.set("yarn.app.mapreduce.am.admin-command-opts", "-Dx=y");
        job.setBoolean("mapreduce.job.ubertask.enable", true);
        JvmOptions.apply(job);
        assertThat(job.get("yarn.app.mapreduce.am.admin-command-opts")).isEqualTo("-Dx=y " + LANG + " " + NIO);
    }

    @Test
    void javaHomeGoesToAllProcesses() {
        Configuration job = new Configuration(false);
        job.set("howdah.java.home", "/opt/jdk");
        JvmOptions.apply(job);
        for (String process : new String[] {"yarn.app.mapreduce.am", "mapreduce.map", "mapreduce.reduce"}) {
            assertThat(job.get(process + ".env.JAVA_HOME")).isEqualTo("/opt/jdk");
        }
    }
}
