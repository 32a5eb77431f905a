// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate.prompt;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import org.apache.hadoop.io.Text;

/**
 * Consecutive prompts of one file or dataset.
 *
 * @param path of it
 * @param name of it in ids: its path below the input that it was found in
 * @param offset of the first line in bytes; 0 where lines have no place of their own, as in compressed files
 * @param first number of the first line or row, 0-based
 * @param count lines, blank ones included, or rows
 */
record PromptRange(String path, String name, long offset, long first, long count) {
    void write(DataOutput out) throws IOException {
        Text.writeString(out, path);
        Text.writeString(out, name);
        out.writeLong(offset);
        out.writeLong(first);
        out.writeLong(count);
    }

    static PromptRange read(DataInput in) throws IOException {
        return new PromptRange(Text.readString(in), Text.readString(in), in.readLong(), in.readLong(), in.readLong());
    }
}
