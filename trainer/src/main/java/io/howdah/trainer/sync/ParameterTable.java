// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import io.howdah.trainer.tensor.Tensor;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * All parameters of a model in forward order, laid end to end in one flat space of N elements, which is cut into chunks
 * of at most {@link #CHUNK_ELEMENTS}. A chunk may span parameters, so that small ones travel together. Every party
 * computes the same cut from the same table and server count.
 */
public final class ParameterTable {
    /** Elements of a full chunk: 1 MiB in a 16-bit wire format. */
    public static final int CHUNK_ELEMENTS = 512 * 1024;

    /**
     * Ranges and chunks are cut at multiples of this, so that a block's sum of squares is rounded alike whatever the
     * number of servers.
     */
    public static final int BLOCK_ELEMENTS = 64;

    private final List<ParameterSpec> specs;
    private final List<TableSpec> tables;
    private final long[] offsets;

    /** Parameters without sparse tables. */
    public ParameterTable(List<ParameterSpec> specs) {
        this(specs, List.of());
    }

    /** @param tables the sparse tables, which are no part of the flat space */
    public ParameterTable(List<ParameterSpec> specs, List<TableSpec> tables) {
        this.specs = List.copyOf(specs);
        this.tables = List.copyOf(tables);
        this.offsets = new long[specs.size() + 1];
        Set<String> names = new HashSet<>();
        for (int i = 0; i < specs.size(); i++) {
            ParameterSpec spec = specs.get(i);
            if (!names.add(spec.name())) {
                throw new IllegalArgumentException("Cannot make parameter table: name=" + spec.name()
                        + " appears twice, expected distinct names; list a shared parameter once");
            }
            offsets[i + 1] = offsets[i] + spec.shape().elements();
        }
        names.clear();
        for (TableSpec table : tables) {
            if (!names.add(table.name())) {
                throw new IllegalArgumentException("Cannot make parameter table: table=" + table.name()
                        + " appears twice, expected distinct names; list a shared table once");
            }
        }
    }

    public List<ParameterSpec> specs() {
        return specs;
    }

    /** The sparse tables. */
    public List<TableSpec> tables() {
        return tables;
    }

    public int size() {
        return specs.size();
    }

    /** First element of parameter {@code index} in the flat space; {@code offset(size())} is N. */
    public long offset(int index) {
        return offsets[index];
    }

    /** N, the number of elements of all parameters. */
    public long elements() {
        return offsets[specs.size()];
    }

    /** Refuses a pull of parameter {@code parameter} that does not fit the table. */
    public void checkPull(int parameter, Tensor into) {
        if (parameter < 0 || parameter >= specs.size()) {
            throw new IllegalArgumentException("Cannot pull weights: parameter=" + parameter + ", expected one of the "
                    + specs.size() + " agreed parameters; use indices of the agreed table");
        }
        ParameterSpec spec = specs.get(parameter);
        if (into.elements() != spec.shape().elements()) {
            throw new IllegalArgumentException("Cannot pull weights: name=" + spec.name() + " shape=" + into.shape()
                    + ", expected " + spec.shape() + "; pull into the shape of the parameter");
        }
    }

    /**
     * First flat element of server {@code server}'s contiguous range; its range ends where the next one's begins. Ranges
     * differ by at most {@link #BLOCK_ELEMENTS}, of which every cut is a multiple.
     */
    public long rangeStart(int server, int servers) {
        if (server == servers) {
            return elements();
        }
        long even = Math.multiplyExact(elements(), (long) server) / servers;
        return even / BLOCK_ELEMENTS * BLOCK_ELEMENTS;
    }

    /**
     * First flat element of server {@code server}'s range where ranges must not cut parameters: of all beginnings of a
     * parameter, the one next to an even cut.
     */
    long parameterStart(int server, int servers) {
        if (server == 0 || server == servers) {
            return server == 0 ? 0 : elements();
        }
        long even = Math.multiplyExact(elements(), (long) server) / servers;
        int index = specs.isEmpty() ? 0 : parameterAt(even);
        long below = offsets[index];
        long above = index < specs.size() ? offsets[index + 1] : below;
        return even - below <= above - even ? below : above;
    }

    /** Index of the parameter that holds flat element {@code element}. */
    public int parameterAt(long element) {
        int low = 0;
        int high = specs.size() - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (offsets[middle] <= element) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof ParameterTable table && specs.equals(table.specs) && tables.equals(table.tables);
    }

    @Override
    public int hashCode() {
        return 31 * specs.hashCode() + tables.hashCode();
    }
}
