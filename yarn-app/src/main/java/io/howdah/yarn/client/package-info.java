/** The submitting side: checks, staging, submission, progress and the closing summary. */
@NullMarked
package io.howdah.yarn.client;

import org.jspecify.annotations.NullMarked;
