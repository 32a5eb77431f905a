// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.howdah.ps.tls.JobAuthority;
import java.io.File;
import org.junit.jupiter.api.Test;

/** BoringSSL as howdah.jar carries it: classes and native library under names that no cluster has. */
class ShippedTlsIT {
    @Test
    void theRelocatedNativeLoads() throws Exception {
        Class<?> relocated = Class.forName("io.howdah.shaded.io.netty.handler.ssl.OpenSsl");
        assertThat(new File(relocated
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI()))
                .hasName("howdah.jar");
        assertThat((Boolean) relocated.getMethod("isAvailable").invoke(null))
                .as(() -> cause(relocated))
                .isTrue();
        assertThat(TlsEngine.choose()).isEqualTo(TlsEngine.BORINGSSL);
        assertThatCode(() ->
                        new TlsContexts(JobAuthority.create("job").identity("server", 0), TlsEngine.BORINGSSL).close())
                .doesNotThrowAnyException();
    }

    private static String cause(Class<?> openSsl) {
        try {
            return String.valueOf(openSsl.getMethod("unavailabilityCause").invoke(null));
        } catch (ReflectiveOperationException e) {
            return e.toString();
        }
    }
}
