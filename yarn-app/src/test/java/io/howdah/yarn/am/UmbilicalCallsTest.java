// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.am;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.howdah.ps.tls.CertifiedName;
import io.howdah.ps.tls.IssuedCertificate;
import io.howdah.ps.tls.JobAuthority;
import io.howdah.ps.tls.TlsKeys;
import io.howdah.trainer.config.Config;
import io.howdah.yarn.config.JobConfiguration;
import io.howdah.yarn.umbilical.proto.Certificate;
import io.howdah.yarn.umbilical.proto.CertificateRequest;
import io.howdah.yarn.umbilical.proto.TaskKey;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class UmbilicalCallsTest {
    private static final String APPLICATION = "application_1700000000000_0042";

    private static JobPlan plan(JobKind kind, String tls) {
        return new JobPlan(kind, APPLICATION, Config.parse(JobConfiguration.KEYS, Map.of("howdah.ps.tls", tls)));
    }

    private static UmbilicalCalls calls(@Nullable JobAuthority authority) {
        JobPlan plan = plan(JobKind.TRAIN, "true");
        JobMaster master = new JobMaster(plan, new SimulatedCluster(), () -> 0);
        return new UmbilicalCalls(
                plan, master, event -> {}, authority == null ? null : CompletableFuture.completedFuture(authority));
    }

    private static CertificateRequest request(String role, int index, byte[] key) {
        return CertificateRequest.newBuilder()
                .setTask(TaskKey.newBuilder().setRole(role).setIndex(index).setAttempt(2))
                .setPublicKey(ByteString.copyFrom(key))
                .build();
    }

    @Test
    void certifiesTheTasksOfTheJobByTheirNames() throws Exception {
        JobAuthority authority = JobAuthority.create(APPLICATION);
        TlsKeys keys = TlsKeys.generate();
        Certificate certificate = calls(authority).certify(request("server", 1, keys.publicKey()));
        IssuedCertificate issued = IssuedCertificate.of(
                certificate.getCertificate().toByteArray(),
                certificate.getAuthority().toByteArray());
        assertThat(CertifiedName.of(issued.certificate())).isEqualTo(new CertifiedName(APPLICATION, "server", 1, 2));
        assertThat(issued.authority()).isEqualTo(authority.certificate());
        assertThat(keys.certified(issued)).hasToString("howdah:/" + APPLICATION + "/server/1/2");
    }

    @Test
    void refusesOtherTasksAndOtherKeys() {
        UmbilicalCalls calls = calls(JobAuthority.create(APPLICATION));
        byte[] key = TlsKeys.generate().publicKey();
        assertThatThrownBy(() -> calls.certify(request("worker", 99, key)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("worker 99");
        assertThatThrownBy(() -> calls.certify(request("stranger", 0, key))).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> calls.certify(request("worker", 0, new byte[9])))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("P-256");
        assertThatThrownBy(() -> calls(null).certify(request("worker", 0, key)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("howdah.ps.tls=false");
    }

    @Test
    void onlyJobsWithADataPlaneEncryptIt() {
        assertThat(plan(JobKind.TRAIN, "true").encrypts()).isTrue();
        assertThat(plan(JobKind.TRAIN, "false").encrypts()).isFalse();
        assertThat(plan(JobKind.EVALUATE, "true").encrypts()).isFalse();
    }
}
