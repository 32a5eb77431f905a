// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import java.util.Iterator;
import java.util.List;

/** Modules by number, under the names 0, 1, …, for a module that runs them itself. */
public final class ModuleList<M extends Module> extends Module implements Iterable<M> {
    private final List<M> modules;

    public ModuleList(List<? extends M> modules) {
        this.modules = List.copyOf(modules);
        for (int i = 0; i < modules.size(); i++) {
            child(Integer.toString(i), modules.get(i));
        }
    }

    public int size() {
        return modules.size();
    }

    public M at(int index) {
        return modules.get(index);
    }

    @Override
    public Iterator<M> iterator() {
        return modules.iterator();
    }
}
