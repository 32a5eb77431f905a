// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.amp;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.amp.LossScaler.StepResult;
import io.howdah.trainer.tensor.DType;
import org.junit.jupiter.api.Test;

class LossScalerTest {
    @Test
    void float16BeginsAt65536AndHalvesOnOverflow() {
        LossScaler scaler = LossScaler.forWire(DType.FLOAT16);
        assertThat(scaler.scale()).isEqualTo(65536f);
        assertThat(scaler.after(StepResult.OVERFLOW).scale()).isEqualTo(32768f);
    }

    @Test
    void doublesAfterTheIntervalOfFiniteStepsInARow() {
        LossScaler scaler = LossScaler.forWire(DType.FLOAT16);
        for (int i = 1; i < 2000; i++) {
            scaler = scaler.after(StepResult.FINITE);
        }
        assertThat(scaler.scale()).isEqualTo(65536f);
        assertThat(scaler.after(StepResult.FINITE).scale()).isEqualTo(131072f);
        LossScaler interrupted = scaler.after(StepResult.OVERFLOW).after(StepResult.FINITE);
        assertThat(interrupted).isEqualTo(new LossScaler(32768f, 1, true));
    }

    @Test
    void staysAPositivePowerOfTwo() {
        LossScaler scaler = LossScaler.forWire(DType.FLOAT16);
        for (int i = 0; i < 300; i++) {
            scaler = scaler.after(StepResult.OVERFLOW);
        }
        assertThat(scaler.scale()).isEqualTo(Float.MIN_NORMAL);
    }

    @Test
    void wireFormatsWithFullExponentKeepOne() {
        for (DType wire : new DType[] {DType.BFLOAT16, DType.FLOAT32}) {
            LossScaler scaler = LossScaler.forWire(wire);
            assertThat(scaler.scale()).isEqualTo(1);
            assertThat(scaler.after(StepResult.OVERFLOW)).isEqualTo(scaler);
        }
    }
}
