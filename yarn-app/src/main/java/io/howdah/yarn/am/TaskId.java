// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.am;

/**
 * Names a task of a job.
 *
 * @param role what it does
 * @param index which of its role, 0-based
 */
public record TaskId(Role role, int index) {
    @Override
    public String toString() {
        return role + " " + index;
    }
}
