// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.checkpoint.EvaluationTrack;
import io.howdah.trainer.optim.Better;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EarlyStoppingTest {
    private static @Nullable EvaluationTrack track(EarlyStopping stopping, double... values) {
        EvaluationTrack track = null;
        for (int i = 0; i < values.length; i++) {
            track = stopping.after(track, 10L * (i + 1), values[i]);
        }
        return track;
    }

    @Test
    void countsWhatIsNoBetterThanTheBest() {
        EarlyStopping stopping = new EarlyStopping(Better.LOWER, 2, 0.1);
        assertThat(track(stopping, 5)).isEqualTo(new EvaluationTrack(5, 10, 0, 10, 5));
        assertThat(track(stopping, 5, 4.95)).isEqualTo(new EvaluationTrack(5, 10, 1, 20, 4.95));
        assertThat(track(stopping, 5, 4.95, 4.8)).isEqualTo(new EvaluationTrack(4.8, 30, 0, 30, 4.8));
        assertThat(track(new EarlyStopping(Better.HIGHER, 2, 0), 0.5, 0.4, 0.5, 0.6))
                .isEqualTo(new EvaluationTrack(0.6, 40, 0, 40, 0.6));
    }

    @Test
    void endsOneStepAfterThePatienceIsUsedUp() {
        EarlyStopping stopping = new EarlyStopping(Better.LOWER, 2, 0);
        assertThat(stopping.endsAt(track(stopping, 5, 6), 21)).isFalse();
        EvaluationTrack track = track(stopping, 5, 6, 5);
        assertThat(stopping.endsAt(track, 30)).isFalse();
        assertThat(stopping.endsAt(track, 31)).isTrue();
        assertThat(stopping.endsAt(null, 31)).isFalse();
        EarlyStopping endless = new EarlyStopping(Better.LOWER, 0, 0);
        assertThat(endless.endsAt(track(endless, 5, 6, 7, 8), 41)).isFalse();
    }

    @Test
    void oldNewsAndUndefinedValuesChangeNothing() {
        EarlyStopping stopping = new EarlyStopping(Better.LOWER, 2, 0);
        EvaluationTrack track = track(stopping, 5, 6);
        assertThat(stopping.after(track, 20, 1)).isSameAs(track);
        assertThat(stopping.after(track, 30, Double.NaN)).isSameAs(track);
        assertThat(track(stopping, Double.NaN)).isNull();
    }
}
