// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** The tokens and bytes of one text so far, and whether it has ended. */
final class WrittenText {
    private final StopSettings stop;
    private final TokenBytes tokenBytes;
    private final List<byte[]> stops;
    private final int room;
    private final IntStream.Builder tokens = IntStream.builder();
    private final DoubleStream.Builder logprobs = DoubleStream.builder();
    private final Buffer bytes = new Buffer();
    private int count;
    private @Nullable EndReason end;

    /** Bytes that can be looked at. */
    private static final class Buffer extends ByteArrayOutputStream {
        /** First place from {@code from} on where these bytes are, or −1. */
        int find(byte[] wanted, int from) {
            for (int at = Math.max(0, from); at + wanted.length <= count; at++) {
                if (Arrays.equals(buf, at, at + wanted.length, wanted, 0, wanted.length)) {
                    return at;
                }
            }
            return -1;
        }

        void cut(int length) {
            count = length;
        }
    }

    /** @param room tokens that the model has positions for */
    WrittenText(StopSettings stop, TokenBytes tokenBytes, int room) {
        this.stop = stop;
        this.tokenBytes = tokenBytes;
        this.room = room;
        this.stops = stop.stopStrings().stream()
                .map(string -> string.getBytes(StandardCharsets.UTF_8))
                .toList();
    }

    /** Appends a token to a text that has not ended. */
    void write(int token) {
        tokens.add(token);
        count++;
        if (stop.endTokens().contains(token)) {
            end = EndReason.END_TOKEN;
            return;
        }
        int before = bytes.size();
        bytes.writeBytes(tokenBytes.of(token));
        int cut = stops.stream()
                .mapToInt(wanted -> bytes.find(wanted, before - wanted.length + 1))
                .filter(at -> at >= 0)
                .min()
                .orElse(-1);
        if (cut >= 0) {
            bytes.cut(cut);
            end = EndReason.STOP_STRING;
        } else if (count == stop.maximum()) {
            end = EndReason.MAXIMUM;
        } else if (count == room) {
            end = EndReason.CONTEXT;
        }
    }

    void write(int token, double logprob) {
        write(token);
        logprobs.add(logprob);
    }

    boolean hasEnded() {
        return end != null;
    }

    GenerationResult result(GenerationRequest request) {
        return new GenerationResult(
                request,
                tokens.build().toArray(),
                bytes.toByteArray(),
                Objects.requireNonNull(end),
                logprobs.build().toArray());
    }
}
