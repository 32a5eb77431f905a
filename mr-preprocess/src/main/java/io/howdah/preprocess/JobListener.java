// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.preprocess;

/** Hears how a running job gets on. */
public interface JobListener {
    /**
     * The cluster has taken the job.
     *
     * @param job its id
     * @param trackingUrl where it can be watched
     */
    void submitted(String job, String trackingUrl);

    /** Fractions of the maps and reduces that are done, each in [0, 1]; called when one of them has changed. */
    void progressed(float maps, float reduces);
}
