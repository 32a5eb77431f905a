// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.nn;

import io.howdah.trainer.tensor.Tensor;

/** An input that does not fit a layer, with the layer's path in its module tree. */
public final class LayerException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    private final String path;

    private LayerException(String path, String message, RuntimeException cause) {
        super(message, cause);
        this.path = path;
    }

    /** The error that {@code cause} is when seen from {@code module}; itself if a part of the module named it already. */
    static LayerException of(Module module, Tensor input, String expected, RuntimeException cause) {
        if (cause instanceof LayerException named) {
            return named;
        }
        String type = module.getClass().getSimpleName();
        String path = module.path();
        String name = path.isEmpty() ? type : path + " (" + type + ")";
        String message = "Cannot run " + name + ": input=" + input + ", expected " + expected
                + "; reshape or convert the input, or make the layer for it. " + cause.getMessage();
        return new LayerException(path, message, cause);
    }

    /** Qualified name of the layer in the outermost module; empty for that one itself. */
    public String path() {
        return path;
    }
}
