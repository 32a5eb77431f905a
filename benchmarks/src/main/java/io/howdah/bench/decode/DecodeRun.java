// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.bench.decode;

import io.howdah.bench.Measurement;
import io.howdah.trainer.decode.DecodingStatistics;
import io.howdah.trainer.decode.GenerationRequest;
import io.howdah.trainer.decode.Generator;
import io.howdah.trainer.decode.GeneratorSettings;
import io.howdah.trainer.decode.Speculation;
import io.howdah.trainer.decode.StopSettings;
import io.howdah.trainer.decode.TokenBytes;
import io.howdah.trainer.decode.engine.DecoderNetwork;
import io.howdah.trainer.decode.sampling.SamplingSettings;
import io.howdah.trainer.decode.speculate.AcceptanceRules;
import io.howdah.trainer.decode.speculate.AdaptiveDraftLength;
import io.howdah.trainer.decode.speculate.DraftLength;
import io.howdah.trainer.decode.speculate.Drafter;
import io.howdah.trainer.decode.speculate.RowCosts;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/** Writes the same texts with each drafter in turn. */
final class DecodeRun {
    private static final long CACHE_BYTES = 1L << 29;

    private final DecoderNetwork target;
    private final RowCosts costs;
    private final Map<String, Supplier<Drafter>> drafters;
    private final SamplingSettings sampling;
    private final int tokens;
    private final int fixedDepth;
    private final int live;

    /** What was learnt of each drafter, kept from turn to turn as a job keeps it from text to text. */
    private final Map<String, DraftLength> lengths = new HashMap<>();

    /** What one drafter has shown. */
    record Figure(String drafter, double tokensPerSecond, double ratio, DecodingStatistics statistics) {}

    /**
     * @param fixedDepth of all drafts, or 0 for what pays
     * @param live texts at a time
     */
    DecodeRun(
            DecoderNetwork target,
            RowCosts costs,
            Map<String, Supplier<Drafter>> drafters,
            SamplingSettings sampling,
            int tokens,
            int fixedDepth,
            int live) {
        this.target = target;
        this.costs = costs;
        this.drafters = drafters;
        this.sampling = sampling;
        this.tokens = tokens;
        this.fixedDepth = fixedDepth;
        this.live = live;
    }

    /** Medians over the rounds, after one that is not counted; plain decoding first. */
    List<Figure> measure(List<int[]> prompts, int rounds) {
        Map<String, double[]> speeds = new LinkedHashMap<>();
        Map<String, DecodingStatistics> counts = new LinkedHashMap<>();
        List<String> names = new ArrayList<>(List.of(Drafters.PLAIN));
        names.addAll(drafters.keySet());
        for (int round = -1; round < rounds; round++) {
            // Nobody is always the first, or always behind the same.
            List<String> order = new ArrayList<>(names);
            Collections.rotate(order, round);
            for (String name : order) {
                DecodingStatistics statistics = write(name, prompts);
                if (round >= 0) {
                    speeds.computeIfAbsent(name, absent -> new double[rounds])[round] = statistics.tokensPerSecond();
                    counts.merge(name, statistics, DecodingStatistics::plus);
                }
            }
        }
        double plain = Measurement.median(Objects.requireNonNull(speeds.get(Drafters.PLAIN)));
        return names.stream()
                .map(name -> {
                    double speed = Measurement.median(Objects.requireNonNull(speeds.get(name)));
                    return new Figure(name, speed, speed / plain, Objects.requireNonNull(counts.get(name)));
                })
                .toList();
    }

    private DecodingStatistics write(String name, List<int[]> prompts) {
        Supplier<Drafter> row = drafters.get(name);
        Speculation speculation = null;
        if (row != null) {
            Drafter drafter = row.get();
            DraftLength length = lengths.computeIfAbsent(
                    name,
                    absent -> fixedDepth > 0 ? DraftLength.fixed(fixedDepth) : AdaptiveDraftLength.of(drafter, costs));
            speculation = new Speculation(drafter, AcceptanceRules.sampleMatch(), length);
        }
        List<GenerationRequest> requests = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            requests.add(GenerationRequest.of(i, prompts.get(i), sampling, StopSettings.after(tokens)));
        }
        GeneratorSettings settings = GeneratorSettings.of(live, CACHE_BYTES);
        try (Generator generator = new Generator(target, TokenBytes.BYTES, settings, speculation)) {
            generator.generate(requests);
            return generator.statistics();
        }
    }
}
