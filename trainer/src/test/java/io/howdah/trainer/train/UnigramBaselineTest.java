// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;

class UnigramBaselineTest {
    private static Map<String, String> histogram(String counts) {
        return Map.of("histogram", counts);
    }

    @Test
    void isTheCrossEntropyUnderSmoothedFrequencies() {
        // p = (3 + 1) / 8, (0 + 1) / 8, (1 + 1) / 8, (0 + 1) / 8
        double expected = (2 * Math.log(2) + Math.log(8) + Math.log(4)) / 4;
        assertThat(UnigramBaseline.of(histogram("3,0,1,0")).natsPerToken(histogram("2,1,1,0")))
                .isCloseTo(expected, Offset.offset(1e-15));
    }

    @Test
    void refusesWhatIsNoHistogram() {
        assertThatThrownBy(() -> UnigramBaseline.of(Map.of())).hasMessageContaining("histogram=null");
        assertThatThrownBy(() -> UnigramBaseline.of(histogram("1,x"))).hasMessageContaining("histogram=1,x");
        assertThatThrownBy(() -> UnigramBaseline.of(histogram("1,2")).natsPerToken(histogram("1")))
                .hasMessageContaining("vocabulary=1, expected 2");
    }
}
