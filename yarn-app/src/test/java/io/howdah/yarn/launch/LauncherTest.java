// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LauncherTest {
    @ParameterizedTest
    @ValueSource(strings = {"1.8", "9", "11", "16"})
    void anOlderJvmGetsOneLine(String version) {
        assertThat(Launcher.refusal(version, "/opt/old"))
                .startsWith("Cannot start Howdah: java.specification.version=" + version + " java.home=/opt/old")
                .contains("expected Java 17 or newer", "JAVA_HOME", "howdah.java.home")
                .hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"17", "21", "25"})
    void aJvmThatWillDoGetsNone(String version) {
        assertThat(Launcher.refusal(version, "/opt/new")).isEmpty();
    }

    @Test
    void itsBytesLoadOnJava8() throws IOException {
        try (InputStream in = Launcher.class.getResourceAsStream("Launcher.class");
                DataInputStream data = new DataInputStream(in)) {
            assertThat(data.readInt()).isEqualTo(0xCAFEBABE);
            data.readUnsignedShort();
            assertThat(data.readUnsignedShort()).isEqualTo(52);
        }
    }
}
