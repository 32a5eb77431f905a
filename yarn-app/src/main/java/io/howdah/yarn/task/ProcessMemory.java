// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.task;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Memory of this process as the kernel counts it, which is what the NodeManager compares with what was asked for.
 *
 * @param residentBytes now
 * @param peakBytes the most so far
 */
record ProcessMemory(long residentBytes, long peakBytes) {
    /** Reads {@code /proc/self/status}; zeros where there is none. */
    static ProcessMemory now() {
        Path status = Path.of("/proc/self/status");
        if (!Files.isReadable(status)) {
            return new ProcessMemory(0, 0);
        }
        try {
            long resident = 0;
            long peak = 0;
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith("VmRSS:")) {
                    resident = bytes(line);
                } else if (line.startsWith("VmHWM:")) {
                    peak = bytes(line);
                }
            }
            return new ProcessMemory(resident, peak);
        } catch (IOException e) {
            return new ProcessMemory(0, 0);
        }
    }

    /** From lines such as “VmHWM:   123 kB”. */
    static long bytes(String line) {
        return Long.parseLong(line.replaceAll("\\D+", "")) * 1024;
    }
}
