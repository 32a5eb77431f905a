// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.decode;

import io.howdah.trainer.config.Config;
import io.howdah.trainer.decode.engine.DecoderNetwork;
import io.howdah.trainer.decode.heads.HeadCalibration;
import io.howdah.trainer.decode.heads.HeadDrafters;
import io.howdah.trainer.decode.heads.TreeSearch;
import io.howdah.trainer.decode.heads.TreeShape;
import io.howdah.trainer.decode.speculate.Drafter;
import io.howdah.trainer.decode.speculate.ModelDrafter;
import io.howdah.trainer.decode.speculate.NgramDrafter;
import io.howdah.trainer.decode.speculate.RowCosts;
import io.howdah.trainer.model.lm.HeadKind;
import io.howdah.trainer.model.lm.TokenHeads;
import io.howdah.trainer.tensor.Tensor;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The table of drafters: a new one is a class and a row here. */
public final class Drafters {
    /** Name of plain decoding. */
    public static final String NONE = "none";

    private static final int MIB_SHIFT = 20;
    private static final int MOST_NODES = 32;

    /**
     * A kind of drafter.
     *
     * @param name value of {@code howdah.decode.drafter}
     * @param need what it is made from besides the model
     * @param doc how it guesses, for the reference table
     * @param maker makes one from its parts and {@link DecodeKeys}
     */
    public record Row(String name, Need need, String doc, Maker maker) {}

    /** What a drafter is made from besides the model that writes. */
    public enum Need {
        NOTHING,
        /** A smaller network with the same vocabulary. */
        DRAFT_MODEL,
        /** Heads that were trained with the model. */
        HEADS,
        /** Such heads, and counts of how often each of their guesses is right. */
        CALIBRATED_HEADS
    }

    /** Makes a drafter. */
    @FunctionalInterface
    public interface Maker {
        Drafter make(DraftingParts parts, Config config);
    }

    /** Every drafter. */
    public static final List<Row> ALL = List.of(
            new Row("ngram", Need.NOTHING, "what followed the newest tokens before", Drafters::ngram),
            new Row("model", Need.DRAFT_MODEL, "a smaller model with the same vocabulary", Drafters::model),
            new Row("early-exit", Need.NOTHING, "the first blocks of the model itself", Drafters::earlyExit),
            new Row("medusa", Need.HEADS, "Medusa's heads, a token each", Drafters::chain),
            new Row("medusa-tree", Need.CALIBRATED_HEADS, "Medusa's heads, several tokens each", Drafters::tree),
            new Row("mtp", Need.HEADS, "heads of multi-token prediction, a token each", Drafters::chain),
            new Row(
                    "mtp-tree",
                    Need.CALIBRATED_HEADS,
                    "parallel heads of multi-token prediction, several tokens each",
                    Drafters::tree));

    private Drafters() {}

    /** Names of all drafters, and that of none. */
    public static List<String> names() {
        return Stream.concat(Stream.of(NONE), ALL.stream().map(Row::name)).toList();
    }

    /** Text for the reference table. */
    static String describeAll() {
        return ALL.stream()
                .map(row -> row.name() + ": " + row.doc())
                .collect(Collectors.joining("; ", "What guesses tokens ahead. none: nothing does; ", "."));
    }

    /** @throws IllegalArgumentException for an unknown name, or {@value #NONE}; it lists the known ones */
    public static Row named(String name) {
        return ALL.stream()
                .filter(row -> row.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("Cannot choose drafter: name=" + name
                        + ", expected one of " + ALL.stream().map(Row::name).toList() + "; correct "
                        + "howdah.decode.drafter"));
    }

    private static Drafter ngram(DraftingParts parts, Config config) {
        return new NgramDrafter(
                config.getInt(DecodeKeys.NGRAM_SHORTEST),
                config.getInt(DecodeKeys.NGRAM_LONGEST),
                config.getInt(DecodeKeys.DRAFT_DEEPEST));
    }

    private static Drafter model(DraftingParts parts, Config config) {
        DecoderNetwork draft = parts.draft();
        if (draft == null) {
            throw new IllegalArgumentException(
                    "Cannot draft: drafter=model without a draft model, expected one with the same vocabulary; name it");
        }
        return ModelDrafter.of(draft, cacheBytes(config), config.getInt(DecodeKeys.DRAFT_DEEPEST));
    }

    private static Drafter earlyExit(DraftingParts parts, Config config) {
        int blocks = Math.min(
                config.getInt(DecodeKeys.EXIT_LAYERS), parts.target().blocks().size());
        return ModelDrafter.earlyExit(
                parts.target(), blocks, cacheBytes(config), config.getInt(DecodeKeys.DRAFT_DEEPEST));
    }

    private static Drafter chain(DraftingParts parts, Config config) {
        TokenHeads heads = heads(parts, config);
        int depth = Math.min(config.getInt(DecodeKeys.DRAFT_DEEPEST), heads.count());
        return HeadDrafters.chain(parts.target(), heads, cacheBytes(config), depth);
    }

    /** Of the wanted size, or of that which is quickest for a full batch; one node at least, which turns itself off. */
    private static Drafter tree(DraftingParts parts, Config config) {
        TokenHeads heads = heads(parts, config);
        HeadCalibration calibration = parts.calibration();
        if (calibration == null || calibration.heads() > heads.count()) {
            throw new IllegalArgumentException("Cannot draft: drafter=" + config.get(DecodeKeys.DRAFTER)
                    + " calibration=" + (calibration == null ? "none" : calibration.heads() + " heads")
                    + ", expected one of the model's " + heads.count() + " heads; run calibrate with this model");
        }
        TreeSearch search = new TreeSearch(calibration);
        int nodes = config.getInt(DecodeKeys.DRAFT_NODES);
        TreeShape tree =
                nodes > 0 ? search.of(nodes) : quickest(search, parts, heads, config.getInt(DecodeKeys.BATCH_SIZE));
        return HeadDrafters.tree(
                parts.target(), heads, cacheBytes(config), tree.size() == 0 ? TreeShape.chain(1) : tree);
    }

    /** The heads read weights too, and are taken to need the time of as many of the model's. */
    private static TreeShape quickest(TreeSearch search, DraftingParts parts, TokenHeads heads, int live) {
        DecoderNetwork target = parts.target();
        Collection<Tensor> own = heads.parameters().values();
        long elements = own.stream().mapToLong(Tensor::elements).sum();
        for (int head = 0; head < heads.count(); head++) {
            Tensor scores = heads.unembedding(head);
            elements += own.contains(scores) ? 0 : scores.elements();
        }
        double share = (double) elements * target.compute().dtype().bytes() / target.bytes();
        RowCosts costs = parts.costs().get();
        return search.quickest(costs, live, share * costs.nanos(live), MOST_NODES);
    }

    /** The model's heads, if they are of the kind that the drafter is named after. */
    private static TokenHeads heads(DraftingParts parts, Config config) {
        String drafter = config.get(DecodeKeys.DRAFTER);
        TokenHeads heads = parts.heads();
        boolean medusa = drafter.startsWith("medusa");
        if (heads == null || (heads.settings().kind() == HeadKind.MEDUSA) != medusa) {
            throw new IllegalArgumentException("Cannot draft: drafter=" + drafter + " heads="
                    + (heads == null ? "none" : heads.settings().kind().text()) + ", expected a model with "
                    + (medusa ? "Medusa's heads" : "heads of multi-token prediction")
                    + "; train one, or choose another drafter");
        }
        return heads;
    }

    private static long cacheBytes(Config config) {
        return config.get(DecodeKeys.DRAFT_CACHE_MIB) << MIB_SHIFT;
    }
}
