// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.umbilical;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.howdah.yarn.umbilical.proto.Certificate;
import io.howdah.yarn.umbilical.proto.CertificateRequest;
import io.howdah.yarn.umbilical.proto.Command;
import io.howdah.yarn.umbilical.proto.Completion;
import io.howdah.yarn.umbilical.proto.Heartbeat;
import io.howdah.yarn.umbilical.proto.JobStatus;
import io.howdah.yarn.umbilical.proto.Registration;
import io.howdah.yarn.umbilical.proto.TaskKey;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.security.UserGroupInformation;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UmbilicalTest {
    private static final TaskKey TASK =
            TaskKey.newBuilder().setRole("worker").setIndex(3).build();

    private final JobSecret secret = JobSecret.generate();
    private final Recorder calls = new Recorder();
    private UmbilicalServer server;

    @BeforeEach
    void start() throws IOException {
        server = UmbilicalServer.start(new Configuration(), secret, calls);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void carriesEveryCallBothWays() throws Exception {
        try (UmbilicalClient client = connect(secret.user("application_1_1"))) {
            client.register(Registration.newBuilder().setTask(TASK).setPort(7).build());
            CertificateRequest request = CertificateRequest.newBuilder()
                    .setTask(TASK)
                    .setPublicKey(ByteString.copyFromUtf8("key"))
                    .build();
            assertThat(client.certify(request).getCertificate().toStringUtf8()).isEqualTo("signed key");
            Command command =
                    client.heartbeat(Heartbeat.newBuilder().setTask(TASK).build());
            client.complete(
                    Completion.newBuilder().setTask(TASK).setMessage("bye").build());
            client.kill("enough");
            assertThat(command.getReason()).isEqualTo("go");
            assertThat(client.status().getStep()).isEqualTo(42);
        }
        assertThat(calls.seen)
                .containsExactly("register 3 7", "certify 3", "heartbeat 3", "complete bye", "kill enough");
    }

    @Test
    void refusesAUserWithoutAToken() throws Exception {
        try (UmbilicalClient client = connect(UserGroupInformation.createRemoteUser("stranger"))) {
            assertThatThrownBy(client::status).isInstanceOf(IOException.class);
        }
        assertThat(calls.seen).isEmpty();
    }

    @Test
    void refusesTheTokenOfAnotherJob() throws Exception {
        UserGroupInformation stranger = JobSecret.generate().user("application_1_1");
        try (UmbilicalClient client = connect(stranger)) {
            assertThatThrownBy(() -> client.kill("mine now")).isInstanceOf(IOException.class);
        }
        assertThat(calls.seen).isEmpty();
    }

    private UmbilicalClient connect(UserGroupInformation user) throws Exception {
        return UmbilicalClient.connect(new InetSocketAddress("127.0.0.1", server.port()), user, new Configuration());
    }

    private static final class Recorder implements UmbilicalServer.Calls {
        final List<String> seen = new CopyOnWriteArrayList<>();

        @Override
        public void register(Registration registration) {
            seen.add("register " + registration.getTask().getIndex() + " " + registration.getPort());
        }

        @Override
        public Certificate certify(CertificateRequest request) {
            seen.add("certify " + request.getTask().getIndex());
            return Certificate.newBuilder()
                    .setCertificate(ByteString.copyFromUtf8("signed ").concat(request.getPublicKey()))
                    .build();
        }

        @Override
        public Command heartbeat(Heartbeat heartbeat) {
            seen.add("heartbeat " + heartbeat.getTask().getIndex());
            return Command.newBuilder().setReason("go").build();
        }

        @Override
        public void complete(Completion completion) {
            seen.add("complete " + completion.getMessage());
        }

        @Override
        public JobStatus status() {
            return JobStatus.newBuilder().setStep(42).build();
        }

        @Override
        public void kill(String reason) {
            seen.add("kill " + reason);
        }
    }
}
