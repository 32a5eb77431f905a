// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.kernel;

import io.howdah.trainer.kernel.java.JavaBackend;
import io.howdah.trainer.kernel.onednn.OneDnnBackend;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Chooses the kernels of this process, once, and logs which and why. */
public final class Backends {
    /** The name that takes the fastest backend that can be loaded. */
    public static final String AUTO = "auto";

    private static final Logger LOG = LoggerFactory.getLogger(Backends.class);

    /** Fastest first; the last one always loads. */
    private static final Map<String, Supplier<Backend>> TABLE = new LinkedHashMap<>();

    static {
        TABLE.put("onednn", OneDnnBackend::load);
        TABLE.put("java", JavaBackend::new);
    }

    private static volatile @Nullable Backend chosen;

    private Backends() {}

    /** All names that {@link #use} takes. */
    public static List<String> names() {
        return Stream.concat(Stream.of(AUTO), TABLE.keySet().stream()).toList();
    }

    /** The backend of this process: the one last chosen by {@link #use}, at first {@value #AUTO}. */
    public static Backend current() {
        Backend backend = chosen;
        return backend == null ? use(AUTO) : backend;
    }

    /**
     * Chooses the backend named {@code name} for this process.
     *
     * @throws IllegalArgumentException if there is none of that name
     * @throws IllegalStateException if it was named explicitly and cannot be loaded
     */
    public static synchronized Backend use(String name) {
        Backend backend = name.equals(AUTO) ? fastest(TABLE) : named(name);
        LOG.info("Kernels: {}, asked for {}", backend.name(), name);
        chosen = backend;
        return backend;
    }

    /** The first row that loads. */
    static Backend fastest(Map<String, Supplier<Backend>> table) {
        for (Map.Entry<String, Supplier<Backend>> row : table.entrySet()) {
            try {
                return row.getValue().get();
            } catch (LinkageError | RuntimeException e) {
                LOG.warn("Kernels: {} cannot be loaded ({}), trying the next", row.getKey(), e.toString());
            }
        }
        throw new IllegalStateException("Cannot choose kernels: none loads, expected java to; check the class path");
    }

    private static Backend named(String name) {
        Supplier<Backend> row = TABLE.get(name);
        if (row == null) {
            throw new IllegalArgumentException(
                    "Cannot choose kernels: name=" + name + ", expected one of " + names() + "; correct the name");
        }
        try {
            return row.get();
        } catch (LinkageError | RuntimeException e) {
            throw new IllegalStateException(
                    "Cannot choose kernels: name=" + name + " cannot be loaded (" + e
                            + "), expected its native library for this platform; choose java or auto",
                    e);
        }
    }
}
