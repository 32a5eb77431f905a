// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.cli;

/** How long the client stays with a submitted application. */
enum Following {
    TO_THE_END,
    DETACHED
}
