// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.KeyPairGenerator;
import java.security.cert.CertPathValidator;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.PKIXParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobAuthorityTest {
    private static final Instant NOW = Instant.parse("2026-02-28T23:59:59Z");

    private final JobAuthority authority = new JobAuthority("application_1700000000000_0042", () -> NOW);

    private static CertifiedName worker() {
        return new CertifiedName("application_1700000000000_0042", "worker", 3, 2);
    }

    /** As RFC 5280 asks, by the JDK's own validator. */
    private static void validate(X509Certificate certificate, X509Certificate trusted, Instant at) throws Exception {
        PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(trusted, null)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(Date.from(at));
        CertPathValidator.getInstance("PKIX")
                .validate(CertificateFactory.getInstance("X.509").generateCertPath(List.of(certificate)), parameters);
    }

    @Test
    void whatItCertifiesIsValidForItsLifetimeUnderItAlone() throws Exception {
        IssuedCertificate issued =
                authority.certify(worker(), TlsKeys.generate().publicKey());
        X509Certificate certificate = issued.certificate();
        for (Instant at : List.of(NOW, NOW.minusSeconds(3599), NOW.plus(JobAuthority.LIFETIME))) {
            assertThatCode(() -> validate(certificate, authority.certificate(), at))
                    .doesNotThrowAnyException();
        }
        for (Instant at :
                List.of(NOW.minusSeconds(3601), NOW.plus(JobAuthority.LIFETIME).plusSeconds(1))) {
            assertThatThrownBy(() -> validate(certificate, authority.certificate(), at))
                    .isInstanceOf(CertPathValidatorException.class);
        }
        JobAuthority namesake = new JobAuthority("application_1700000000000_0042", () -> NOW);
        assertThatThrownBy(() -> validate(certificate, namesake.certificate(), NOW))
                .isInstanceOf(CertPathValidatorException.class);
        X509Certificate own = authority.identity("worker", 1).certificate();
        assertThatThrownBy(() -> validate(own, certificate, NOW)).isInstanceOf(CertPathValidatorException.class);
    }

    @Test
    void certificatesSayWhatTheFormatPromises() throws Exception {
        X509Certificate worker =
                authority.certify(worker(), TlsKeys.generate().publicKey()).certificate();
        assertThat(worker.getVersion()).isEqualTo(3);
        assertThat(worker.getSubjectX500Principal().getName())
                .isEqualTo("CN=worker 3,O=application_1700000000000_0042");
        assertThat(worker.getIssuerX500Principal())
                .isEqualTo(authority.certificate().getSubjectX500Principal());
        assertThat(worker.getSigAlgName()).isEqualTo("SHA256withECDSA");
        assertThat(worker.getBasicConstraints()).as("signs nothing").isEqualTo(-1);
        assertThat(worker.getKeyUsage()).startsWith(true, false, false, false, false, false);
        assertThat(worker.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.2");
        assertThat(worker.getCriticalExtensionOIDs()).containsExactlyInAnyOrder("2.5.29.15", "2.5.29.19");
        assertThat(CertifiedName.of(worker)).isEqualTo(worker());
        X509Certificate server = authority.identity("server", 0).certificate();
        assertThat(server.getExtendedKeyUsage()).containsExactly("1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2");
        assertThat(server.getSerialNumber()).isPositive().isNotEqualTo(worker.getSerialNumber());
        X509Certificate own = authority.certificate();
        assertThat(own.getBasicConstraints())
                .as("of those it signed, none signs")
                .isZero();
        assertThat(own.getKeyUsage()[5]).isTrue();
        own.verify(own.getPublicKey());
        assertThatIllegalArgumentException().isThrownBy(() -> CertifiedName.of(own));
    }

    @Test
    void certificatesOfAJobThatRunsForMonthsStayValidAndEndTogether() throws Exception {
        ClockedAuthority clocked = new ClockedAuthority("job", NOW);
        X509Certificate first = clocked.authority().identity("server", 0).certificate();
        Instant later = NOW.plus(Duration.ofDays(200));
        clocked.now(later);
        X509Certificate second = clocked.authority().identity("worker", 0).certificate();
        for (X509Certificate certificate : List.of(first, second)) {
            assertThatCode(() -> validate(certificate, clocked.authority().certificate(), later))
                    .doesNotThrowAnyException();
            assertThat(certificate.getNotAfter())
                    .isEqualTo(clocked.authority().certificate().getNotAfter());
        }
        assertThatThrownBy(() -> validate(second, clocked.authority().certificate(), NOW))
                .isInstanceOf(CertPathValidatorException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2049-06-01T00:00:00Z", "2050-01-01T00:30:00Z", "2107-12-31T00:00:00Z"})
    void timesAreReadAsTheyWereMeantWhateverTheYear(String text) {
        Instant at = Instant.parse(text);
        X509Certificate certificate =
                new JobAuthority("job", () -> at).identity("worker", 0).certificate();
        assertThat(certificate.getNotBefore().toInstant()).isEqualTo(at.minusSeconds(3600));
        assertThat(certificate.getNotAfter().toInstant()).isEqualTo(at.plus(JobAuthority.LIFETIME));
        assertThatCode(() -> certificate.checkValidity(Date.from(at))).doesNotThrowAnyException();
        assertThatThrownBy(() -> certificate.checkValidity(Date.from(at.minusSeconds(4000))))
                .isInstanceOf(CertificateException.class);
    }

    @Test
    void namesOfOtherJobsAndOddNamesAreRefused() {
        byte[] key = TlsKeys.generate().publicKey();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> authority.certify(new CertifiedName("other", "worker", 0, 0), key))
                .withMessageContaining("jobId=other");
        assertThatIllegalArgumentException().isThrownBy(() -> new CertifiedName("a/b", "worker", 0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new CertifiedName("job", "Worker", 0, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> new CertifiedName("job", "worker", -1, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> JobAuthority.create("a job"));
    }

    @Test
    void onlyKeysOnTheCurveAreCertified() throws Exception {
        KeyPairGenerator other = KeyPairGenerator.getInstance("EC");
        other.initialize(new ECGenParameterSpec("secp384r1"));
        byte[] larger = other.generateKeyPair().getPublic().getEncoded();
        for (byte[] key : List.of(larger, new byte[0], new byte[91])) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> authority.certify(worker(), key))
                    .withMessageContaining("P-256");
        }
    }

    @Test
    void aProcessTakesOnlyItsOwnCertificate() throws CertificateEncodingException {
        TlsKeys keys = TlsKeys.generate();
        IssuedCertificate own = authority.certify(worker(), keys.publicKey());
        IssuedCertificate read = IssuedCertificate.of(own.encodedCertificate(), own.encodedAuthority());
        assertThat(keys.certified(read)).hasToString(worker().toString());
        IssuedCertificate others =
                authority.certify(worker(), TlsKeys.generate().publicKey());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> keys.certified(others))
                .withMessageContaining("another key");
        byte[] stranger = new JobAuthority("job", () -> NOW)
                .identity("worker", 0)
                .certificate()
                .getEncoded();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> keys.certified(IssuedCertificate.of(own.encodedCertificate(), stranger)))
                .withMessageContaining("not signed by the authority");
        assertThatIllegalArgumentException().isThrownBy(() -> IssuedCertificate.of(new byte[3], new byte[3]));
    }
}
