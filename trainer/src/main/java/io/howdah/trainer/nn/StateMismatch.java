// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import java.util.List;

/**
 * Names in which a loaded state and a module differed.
 *
 * @param missing names of the module that the state lacked
 * @param unexpected names of the state that the module does not have
 */
public record StateMismatch(List<String> missing, List<String> unexpected) {
    public StateMismatch {
        missing = List.copyOf(missing);
        unexpected = List.copyOf(unexpected);
    }

    public boolean isEmpty() {
        return missing.isEmpty() && unexpected.isEmpty();
    }
}
