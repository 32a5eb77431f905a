// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.preprocess.DocumentCleaner.Cleaned;
import org.junit.jupiter.api.Test;

class DocumentCleanerTest {
    private final DocumentCleaner cleaner = new DocumentCleaner(4);

    @Test
    void normalisesLineEndsAndBlanks() {
        assertThat(clean("one  \r\ntwo\t \rthree\n\n  four  \n\n \t\n")).isEqualTo("one\ntwo\nthree\n\n  four\n");
        assertThat(clean("no end")).isEqualTo("no end\n");
        assertThat(clean("\r\n\r\nfirst lines stay")).isEqualTo("\n\nfirst lines stay\n");
    }

    @Test
    void cleanDocumentStays() {
        assertThat(clean("größe – 量子 😀\n\tx\n")).isEqualTo("größe – 量子 😀\n\tx\n");
    }

    @Test
    void byteOrderMarkGoes() {
        assertThat(clean("\ufefftext")).isEqualTo("text\n");
        assertThat(clean("te\ufeffxt")).isEqualTo("te\ufeffxt\n");
    }

    @Test
    void readsOnlyTheGivenLength() {
        byte[] raw = "abcdefgh".getBytes(UTF_8);
        assertThat(new String(cleaner.clean(raw, 5).content(), UTF_8)).isEqualTo("abcde\n");
    }

    @Test
    void tellsWhyItDrops() {
        assertThat(reason("ab ".getBytes(UTF_8))).isEqualTo(DropReason.TOO_SHORT);
        assertThat(reason(new byte[0])).isEqualTo(DropReason.TOO_SHORT);
        assertThat(reason("  \r\n\t\n   \n  ".getBytes(UTF_8))).isEqualTo(DropReason.TOO_SHORT);
        assertThat(reason("text\0text".getBytes(UTF_8))).isEqualTo(DropReason.HOLDS_SEPARATOR);
        assertThat(reason(new byte[] {'t', 'e', 'x', 't', (byte) 0xe9, 't', 'e'}))
                .isEqualTo(DropReason.NOT_UTF8);
        assertThat(reason(new byte[] {'t', 'e', 'x', 't', (byte) 0xe2, (byte) 0x82}))
                .isEqualTo(DropReason.NOT_UTF8);
        assertThat(reason(new byte[] {'t', 'e', 'x', 't', (byte) 0xc0, (byte) 0x80}))
                .isEqualTo(DropReason.NOT_UTF8);
    }

    private String clean(String text) {
        byte[] raw = text.getBytes(UTF_8);
        Cleaned cleaned = cleaner.clean(raw, raw.length);
        assertThat(cleaned.reason()).isNull();
        return new String(cleaned.content(), UTF_8);
    }

    private DropReason reason(byte[] raw) {
        Cleaned cleaned = cleaner.clean(raw, raw.length);
        assertThat(cleaned.content()).isNull();
        return cleaned.reason();
    }
}
