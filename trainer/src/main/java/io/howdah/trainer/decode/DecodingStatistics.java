// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a generator did.
 *
 * @param sequences texts that ended
 * @param prefillTokens tokens of prompts read ahead, all but the last of each
 * @param prefillNanos time for these
 * @param forwards of the model, without prefill
 * @param steps sequences in these: each writes at least one token
 * @param written tokens
 * @param nodes drafted tokens, all alternatives of a tree
 * @param drafted by depth, from 1 on: steps whose drafts were at least so deep
 * @param accepted by depth: steps in which that many drafted tokens were accepted
 * @param decodeNanos time without prefill
 */
public record DecodingStatistics(
        long sequences,
        long prefillTokens,
        long prefillNanos,
        long forwards,
        long steps,
        long written,
        long nodes,
        List<Long> drafted,
        List<Long> accepted,
        long decodeNanos) {
    private static final double NANOS = 1e9;

    public DecodingStatistics {
        drafted = List.copyOf(drafted);
        accepted = List.copyOf(accepted);
    }

    /** Drafted tokens that were accepted. */
    public long acceptedTokens() {
        return accepted.stream().mapToLong(Long::longValue).sum();
    }

    /** 1 + accepted / steps: tokens per step. */
    public double meanAcceptedLength() {
        return steps == 0 ? 1 : 1 + (double) acceptedTokens() / steps;
    }

    /** Tokens written per second, without prefill. */
    public double tokensPerSecond() {
        return decodeNanos == 0 ? 0 : written * NANOS / decodeNanos;
    }

    /** Tokens of prompts read per second. */
    public double prefillTokensPerSecond() {
        return prefillNanos == 0 ? 0 : prefillTokens * NANOS / prefillNanos;
    }

    /** Share of the drafts so deep that were accepted so deep. */
    public double acceptance(int depth) {
        long of = drafted.get(depth - 1);
        return of == 0 ? 0 : (double) accepted.get(depth - 1) / of;
    }

    /** What both did. */
    public DecodingStatistics plus(DecodingStatistics other) {
        return new DecodingStatistics(
                sequences + other.sequences,
                prefillTokens + other.prefillTokens,
                prefillNanos + other.prefillNanos,
                forwards + other.forwards,
                steps + other.steps,
                written + other.written,
                nodes + other.nodes,
                sums(drafted, other.drafted),
                sums(accepted, other.accepted),
                decodeNanos + other.decodeNanos);
    }

    private static List<Long> sums(List<Long> a, List<Long> b) {
        List<Long> sums = new ArrayList<>();
        for (int i = 0; i < Math.max(a.size(), b.size()); i++) {
            sums.add((i < a.size() ? a.get(i) : 0) + (i < b.size() ? b.get(i) : 0));
        }
        return sums;
    }

    /** As an object with the names of these figures. */
    public ObjectNode json() {
        ObjectNode node = JsonNodeFactory.instance.objectNode();
        node.put("sequences", sequences)
                .put("prefillTokens", prefillTokens)
                .put("prefillSeconds", prefillNanos / NANOS)
                .put("forwards", forwards)
                .put("steps", steps)
                .put("written", written)
                .put("nodes", nodes)
                .put("decodeSeconds", decodeNanos / NANOS)
                .put("tokensPerSecond", tokensPerSecond())
                .put("meanAcceptedLength", meanAcceptedLength());
        drafted.forEach(node.putArray("drafted")::add);
        accepted.forEach(node.putArray("accepted")::add);
        return node;
    }

    /** As lines of names and figures. */
    public String table() {
        StringBuilder text = new StringBuilder();
        line(text, "texts", Long.toString(sequences));
        line(text, "prompt tokens/s", String.format(Locale.ROOT, "%.1f", prefillTokensPerSecond()));
        line(text, "tokens written", Long.toString(written));
        line(text, "tokens/s", String.format(Locale.ROOT, "%.1f", tokensPerSecond()));
        line(text, "steps", Long.toString(steps));
        line(text, "tokens/step", String.format(Locale.ROOT, "%.2f", meanAcceptedLength()));
        for (int depth = 1; depth <= drafted.size(); depth++) {
            line(text, "accepted at " + depth, String.format(Locale.ROOT, "%.3f", acceptance(depth)));
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String name, String value) {
        text.append(String.format(Locale.ROOT, "%-16s %12s%n", name, value));
    }
}
