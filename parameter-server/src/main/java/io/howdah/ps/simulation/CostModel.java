// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

/**
 * What a synchronous step costs. Dense parameters on servers of their own; defaults and their sources are in {@code
 * docs/scaling.md}.
 *
 * @param parameters P
 * @param elementBytes b, bytes of an element on the wire, each way
 * @param bytesPerSecond B of a host's network card, each way
 * @param latencySeconds α of a message
 * @param cpu what servers compute
 * @param worker what workers compute
 */
public record CostModel(
        long parameters,
        int elementBytes,
        double bytesPerSecond,
        double latencySeconds,
        ServerCpu cpu,
        WorkerCompute worker) {
    /**
     * Seconds of a server's thread per 10⁹ bytes.
     *
     * @param sum receiving and adding gradients, per byte on the wire
     * @param send converting and sending weights, per byte on the wire
     * @param update the optimiser, per byte of FP32 weights
     */
    public record ServerCpu(double sum, double send, double update) {}

    /**
     * Forward and backward of a worker.
     *
     * @param seconds of a step; a third is forward, and gradients become ready evenly over the rest
     * @param sigma of the logarithm of each worker's time in each step, 0 for none
     * @param stragglerProbability of a step of a worker to take {@code stragglerFactor} as long
     * @param stragglerFactor how much longer
     */
    public record WorkerCompute(double seconds, double sigma, double stragglerProbability, double stragglerFactor) {
        /** Workers that compute for {@code seconds}, all alike. */
        public static WorkerCompute constant(double seconds) {
            return new WorkerCompute(seconds, 0, 0, 1);
        }
    }

    /** P·b, what every worker pushes and pulls in a step. */
    double wireBytes() {
        return (double) parameters * elementBytes;
    }

    /** Seconds of the cards if everybody pulls first and pushes then: 2·max(1, W/S)·P·b/B. */
    public double bandwidthSeconds(int workers, int servers) {
        return 2 * Math.max(1, (double) workers / servers) * wireBytes() / bytesPerSecond;
    }

    /** Seconds of a ring all-reduce of the same bytes: 2·(W − 1)·(P·b/(W·B) + α). */
    public double ringSeconds(int workers) {
        return 2 * (workers - 1) * (wireBytes() / (workers * bytesPerSecond) + latencySeconds);
    }
}
