// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.umbilical;

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
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonConfigurationKeysPublic;
import org.apache.hadoop.io.BytesWritable;
import org.apache.hadoop.ipc.ProtocolSignature;
import org.apache.hadoop.ipc.RPC;
import org.apache.hadoop.ipc.WritableRpcEngine;

/** The ApplicationMaster's end of the {@link Umbilical}; only holders of the job token get in, on any cluster. */
@SuppressWarnings("deprecation") // WritableRpcEngine: the one engine that all supported Hadoop versions share
public final class UmbilicalServer implements AutoCloseable {
    private final RPC.Server server;

    private UmbilicalServer(RPC.Server server) {
        this.server = server;
    }

    /** Starts to listen on a free port of all interfaces. */
    public static UmbilicalServer start(Configuration hadoop, JobSecret secret, Calls calls) throws IOException {
        Configuration conf = new Configuration(hadoop);
        RPC.setProtocolEngine(conf, Umbilical.class, WritableRpcEngine.class);
        conf.set(CommonConfigurationKeysPublic.HADOOP_SECURITY_AUTHENTICATION, "token");
        conf.setBoolean(CommonConfigurationKeysPublic.HADOOP_SECURITY_AUTHORIZATION, false);
        RPC.Server server = new RPC.Builder(conf)
                .setProtocol(Umbilical.class)
                .setInstance(new Adapter(calls))
                .setBindAddress("0.0.0.0")
                .setPort(0)
                .setNumHandlers(4)
                .setVerbose(false)
                .setSecretManager(secret)
                .build();
        server.start();
        return new UmbilicalServer(server);
    }

    public int port() {
        return server.getListenerAddress().getPort();
    }

    @Override
    public void close() {
        server.stop();
    }

    /** What the ApplicationMaster does on each call. Called by several threads. */
    public interface Calls {
        void register(Registration registration) throws IOException;

        Certificate certify(CertificateRequest request) throws IOException;

        Command heartbeat(Heartbeat heartbeat) throws IOException;

        void complete(Completion completion) throws IOException;

        JobStatus status();

        void kill(String reason);
    }

    private static final class Adapter implements Umbilical {
        private static final BytesWritable EMPTY = UmbilicalClient.bytes(Empty.getDefaultInstance());

        private final Calls calls;

        Adapter(Calls calls) {
            this.calls = calls;
        }

        @Override
        public BytesWritable register(BytesWritable registration) throws IOException {
            calls.register(read(Registration.parser(), registration));
            return EMPTY;
        }

        @Override
        public BytesWritable certify(BytesWritable request) throws IOException {
            return write(calls.certify(read(CertificateRequest.parser(), request)));
        }

        @Override
        public BytesWritable heartbeat(BytesWritable heartbeat) throws IOException {
            return write(calls.heartbeat(read(Heartbeat.parser(), heartbeat)));
        }

        @Override
        public BytesWritable complete(BytesWritable completion) throws IOException {
            calls.complete(read(Completion.parser(), completion));
            return EMPTY;
        }

        @Override
        public BytesWritable status(BytesWritable empty) {
            return write(calls.status());
        }

        @Override
        public BytesWritable kill(BytesWritable request) throws IOException {
            calls.kill(read(KillRequest.parser(), request).getReason());
            return EMPTY;
        }

        @Override
        public long getProtocolVersion(String protocol, long clientVersion) {
            return VERSION;
        }

        @Override
        public ProtocolSignature getProtocolSignature(String protocol, long clientVersion, int clientMethodsHash)
                throws IOException {
            return ProtocolSignature.getProtocolSignature(this, protocol, clientVersion, clientMethodsHash);
        }

        private static <T> T read(Parser<T> parser, BytesWritable bytes) throws IOException {
            return UmbilicalClient.message(parser, bytes);
        }

        private static BytesWritable write(MessageLite message) {
            return UmbilicalClient.bytes(message);
        }
    }
}
