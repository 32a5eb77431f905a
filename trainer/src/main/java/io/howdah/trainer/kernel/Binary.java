package io.howdah.trainer.kernel;

/** Functions of two elements. */
public enum Binary {
    ADD,
    SUBTRACT,
    MULTIPLY,
    DIVIDE
}
