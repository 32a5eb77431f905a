// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class ChecksumStreamsTest {
    private static final byte[] TEXT = "123456789".getBytes(StandardCharsets.US_ASCII);

    private static ChecksumInputStream open(byte[] bytes, BlobInfo expected) {
        return new ChecksumInputStream(new ByteArrayInputStream(bytes), expected, "here");
    }

    private static BlobInfo info() throws IOException {
        ByteArrayOutputStream sink = new ByteArrayOutputStream();
        try (ChecksumOutputStream out = new ChecksumOutputStream(sink)) {
            out.write(TEXT[0]);
            out.write(TEXT, 1, TEXT.length - 1);
            assertThat(sink.toByteArray()).isEqualTo(TEXT);
            return out.info("blob");
        }
    }

    /** The check value of CRC-32C in the catalogue of CRC algorithms. */
    @Test
    void computesTheKnownCheckValue() throws IOException {
        assertThat(info()).isEqualTo(new BlobInfo("blob", 9, 0xe3069283));
    }

    @Test
    void acceptsWhatWasWritten() throws IOException {
        try (ChecksumInputStream in = open(TEXT, info())) {
            assertThat(in.read()).isEqualTo('1');
            assertThat(in.skip(2)).isEqualTo(2);
            in.drain();
        }
    }

    @Test
    void refusesChangedAndTruncatedBytes() throws IOException {
        byte[] changed = TEXT.clone();
        changed[4] ^= 1;
        BlobInfo info = info();
        for (byte[] bytes : new byte[][] {changed, Arrays.copyOf(TEXT, 8), Arrays.copyOf(TEXT, 10)}) {
            try (ChecksumInputStream in = open(bytes, info)) {
                assertThatThrownBy(in::drain)
                        .isInstanceOf(IOException.class)
                        .hasMessageContaining("location=here blob=blob")
                        .hasMessageContaining("expected bytes=9 crc32c=e3069283");
            }
        }
    }
}
