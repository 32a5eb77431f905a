// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Gives ids slots: small numbers from 0 on, by which arrays keep what belongs to the ids; a removed id's slot goes to a later
 * one. No object and no copy of an id beside the one of its slot. Open addressing with linear probing, in segments by hash,
 * which grow one at a time. Used by one thread; many may {@link #find} while nobody changes it.
 */
public final class RowIndex {
    /** The slot of an id that is not there. */
    public static final int ABSENT = -1;

    private static final int FIRST_PLACES = 16;
    private static final int NO_SLOT = -1;

    private final int segmentShift;
    /** By segment: slot + 1, or 0 for an empty place. */
    private final int[][] places;

    private final int[] used;
    /** Ids of live slots; a free slot holds the next free one instead. */
    private final LongSlabs ids = new LongSlabs();

    private final BitSet live = new BitSet();
    private int end;
    private int size;
    private int firstFree = NO_SLOT;

    /** An index in one piece, for few ids. */
    public RowIndex() {
        this(0);
    }

    /** @param segmentBits logarithm of the number of segments, at most 16 */
    RowIndex(int segmentBits) {
        this.segmentShift = Long.SIZE - 1 - segmentBits;
        this.places = new int[1 << segmentBits][];
        this.used = new int[places.length];
        for (int i = 0; i < places.length; i++) {
            places[i] = new int[FIRST_PLACES];
        }
    }

    /** The highest bits are those of {@link Placement}, alike for many ids of a server. */
    private static long hash(long id) {
        return IdHash.mix(id ^ 0x5851F42D4C957F2DL);
    }

    private int segment(long hash) {
        return (int) (hash >>> 1 >>> segmentShift);
    }

    /** Ids that have a slot. */
    public int size() {
        return size;
    }

    /** No slot reaches this number. */
    public int end() {
        return end;
    }

    /** Whether a slot below {@link #end} belongs to an id. */
    public boolean isLive(int slot) {
        return live.get(slot);
    }

    /** The id of a live slot. */
    public long id(int slot) {
        return ids.get(slot);
    }

    /** The slot of {@code id}, or {@link #ABSENT}. */
    public int find(long id) {
        long hash = hash(id);
        int[] table = places[segment(hash)];
        for (int place = (int) hash & table.length - 1; ; place = place + 1 & table.length - 1) {
            int slot = table[place] - 1;
            if (slot < 0) {
                return ABSENT;
            }
            if (ids.get(slot) == id) {
                return slot;
            }
        }
    }

    /** The slot of {@code id}, a fresh one if it had none: then {@link #size} has grown. */
    public int add(long id) {
        long hash = hash(id);
        int segment = segment(hash);
        int[] table = places[segment];
        int place = (int) hash & table.length - 1;
        for (; table[place] != 0; place = place + 1 & table.length - 1) {
            if (ids.get(table[place] - 1) == id) {
                return table[place] - 1;
            }
        }
        int slot = take();
        ids.set(slot, id);
        live.set(slot);
        size++;
        table[place] = slot + 1;
        used[segment]++;
        if (used[segment] > table.length / 4 * 3) {
            grow(segment);
        }
        return slot;
    }

    private int take() {
        if (firstFree != NO_SLOT) {
            int slot = firstFree;
            firstFree = (int) ids.get(slot);
            return slot;
        }
        if (end == Integer.MAX_VALUE - 1) {
            throw new IllegalStateException(
                    "Cannot make row: rows=" + size + ", expected fewer on one server; use more" + " servers");
        }
        ids.ensure(end);
        return end++;
    }

    private void grow(int segment) {
        int[] small = places[segment];
        int[] large = new int[small.length * 2];
        for (int entry : small) {
            if (entry != 0) {
                int place = (int) hash(ids.get(entry - 1)) & large.length - 1;
                while (large[place] != 0) {
                    place = place + 1 & large.length - 1;
                }
                large[place] = entry;
            }
        }
        places[segment] = large;
    }

    /** Takes its slot away from an id. */
    public void remove(int slot) {
        long hash = hash(ids.get(slot));
        int segment = segment(hash);
        int[] table = places[segment];
        int mask = table.length - 1;
        int hole = (int) hash & mask;
        while (table[hole] != slot + 1) {
            hole = hole + 1 & mask;
        }
        for (int place = hole + 1 & mask; table[place] != 0; place = place + 1 & mask) {
            int home = (int) hash(ids.get(table[place] - 1)) & mask;
            if ((place - home & mask) >= (place - hole & mask)) {
                table[hole] = table[place];
                hole = place;
            }
        }
        table[hole] = 0;
        used[segment]--;
        size--;
        live.clear(slot);
        ids.set(slot, firstFree);
        firstFree = slot;
    }

    /** Forgets all ids; keeps the memory. */
    public void clear() {
        for (int[] table : places) {
            Arrays.fill(table, 0);
        }
        Arrays.fill(used, 0);
        live.clear();
        end = 0;
        size = 0;
        firstFree = NO_SLOT;
    }

    /** Memory taken. */
    long bytes() {
        long bytes = ids.bytes() + live.size() / Byte.SIZE;
        for (int[] table : places) {
            bytes += (long) table.length * Integer.BYTES + FloatSlabs.ARRAY_BYTES;
        }
        return bytes;
    }
}
