// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.amp.LossScaler;
import io.howdah.trainer.sync.StepOutcome.Decision;
import io.howdah.trainer.tensor.DType;
import org.junit.jupiter.api.Test;

class StepCoordinatorTest {
    private final StepCoordinator coordinator = new StepCoordinator(2, 2, 2, LossScaler.forWire(DType.FLOAT16), 5);

    private static StepReport worker(long step, int worker, boolean finite) {
        return new StepReport(step, worker, 1, 10 + worker, 0.5, finite);
    }

    private static ShardReport shard(long step, double squares) {
        ExactSum sum = new ExactSum();
        sum.add(squares);
        return new ShardReport(step, sum);
    }

    @Test
    void decidesOnceEveryoneHasReported() {
        assertThat(coordinator.report(0, shard(5, 9))).isNull();
        assertThat(coordinator.report(worker(5, 1, true))).isNull();
        assertThat(coordinator.report(0, shard(5, 100))).as("a second time").isNull();
        assertThat(coordinator.report(worker(5, 1, true))).as("a second time").isNull();
        assertThat(coordinator.report(1, shard(5, 16))).isNull();
        StepOutcome outcome = coordinator.report(worker(5, 0, true));
        assertThat(outcome).isEqualTo(new StepOutcome(5, Decision.APPLY, 21, 1, 5, 65536));
        assertThat(coordinator.step()).isEqualTo(6);
        assertThat(coordinator.last()).isEqualTo(outcome);
        assertThat(coordinator.report(worker(5, 0, true))).as("a decided step").isNull();
    }

    @Test
    void aWorkersOverflowIsDecidedWithoutTheShards() {
        assertThat(coordinator.report(worker(5, 0, false))).isNull();
        StepOutcome outcome = coordinator.report(worker(5, 1, true));
        assertThat(outcome).isNotNull();
        assertThat(outcome.decision()).isEqualTo(Decision.SKIP);
        assertThat(outcome.nextLossScale()).isEqualTo(32768);
    }

    @Test
    void aNewerAttemptFencesOlderOnesWithADuplicateToo() {
        coordinator.report(worker(5, 0, false));
        coordinator.report(new StepReport(5, 0, 2, 10, 0.5, false));
        coordinator.report(worker(5, 1, true));
        assertThat(coordinator.step()).isEqualTo(6);
        coordinator.report(worker(6, 0, false));
        coordinator.report(worker(6, 1, false));
        assertThat(coordinator.step())
                .as("logical worker 0 came with attempt 1 of 2")
                .isEqualTo(6);
    }

    @Test
    void anOverflowInTheSumSkipsToo() {
        assertThat(coordinator.report(worker(5, 0, true))).isNull();
        assertThat(coordinator.report(worker(5, 1, true))).isNull();
        assertThat(coordinator.report(0, shard(5, 1))).isNull();
        StepOutcome outcome = coordinator.report(1, shard(5, Double.POSITIVE_INFINITY));
        assertThat(outcome).isNotNull();
        assertThat(outcome.decision()).isEqualTo(Decision.SKIP);
        assertThat(outcome.gradientNorm()).isNaN();
    }

    @Test
    void tooManySkipsInARowEndTheJobAndAnAppliedStepForgivesThem() {
        skip(5);
        coordinator.report(worker(6, 0, true));
        coordinator.report(worker(6, 1, true));
        coordinator.report(0, shard(6, 1));
        assertThat(coordinator.report(1, shard(6, 1))).isNotNull();
        skip(7);
        assertThatThrownBy(() -> skip(8))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("step=8 skippedInARow=2")
                .hasMessageContaining("howdah.sync.max.skipped.steps=2");
    }

    private void skip(long step) {
        coordinator.report(worker(step, 0, false));
        coordinator.report(worker(step, 1, false));
    }

    @Test
    void refusesReportsFromTheFuture() {
        assertThatThrownBy(() -> coordinator.report(worker(6, 0, true))).hasMessageContaining("step=6");
        assertThatThrownBy(() -> coordinator.report(0, shard(6, 1))).hasMessageContaining("step=6");
        assertThatThrownBy(() -> coordinator.report(worker(5, 2, true))).hasMessageContaining("logicalWorker=2");
    }

    @Test
    void anOlderAttemptsReportChangesNothing() {
        coordinator.report(worker(5, 0, false));
        coordinator.report(worker(5, 1, true));
        assertThat(coordinator.report(new StepReport(6, 0, 0, 1, 1, false))).isNull();
        assertThat(coordinator.report(worker(6, 1, true))).isNull();
        assertThat(coordinator.report(0, shard(6, 1))).isNull();
        assertThat(coordinator.report(1, shard(6, 1)))
                .as("worker 0 is still missing")
                .isNull();
    }
}
