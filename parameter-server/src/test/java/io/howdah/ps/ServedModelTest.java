// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.sync.ParameterShard;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.StepReport;
import io.howdah.trainer.sync.SyncSettings;
import io.howdah.trainer.tensor.DType;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class ServedModelTest {
    @Test
    void aDecisionThatIsNotAppliedYetChangesNoSnapshot() {
        SyncSettings settings = StoreFixture.settings(1, DType.FLOAT16, 8);
        ServedModel model = new ServedModel(Training.TABLE, settings, new ServerPlace(0, 1), ParameterShard::new);
        for (int chunk = 0; chunk < model.shard().range().chunks(); chunk++) {
            model.shard()
                    .load(chunk, ByteBuffer.allocate(4 * model.shard().range().chunkSize(chunk)));
        }
        model.start();
        StepOutcome outcome = model.coordinator().report(new StepReport(0, 0, 0, 1, 0, false));
        assertThat(outcome).isNotNull();
        assertThat(model.coordinator().scaler().scale()).isEqualTo(32768);
        assertThat(model.scaler().scale()).isEqualTo(65536);
        model.shard().apply(outcome);
        model.applied();
        assertThat(model.scaler()).isEqualTo(model.coordinator().scaler());
    }
}
