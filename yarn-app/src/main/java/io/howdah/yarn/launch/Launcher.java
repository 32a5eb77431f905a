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
        String refusal = refusal(System.getProperty("java.specification.version"), System.getProperty("java.home"));
        if (!refusal.isEmpty()) {
            System.err.println(refusal);
            System.exit(2);
        }
        String main = System.getProperty("howdah.main", "io.howdah.yarn.cli.HowdahMain");
        try {
            Class.forName(main).getMethod("main", String[].class).invoke(null, (Object) arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }

    /** One line for a JVM that is too old, such as “1.8” or “11”; empty for one that will do. */
    static String refusal(String specificationVersion, String javaHome) {
        String number =
                specificationVersion.startsWith("1.") ? specificationVersion.substring(2) : specificationVersion;
        if (Integer.parseInt(number) >= REQUIRED) {
            return "";
        }
        return "Cannot start Howdah: java.specification.version=" + specificationVersion + " java.home=" + javaHome
                + ", expected Java " + REQUIRED + " or newer; set JAVA_HOME here, and -D howdah.java.home=... for the"
                + " containers";
    }
}
