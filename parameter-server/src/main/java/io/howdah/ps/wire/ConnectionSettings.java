// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

/**
 * What holds for all connections of a process.
 *
 * @param identity job that both ends belong to
 * @param bodyLimit most bytes of a body
 * @param heldLimit most bytes of received bodies of one connection that wait to be used; reading pauses beyond it
 * @param counters where traffic is counted
 */
public record ConnectionSettings(JobIdentity identity, int bodyLimit, long heldLimit, Counters counters) {}
