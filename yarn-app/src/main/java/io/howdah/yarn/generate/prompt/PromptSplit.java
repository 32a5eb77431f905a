// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate.prompt;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.io.Writable;
import org.apache.hadoop.mapreduce.InputSplit;

/** The prompts of one task: a piece of all prompts in their order. */
public final class PromptSplit extends InputSplit implements Writable {
    private int ordinal;
    private long weight;
    private List<PromptRange> ranges = List.of();
    private String[] hosts = {};

    /** For the framework, which reads the fields. */
    public PromptSplit() {}

    PromptSplit(int ordinal, long weight, List<PromptRange> ranges, String[] hosts) {
        this.ordinal = ordinal;
        this.weight = weight;
        this.ranges = List.copyOf(ranges);
        this.hosts = hosts.clone();
    }

    /** Which piece it is, 0-based. MapReduce numbers its tasks by size instead. */
    public int ordinal() {
        return ordinal;
    }

    /** Lines or rows, blank ones included. */
    public long count() {
        return ranges.stream().mapToLong(PromptRange::count).sum();
    }

    List<PromptRange> ranges() {
        return ranges;
    }

    /** The work that its prompts' sizes foretell. */
    @Override
    public long getLength() {
        return weight;
    }

    @Override
    public String[] getLocations() {
        return hosts.clone();
    }

    @Override
    public void write(DataOutput out) throws IOException {
        out.writeInt(ordinal);
        out.writeLong(weight);
        out.writeInt(ranges.size());
        for (PromptRange range : ranges) {
            range.write(out);
        }
    }

    @Override
    public void readFields(DataInput in) throws IOException {
        ordinal = in.readInt();
        weight = in.readLong();
        int count = in.readInt();
        List<PromptRange> read = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            read.add(PromptRange.read(in));
        }
        ranges = List.copyOf(read);
        hosts = new String[0];
    }

    @Override
    public String toString() {
        return "PromptSplit(" + ordinal + ", weight=" + weight + ", " + ranges + ")";
    }
}
