// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.am;

import java.util.ArrayList;
import java.util.List;

/**
 * How a container's memory is cut: whatever a process can use has a limit, and the limits add up to what YARN was asked
 * for, so that the NodeManager has no reason to kill it.
 *
 * @param containerMb what YARN is asked for
 * @param heapMb Java heap
 * @param youngMb part of the heap for what is new; 0 for the JVM's own choice, a third
 * @param directMb direct buffers: tensors and the network's
 * @param metaspaceMb classes
 * @param codeCacheMb compiled code
 * @param nativeMb left for thread stacks, the JVM's own structures, oneDNN and libc
 */
public record MemoryPlan(
        int containerMb, int heapMb, int youngMb, int directMb, int metaspaceMb, int codeCacheMb, int nativeMb) {
    private static final int METASPACE_MB = 96;
    private static final int CODE_CACHE_MB = 48;
    private static final int NATIVE_MB = 96;
    private static final double MASTER_HEAP_SHARE = 0.8;
    /** Part of the direct memory that the network and HDFS client may use; the rest is the tensor pool's. */
    private static final int NETWORK_MB = 48;

    /** The plan for a container of {@code containerMb} of which {@code heapShare} of the divisible part is heap. */
    static MemoryPlan of(int containerMb, double heapShare) {
        int divisible = containerMb - METASPACE_MB - CODE_CACHE_MB - NATIVE_MB;
        int heap = (int) (divisible * heapShare);
        return new MemoryPlan(containerMb, heap, 0, divisible - heap, METASPACE_MB, CODE_CACHE_MB, NATIVE_MB);
    }

    /**
     * The same for a process that keeps nearly all it makes: what is new gets {@code mostMb} at most, since what is kept never
     * fills that part.
     */
    MemoryPlan withYoung(int mostMb) {
        int young = Math.min(mostMb, heapMb / 3);
        return new MemoryPlan(containerMb, heapMb, young, directMb, metaspaceMb, codeCacheMb, nativeMb);
    }

    /** The smallest container whose heap has {@code heapMb}, where {@code heapShare} of the divisible part is heap. */
    static long containerMbFor(long heapMb, double heapShare) {
        long divisible = (long) Math.ceil(heapMb / heapShare);
        // Rounding may leave a megabyte out.
        while ((long) (divisible * heapShare) < heapMb) {
            divisible++;
        }
        return divisible + METASPACE_MB + CODE_CACHE_MB + NATIVE_MB;
    }

    /** The plan for an ApplicationMaster, which holds no tensors. */
    public static MemoryPlan forMaster(int containerMb) {
        return of(containerMb, MASTER_HEAP_SHARE);
    }

    /** Budget of the tensor pool. */
    public int poolMb() {
        return Math.max(directMb - NETWORK_MB, directMb / 2);
    }

    /** JVM options that enforce the plan. */
    List<String> options() {
        List<String> options = new ArrayList<>(List.of(
                "-Xmx" + heapMb + "m",
                "-XX:MaxDirectMemorySize=" + directMb + "m",
                "-XX:MaxMetaspaceSize=" + metaspaceMb + "m",
                // Hadoop's classes need this much anyway; with the JVM's default the first megabytes cost full
                // collections.
                "-XX:MetaspaceSize=" + metaspaceMb * 2 / 3 + "m",
                "-XX:ReservedCodeCacheSize=" + codeCacheMb + "m",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError"));
        if (youngMb > 0) {
            options.add("-Xmn" + youngMb + "m");
        }
        return options;
    }
}
