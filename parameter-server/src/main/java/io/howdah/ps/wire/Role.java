package io.howdah.ps.wire;

/** What a process is in its job. */
public enum Role {
    WORKER,
    SERVER
}
