/** The parameter server and its client: sharded sums, decided steps, snapshots. */
@NullMarked
package io.howdah.ps;

import org.jspecify.annotations.NullMarked;
