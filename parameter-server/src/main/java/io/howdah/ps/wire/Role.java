// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

/** What a process is in its job. */
public enum Role {
    WORKER,
    SERVER
}
