// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Cleans one document: the byte order mark goes, CRLF and CR become LF, blanks and tabs at the end of lines go, empty
 * lines at the end go, and the document ends with one LF. Documents that cannot be used are dropped for a reason.
 */
final class DocumentCleaner {
    private static final byte[] BYTE_ORDER_MARK = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

    private final int leastBytes;

    /**
     * A cleaned document, or the reason why it was dropped; one of both is null.
     *
     * @param content bytes of valid UTF-8
     * @param reason why there is no content
     */
    record Cleaned(byte @Nullable [] content, @Nullable DropReason reason) {}

    /** @param leastBytes documents that are shorter once they are clean are dropped */
    DocumentCleaner(int leastBytes) {
        this.leastBytes = leastBytes;
    }

    /** Cleans the first {@code length} bytes of {@code raw}. */
    Cleaned clean(byte[] raw, int length) {
        if (!isUtf8(raw, length)) {
            return new Cleaned(null, DropReason.NOT_UTF8);
        }
        byte[] content = normalise(raw, length);
        for (byte token : content) {
            if (token == PreprocessKeys.SEPARATOR) {
                return new Cleaned(null, DropReason.HOLDS_SEPARATOR);
            }
        }
        return content.length < leastBytes ? new Cleaned(null, DropReason.TOO_SHORT) : new Cleaned(content, null);
    }

    private static boolean isUtf8(byte[] raw, int length) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(raw, 0, length));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }

    /** Works on bytes: in UTF-8 no byte of a longer sequence looks like a line end or a blank. */
    private static byte[] normalise(byte[] raw, int length) {
        byte[] out = new byte[length + 1];
        int end = 0;
        for (int i = startsWithMark(raw, length) ? BYTE_ORDER_MARK.length : 0; i < length; i++) {
            if (raw[i] == '\r' || raw[i] == '\n') {
                end = withoutBlanks(out, end);
                out[end++] = '\n';
                i += raw[i] == '\r' && i + 1 < length && raw[i + 1] == '\n' ? 1 : 0;
            } else {
                out[end++] = raw[i];
            }
        }
        end = withoutBlanks(out, end);
        while (end > 0 && out[end - 1] == '\n') {
            end--;
        }
        if (end > 0) {
            out[end++] = '\n';
        }
        return Arrays.copyOf(out, end);
    }

    private static boolean startsWithMark(byte[] raw, int length) {
        int mark = BYTE_ORDER_MARK.length;
        return length >= mark && Arrays.equals(raw, 0, mark, BYTE_ORDER_MARK, 0, mark);
    }

    private static int withoutBlanks(byte[] out, int end) {
        int kept = end;
        while (kept > 0 && (out[kept - 1] == ' ' || out[kept - 1] == '\t')) {
            kept--;
        }
        return kept;
    }
}
