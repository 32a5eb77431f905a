/** Certificates of one job: an authority that lives and dies with it, and what it certifies. Knows no network. */
@NullMarked
package io.howdah.ps.tls;

import org.jspecify.annotations.NullMarked;
