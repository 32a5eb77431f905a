package io.howdah.yarn.cli;

/** How long the client stays with a submitted application. */
enum Following {
    TO_THE_END,
    DETACHED
}
