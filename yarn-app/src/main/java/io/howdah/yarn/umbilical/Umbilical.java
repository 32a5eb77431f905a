// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.umbilical;

import java.io.IOException;
import org.apache.hadoop.io.BytesWritable;
import org.apache.hadoop.ipc.ProtocolInfo;
import org.apache.hadoop.ipc.VersionedProtocol;
import org.apache.hadoop.security.token.TokenInfo;

/**
 * Calls that the ApplicationMaster answers. Containers register, send heartbeats whose replies carry commands, and
 * report their end; the client reads the status and may kill.
 *
 * <p>Requests and replies are the Protobuf messages of {@code umbilical.proto}. They travel as bytes through Hadoop's
 * Writable engine, because its Protobuf engines are bound to a Protobuf version that differs between Hadoop releases.
 */
@ProtocolInfo(protocolName = "io.howdah.Umbilical", protocolVersion = Umbilical.VERSION)
@TokenInfo(JobTokenSelector.class)
public interface Umbilical extends VersionedProtocol {
    long VERSION = 1;

    /** Registration → Empty. Fails for a task that this job does not have, or for an older attempt. */
    BytesWritable register(BytesWritable registration) throws IOException;

    /** CertificateRequest → Certificate. Fails for a task that this job does not have, and where TLS is off. */
    BytesWritable certify(BytesWritable request) throws IOException;

    /** Heartbeat → Command. */
    BytesWritable heartbeat(BytesWritable heartbeat) throws IOException;

    /** Completion → Empty. */
    BytesWritable complete(BytesWritable completion) throws IOException;

    /** Empty → JobStatus. */
    BytesWritable status(BytesWritable empty) throws IOException;

    /** KillRequest → Empty. */
    BytesWritable kill(BytesWritable request) throws IOException;
}
