/** Frames over TCP between mutually authenticated peers of one job; the only package that knows Netty. */
@NullMarked
package io.howdah.ps.wire;

import org.jspecify.annotations.NullMarked;
