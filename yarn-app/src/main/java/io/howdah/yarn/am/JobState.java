// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.am;

/** States of a job, in order. */
enum JobState {
    /** Containers are asked for and started. */
    ALLOCATING,
    /** Every task has registered and was told to run. */
    RUNNING,
    /** The end is decided; tasks are told to stop and waited for. */
    STOPPING,
    /** Nothing runs any more. */
    ENDED
}
