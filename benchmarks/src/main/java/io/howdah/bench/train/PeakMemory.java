// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The most resident memory of a process, as the kernel counted it; read again and again while it lives. */
final class PeakMemory {
    private static final long INTERVAL_MS = 200;

    private final Path status;
    private volatile double peak = Double.NaN;

    private PeakMemory(Path status) {
        this.status = status;
    }

    /** The peak of another process, from now until it ends. */
    static PeakMemory watching(long process) {
        PeakMemory memory = new PeakMemory(Path.of("/proc", Long.toString(process), "status"));
        Thread watcher = new Thread(memory::watch, "peak memory of " + process);
        watcher.setDaemon(true);
        watcher.start();
        return memory;
    }

    /** The peak of this process; NaN where the kernel does not tell. */
    static double ofThisProcess() {
        PeakMemory memory = new PeakMemory(Path.of("/proc/self/status"));
        memory.read();
        return memory.peakMib();
    }

    double peakMib() {
        return peak;
    }

    private void watch() {
        try {
            while (read()) {
                Thread.sleep(INTERVAL_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean read() {
        try {
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith("VmHWM:")) {
                    peak = Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
                    return true;
                }
            }
        } catch (IOException e) {
            return false; // The process is gone.
        }
        return false;
    }
}
