// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.umbilical;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.howdah.yarn.umbilical.proto.Certificate;
import io.howdah.yarn.umbilical.proto.CertificateRequest;
import io.howdah.yarn.umbilical.proto.Command;
import io.howdah.yarn.umbilical.proto.Completion;
import io.howdah.yarn.umbilical.proto.Empty;
import io.howdah.yarn.umbilical.proto.Heartbeat;
import io.howdah.yarn.umbilical.proto.JobStatus;
import io.howdah.yarn.umbilical.proto.KillRequest;
import io.howdah.yarn.umbilical.proto.Registration;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.PrivilegedExceptionAction;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.io.BytesWritable;
import org.apache.hadoop.ipc.RPC;
import org.apache.hadoop.ipc.WritableRpcEngine;
import org.apache.hadoop.net.NetUtils;
import org.apache.hadoop.security.UserGroupInformation;

/** A connection to the ApplicationMaster's {@link Umbilical}. Safe for concurrent use. */
@SuppressWarnings("deprecation") // WritableRpcEngine: the one engine that all supported Hadoop versions share
public final class UmbilicalClient implements AutoCloseable {
    private final Umbilical proxy;

    private UmbilicalClient(Umbilical proxy) {
        this.proxy = proxy;
    }

    /**
     * Prepares a connection; it is opened by the first call.
     *
     * @param user from {@link JobSecret#user}
     */
    public static UmbilicalClient connect(InetSocketAddress address, UserGroupInformation user, Configuration hadoop)
            throws IOException, InterruptedException {
        Configuration conf = new Configuration(hadoop);
        RPC.setProtocolEngine(conf, Umbilical.class, WritableRpcEngine.class);
        // Our own loops retry, and they know when to give up.
        conf.setInt("ipc.client.connect.max.retries", 1);
        conf.setInt("ipc.client.connect.max.retries.on.timeouts", 1);
        conf.setInt("ipc.client.connect.timeout", 5000);
        conf.setInt("ipc.client.rpc-timeout.ms", 15000);
        Umbilical proxy = user.doAs((PrivilegedExceptionAction<Umbilical>) () -> RPC.getProxy(
                Umbilical.class, Umbilical.VERSION, address, user, conf, NetUtils.getDefaultSocketFactory(conf)));
        return new UmbilicalClient(proxy);
    }

    public void register(Registration registration) throws IOException {
        proxy.register(bytes(registration));
    }

    public Certificate certify(CertificateRequest request) throws IOException {
        return message(Certificate.parser(), proxy.certify(bytes(request)));
    }

    public Command heartbeat(Heartbeat heartbeat) throws IOException {
        return message(Command.parser(), proxy.heartbeat(bytes(heartbeat)));
    }

    public void complete(Completion completion) throws IOException {
        proxy.complete(bytes(completion));
    }

    public JobStatus status() throws IOException {
        return message(JobStatus.parser(), proxy.status(bytes(Empty.getDefaultInstance())));
    }

    public void kill(String reason) throws IOException {
        proxy.kill(bytes(KillRequest.newBuilder().setReason(reason).build()));
    }

    @Override
    public void close() {
        RPC.stopProxy(proxy);
    }

    static BytesWritable bytes(MessageLite message) {
        return new BytesWritable(message.toByteArray());
    }

    static <T> T message(Parser<T> parser, BytesWritable bytes) throws InvalidProtocolBufferException {
        return parser.parseFrom(bytes.getBytes(), 0, bytes.getLength());
    }
}
