// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.generate;

import io.howdah.trainer.decode.DecodeKeys;
import io.howdah.trainer.decode.DecodeSettings;
import io.howdah.trainer.decode.Drafters;
import io.howdah.trainer.decode.DraftingParts;
import io.howdah.trainer.decode.Generator;
import io.howdah.trainer.decode.Speculation;
import io.howdah.trainer.decode.heads.HeadCalibration;
import io.howdah.trainer.decode.speculate.AdaptiveDraftLength;
import io.howdah.trainer.decode.speculate.DraftLength;
import io.howdah.trainer.decode.speculate.Drafter;
import io.howdah.trainer.decode.speculate.RowCosts;
import org.jspecify.annotations.Nullable;

/** The generators of one process: with drafts as the settings want them, and without. Used by one thread. */
final class Writers {
    private static final int MOST_ROWS = 128;

    private final LoadedModel model;
    private final DraftingParts parts;
    private final DecodeSettings settings;
    private final Drafters.@Nullable Row row;
    private @Nullable DraftLength length;
    private @Nullable RowCosts costs;

    /**
     * @param draft a smaller model, or null
     * @param calibration of the model's heads, or null
     */
    Writers(
            LoadedModel model,
            @Nullable LoadedModel draft,
            @Nullable HeadCalibration calibration,
            DecodeSettings settings) {
        this.model = model;
        this.settings = settings;
        this.parts = new DraftingParts(
                model.network(), draft == null ? null : draft.network(), model.heads(), calibration, this::costs);
        this.row = settings.speculates() ? Drafters.named(settings.config().get(DecodeKeys.DRAFTER)) : null;
    }

    /** Without drafts. */
    Generator plain() {
        return new Generator(model.network(), model.codec().bytes(), settings.generator(), null);
    }

    /** With drafts, if there are to be any; what was learnt of their acceptance is not forgotten. */
    Generator drafting() {
        if (row == null) {
            return plain();
        }
        Drafter drafter = row.maker().make(parts, settings.config());
        DraftLength known = length;
        if (known == null) {
            known = length(drafter);
            length = known;
        }
        Speculation speculation = new Speculation(drafter, settings.rule(), known);
        return new Generator(model.network(), model.codec().bytes(), settings.generator(), speculation);
    }

    private DraftLength length(Drafter drafter) {
        if (settings.draftLength() > 0) {
            return DraftLength.fixed(Math.min(settings.draftLength(), drafter.deepest()));
        }
        return AdaptiveDraftLength.of(drafter, costs());
    }

    private RowCosts costs() {
        RowCosts known = costs;
        if (known == null) {
            int rows = settings.live() * (1 + settings.config().getInt(DecodeKeys.DRAFT_DEEPEST));
            known = RowCosts.measure(model.network(), Math.min(MOST_ROWS, rows));
            costs = known;
        }
        return known;
    }
}
