// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench;

import io.howdah.trainer.tensor.DType;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options of commands that train beside a peer's script. */
public final class Comparison {
    @Option(names = "--torch", description = "A Python with PyTorch; needs --peer.")
    private @Nullable Path torch;

    @Option(names = "--peer", description = "The script that trains the same with PyTorch.")
    private @Nullable Path peer;

    @Option(names = "--precision", required = true, description = "fp32 or bf16.")
    private String precision = "";

    /** A peer's Python and script. */
    public record Peer(Path python, Path script) {}

    /** The peer, or null for none; {@link #dtype} refuses half of one. */
    public @Nullable Peer peer() {
        return torch == null || peer == null ? null : new Peer(torch, peer);
    }

    /** As given. */
    public String precision() {
        return precision;
    }

    /**
     * What is computed in.
     *
     * @throws IllegalArgumentException if the options do not fit
     */
    public DType dtype() {
        if ((torch == null) != (peer == null)) {
            throw new IllegalArgumentException("Cannot compare: torch=" + torch + " peer=" + peer
                    + ", expected both or none; name the Python and the script");
        }
        return switch (precision) {
            case "fp32" -> DType.FLOAT32;
            case "bf16" -> DType.BFLOAT16;
            default ->
                throw new IllegalArgumentException(
                        "Cannot train: precision=" + precision + ", expected fp32 or bf16; correct it");
        };
    }
}
