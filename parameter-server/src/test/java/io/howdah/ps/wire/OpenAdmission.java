// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

/** Lets frames of every generation in. */
public final class OpenAdmission extends Admission {
    public OpenAdmission(ConnectionSettings settings) {
        super(settings);
    }

    @Override
    void fence(long generation) {
        // no fence
    }
}
