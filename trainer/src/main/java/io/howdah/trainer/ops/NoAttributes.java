package io.howdah.trainer.ops;

/** The attributes of an op that has none. */
public enum NoAttributes {
    NONE
}
