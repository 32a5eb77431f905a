// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.launch;

import java.lang.reflect.InvocationTargetException;

/**
 * Main class of howdah.jar, on gateways and in containers. Compiled for Java 8, so that an older JVM gets one plain line
 * instead of a stack trace; everything else needs Java 17.
 */
public final class Launcher {
    private static final int REQUIRED = 17;

    private Launcher() {}

    /** Runs the class named by the system property {@code howdah.main}, or else the command line. */
    public static void main(String[] arguments) throws Throwable {
        String version = System.getProperty("java.specification.version");
        if (major(version) < REQUIRED) {
            System.err.println("Cannot start Howdah: java.version=" + System.getProperty("java.version") + " in "
                    + System.getProperty("java.home") + ", expected Java " + REQUIRED + " or newer; set JAVA_HOME here,"
                    + " and -D howdah.java.home=… for the containers");
            System.exit(2);
        }
        String main = System.getProperty("howdah.main", "io.howdah.yarn.cli.HowdahMain");
        try {
            Class.forName(main).getMethod("main", String[].class).invoke(null, (Object) arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** 8 for “1.8”, 17 for “17”. */
    static int major(String specificationVersion) {
        String number =
                specificationVersion.startsWith("1.") ? specificationVersion.substring(2) : specificationVersion;
        return Integer.parseInt(number);
    }
}
