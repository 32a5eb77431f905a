// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.tensor;

/** The JDK's incubating vector instructions, which a JVM has only when it was started with them. */
public final class VectorModule {
    private static final boolean PRESENT =
            ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();

    private VectorModule() {}

    /** Whether this JVM was started with {@code --add-modules=jdk.incubator.vector}. Classes that use it may be loaded then. */
    public static boolean isPresent() {
        return PRESENT;
    }
}
