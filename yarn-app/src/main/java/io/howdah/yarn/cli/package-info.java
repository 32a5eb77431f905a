/** Commands of {@code yarn jar howdah.jar} and {@code scripts/howdah}. */
@NullMarked
package io.howdah.yarn.cli;

import org.jspecify.annotations.NullMarked;
