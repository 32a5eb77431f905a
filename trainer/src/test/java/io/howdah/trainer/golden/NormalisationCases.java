// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.golden;

import io.howdah.trainer.ops.BatchNorms;
import io.howdah.trainer.ops.BatchNorms.Parameters;
import io.howdah.trainer.ops.BatchNorms.RunningMoments;
import io.howdah.trainer.ops.Casts;
import io.howdah.trainer.ops.Dropouts;
import io.howdah.trainer.ops.GroupNorms;
import io.howdah.trainer.ops.Normalisations;
import io.howdah.trainer.ops.RowNorms;
import io.howdah.trainer.ops.Softmaxes;
import io.howdah.trainer.tensor.Shape;
import io.howdah.trainer.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/** Normalisations, softmax, dropout. */
final class NormalisationCases {
    private static final double EPSILON = 1e-5;

    private NormalisationCases() {}

    static void addTo(Table table) {
        table.add("nn.functional.batch_norm", NormalisationCases::batchNorm);
        table.add(
                "nn.functional.group_norm",
                call -> GroupNorms.groupNorm(
                        call.tensor(0),
                        call.integer(1, "num_groups"),
                        parameters(call, 2),
                        call.number(4, "eps", EPSILON)));
        table.add(
                "nn.functional.layer_norm",
                call -> RowNorms.layerNorm(
                        call.tensor(0),
                        Shape.of(call.integers(1, "normalized_shape")),
                        call.optionalTensor(2, "weight"),
                        call.optionalTensor(3, "bias"),
                        call.number(4, "eps", EPSILON)));
        table.add("nn.functional.instance_norm", NormalisationCases::instanceNorm);
        table.add("nn.functional.rms_norm", NormalisationCases::rmsNorm);
        table.add(
                "softmax",
                call -> call.has(GoldenCall.KEYWORD, "dtype")
                        ? Softmaxes.softmax(
                                call.tensor(0), call.integer(1, "dim"), call.dtype(GoldenCall.KEYWORD, "dtype"))
                        : Softmaxes.softmax(call.tensor(0), call.integer(1, "dim")));
        table.add(
                "log_softmax",
                call -> call.has(GoldenCall.KEYWORD, "dtype")
                        ? Softmaxes.logSoftmax(
                                call.tensor(0), call.integer(1, "dim"), call.dtype(GoldenCall.KEYWORD, "dtype"))
                        : Softmaxes.logSoftmax(call.tensor(0), call.integer(1, "dim")));
        table.add(
                "nn.functional.normalize",
                call -> Normalisations.normalize(
                        call.tensor(0),
                        call.number(1, "p", 2),
                        call.integer(2, "dim", 1),
                        call.number(3, "eps", 1e-12)));
        table.add("nn.functional.dropout", NormalisationCases::dropout);
        table.add(
                "nn.functional.softmin",
                call -> Softmaxes.softmin(
                        call.has(GoldenCall.KEYWORD, "dtype")
                                ? Casts.to(call.tensor(0), call.dtype(GoldenCall.KEYWORD, "dtype"))
                                : call.tensor(0),
                        call.integer(1, "dim")));
    }

    private static Tensor dropout(GoldenCall call) {
        double p = call.number(1, "p", 0.5);
        boolean training = call.flag(2, "training", true);
        if (training && p > 0 && p < 1) {
            call.markRandom();
        }
        return Dropouts.dropout(call.tensor(0), p, training);
    }

    private static Tensor batchNorm(GoldenCall call) {
        Tensor x = call.tensor(0);
        Tensor mean = call.optionalTensor(1, "running_mean");
        Tensor variance = call.optionalTensor(2, "running_var");
        RunningMoments running = mean == null || variance == null ? null : new RunningMoments(mean, variance);
        double momentum = call.number(6, "momentum", 0.1);
        double epsilon = call.number(7, "eps", EPSILON);
        Parameters parameters = parameters(call, 3);
        return call.flag(5, "training", false)
                ? BatchNorms.batchNorm(x, running, parameters, momentum, epsilon)
                : BatchNorms.batchNormEvaluation(x, required(running), parameters, epsilon);
    }

    private static Tensor instanceNorm(GoldenCall call) {
        Tensor x = call.tensor(0);
        Tensor mean = call.optionalTensor(1, "running_mean");
        Tensor variance = call.optionalTensor(2, "running_var");
        RunningMoments running = mean == null || variance == null ? null : new RunningMoments(mean, variance);
        double momentum = call.number(6, "momentum", 0.1);
        double epsilon = call.number(7, "eps", EPSILON);
        Parameters parameters = parameters(call, 3);
        return call.flag(5, "use_input_stats", true)
                ? GroupNorms.instanceNorm(x, running, parameters, momentum, epsilon)
                : BatchNorms.batchNormEvaluation(x, required(running), parameters, epsilon);
    }

    private static RunningMoments required(@Nullable RunningMoments running) {
        if (running == null) {
            throw new IllegalArgumentException("Cannot call batch_norm: running_mean=null, expected running statistics"
                    + " outside training; give them");
        }
        return running;
    }

    private static Tensor rmsNorm(GoldenCall call) {
        Shape normalised = Shape.of(call.integers(1, "normalized_shape"));
        Tensor weight = call.optionalTensor(2, "weight");
        return call.has(3, "eps")
                ? RowNorms.rmsNorm(call.tensor(0), normalised, weight, call.number(3, "eps"))
                : RowNorms.rmsNorm(call.tensor(0), normalised, weight);
    }

    private static Parameters parameters(GoldenCall call, int position) {
        return new Parameters(call.optionalTensor(position, "weight"), call.optionalTensor(position + 1, "bias"));
    }
}
