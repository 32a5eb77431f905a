// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode.speculate;

import java.util.List;

/** All rules by which drafted tokens are accepted. */
public final class AcceptanceRules {
    private static final double EPSILON = 0.09;
    private static final double DELTA = 0.3;

    /** Every rule; the first one is the default. */
    public static final List<AcceptanceRule> ALL =
            List.of(new SampleMatch(), new RejectionSampling(), new TypicalAcceptance(EPSILON, DELTA));

    private AcceptanceRules() {}

    /** The default: token-identical to plain decoding. */
    public static AcceptanceRule sampleMatch() {
        return ALL.get(0);
    }

    /**
     * Keeps what is typical, which is not lossless; see {@link TypicalAcceptance}.
     *
     * @param epsilon ε, usually 0.09
     * @param delta δ, usually √ε
     */
    public static AcceptanceRule typical(double epsilon, double delta) {
        return new TypicalAcceptance(epsilon, delta);
    }

    /** @throws IllegalArgumentException for an unknown name; it lists the known ones */
    public static AcceptanceRule named(String name) {
        return ALL.stream()
                .filter(rule -> rule.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("Cannot choose acceptance rule: name=" + name
                        + ", expected one of " + names() + "; correct the name"));
    }

    /** Names of all rules. */
    public static List<String> names() {
        return ALL.stream().map(AcceptanceRule::name).toList();
    }
}
