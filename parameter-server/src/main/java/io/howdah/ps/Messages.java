// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

import com.google.protobuf.InvalidProtocolBufferException;
import io.howdah.ps.proto.Gradient;
import io.howdah.ps.proto.Outcome;
import io.howdah.ps.proto.Parameter;
import io.howdah.ps.proto.RowGradient;
import io.howdah.ps.proto.RowTable;
import io.howdah.ps.proto.ShardSquares;
import io.howdah.ps.proto.Slice;
import io.howdah.ps.proto.Table;
import io.howdah.ps.proto.WireDtype;
import io.howdah.ps.proto.WorkerReport;
import io.howdah.trainer.sync.Contribution;
import io.howdah.trainer.sync.ExactSum;
import io.howdah.trainer.sync.ParameterSpec;
import io.howdah.trainer.sync.ParameterTable;
import io.howdah.trainer.sync.RowContribution;
import io.howdah.trainer.sync.RowPush;
import io.howdah.trainer.sync.ShardReport;
import io.howdah.trainer.sync.SliceTerms;
import io.howdah.trainer.sync.SliceTurn;
import io.howdah.trainer.sync.StepOutcome;
import io.howdah.trainer.sync.StepOutcome.Decision;
import io.howdah.trainer.sync.StepReport;
import io.howdah.trainer.sync.TableSpec;
import io.howdah.trainer.tensor.DType;
import io.howdah.trainer.tensor.Shape;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;

/** Between the trainer's records and the messages of the wire. */
final class Messages {
    private Messages() {}

    static WireDtype dtype(DType dtype) {
        return switch (dtype) {
            case FLOAT32 -> WireDtype.WIRE_DTYPE_FLOAT32;
            case BFLOAT16 -> WireDtype.WIRE_DTYPE_BFLOAT16;
            case FLOAT16 -> WireDtype.WIRE_DTYPE_FLOAT16;
            default ->
                throw new IllegalArgumentException("Cannot send tensor: dtype=" + dtype
                        + ", expected float32, bfloat16 or float16; convert the tensor first");
        };
    }

    static DType dtype(WireDtype dtype) {
        return switch (dtype) {
            case WIRE_DTYPE_FLOAT32 -> DType.FLOAT32;
            case WIRE_DTYPE_BFLOAT16 -> DType.BFLOAT16;
            case WIRE_DTYPE_FLOAT16 -> DType.FLOAT16;
            default ->
                throw new IllegalArgumentException("Cannot read tensor: dtype=" + dtype
                        + ", expected a known one; both ends must run the same version");
        };
    }

    static Table table(ParameterTable table) {
        Table.Builder message = Table.newBuilder();
        for (ParameterSpec spec : table.specs()) {
            Parameter.Builder parameter = Parameter.newBuilder()
                    .setName(spec.name())
                    .setLearningRateFactor(spec.learningRateFactor())
                    .setWeightDecayFactor(spec.weightDecayFactor());
            Arrays.stream(spec.shape().sizes()).forEach(parameter::addSizes);
            message.addParameters(parameter);
        }
        for (TableSpec spec : table.tables()) {
            message.addTables(RowTable.newBuilder()
                    .setName(spec.name())
                    .setWidth(spec.width())
                    .setSeed(spec.seed())
                    .setDeviation(spec.deviation()));
        }
        return message.build();
    }

    static ParameterTable table(ByteBuffer bytes) {
        Table message;
        try {
            message = Table.parseFrom(bytes);
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalArgumentException(
                    "Cannot read parameter table: " + e.getMessage() + ", expected a Table message; both ends must run"
                            + " the same version",
                    e);
        }
        List<ParameterSpec> specs = message.getParametersList().stream()
                .map(parameter -> new ParameterSpec(
                        parameter.getName(),
                        Shape.of(parameter.getSizesList().stream()
                                .mapToLong(Long::longValue)
                                .toArray()),
                        parameter.getLearningRateFactor(),
                        parameter.getWeightDecayFactor()))
                .toList();
        List<TableSpec> tables = message.getTablesList().stream()
                .map(sparse ->
                        new TableSpec(sparse.getName(), sparse.getWidth(), sparse.getSeed(), sparse.getDeviation()))
                .toList();
        return new ParameterTable(specs, tables);
    }

    static Gradient gradient(Contribution contribution) {
        return Gradient.newBuilder()
                .setStep(contribution.step())
                .setLogicalWorker(contribution.logicalWorker())
                .setAttempt(contribution.attempt())
                .setChunk(contribution.chunk())
                .setSamples(contribution.samples())
                .setLossScale(contribution.lossScale())
                .setDtype(dtype(contribution.dtype()))
                .build();
    }

    static Contribution contribution(Gradient message) {
        return new Contribution(
                message.getStep(),
                message.getLogicalWorker(),
                message.getAttempt(),
                message.getChunk(),
                message.getSamples(),
                message.getLossScale(),
                dtype(message.getDtype()));
    }

    static RowGradient rows(RowContribution contribution) {
        RowPush push = contribution.push();
        return RowGradient.newBuilder()
                .setStep(push.step())
                .setLogicalWorker(push.logicalWorker())
                .setAttempt(push.attempt())
                .setTable(push.table())
                .setSamples(push.samples())
                .setLossScale(push.lossScale())
                .setDtype(dtype(contribution.dtype()))
                .setPiece(contribution.piece())
                .setPieces(contribution.pieces())
                .setRows(contribution.rows())
                .build();
    }

    static RowContribution rows(RowGradient message) {
        RowPush push = new RowPush(
                message.getStep(),
                message.getLogicalWorker(),
                message.getAttempt(),
                message.getTable(),
                message.getSamples(),
                message.getLossScale());
        return new RowContribution(
                push, dtype(message.getDtype()), message.getPiece(), message.getPieces(), message.getRows());
    }

    static WorkerReport report(StepReport report) {
        WorkerReport.Builder message = WorkerReport.newBuilder()
                .setStep(report.step())
                .setLogicalWorker(report.logicalWorker())
                .setAttempt(report.attempt())
                .setSamples(report.samples())
                .setLossSum(report.lossSum())
                .setFinite(report.finite());
        if (!Double.isNaN(report.evaluation())) {
            message.setEvaluation(report.evaluation());
        }
        return message.setLossScale(report.terms().lossScale())
                .setAfterLeader(report.terms().afterLeader())
                .build();
    }

    static StepReport report(WorkerReport message) {
        return new StepReport(
                message.getStep(),
                message.getLogicalWorker(),
                message.getAttempt(),
                message.getSamples(),
                message.getLossSum(),
                message.getFinite(),
                message.hasEvaluation() ? message.getEvaluation() : Double.NaN,
                new SliceTerms(message.getLossScale(), message.getAfterLeader()));
    }

    static ShardSquares squares(ShardReport report) {
        ShardSquares.Builder message = ShardSquares.newBuilder()
                .setStep(report.step())
                .setFinite(report.squares().isFinite());
        Arrays.stream(report.squares().limbs()).forEach(message::addLimbs);
        ShardReport.Slice slice = report.slice();
        if (slice != null) {
            message.setSlice(slice(slice.logicalWorker(), slice.attempt()));
        }
        return message.build();
    }

    static ShardReport squares(ShardSquares message) {
        long[] limbs =
                message.getLimbsList().stream().mapToLong(Long::longValue).toArray();
        ShardReport.Slice slice = message.hasSlice()
                ? new ShardReport.Slice(
                        message.getSlice().getLogicalWorker(),
                        message.getSlice().getAttempt())
                : null;
        return new ShardReport(message.getStep(), ExactSum.of(limbs, message.getFinite()), slice);
    }

    private static Slice slice(int logicalWorker, int attempt) {
        return Slice.newBuilder()
                .setLogicalWorker(logicalWorker)
                .setAttempt(attempt)
                .build();
    }

    static Outcome outcome(StepOutcome outcome) {
        Outcome.Builder message = Outcome.newBuilder()
                .setStep(outcome.step())
                .setApplied(outcome.decision() == Decision.APPLY)
                .setSamples(outcome.samples())
                .setLossSum(outcome.lossSum())
                .setGradientNorm(outcome.gradientNorm())
                .setNextLossScale(outcome.nextLossScale());
        if (!Double.isNaN(outcome.evaluation())) {
            message.setEvaluation(outcome.evaluation());
        }
        SliceTurn turn = outcome.slice();
        if (turn != null) {
            message.setSlice(slice(turn.logicalWorker(), turn.attempt())).setSequence(turn.sequence());
        }
        return message.build();
    }

    static StepOutcome outcome(Outcome message) {
        SliceTurn turn = message.hasSlice()
                ? new SliceTurn(
                        message.getSlice().getLogicalWorker(),
                        message.getSlice().getAttempt(),
                        message.getSequence())
                : null;
        return new StepOutcome(
                message.getStep(),
                message.getApplied() ? Decision.APPLY : Decision.SKIP,
                message.getSamples(),
                message.getLossSum(),
                message.getGradientNorm(),
                message.getNextLossScale(),
                message.hasEvaluation() ? message.getEvaluation() : Double.NaN,
                turn);
    }
}
