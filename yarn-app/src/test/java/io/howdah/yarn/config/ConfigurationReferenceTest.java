// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.howdah.trainer.config.Key;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.StringJoiner;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;

/**
 * {@code conf/howdah-default.xml} and {@code docs/configuration.md} say what the declarations say. With {@code
 * -Dhowdah.write.reference=true} this test writes them anew.
 */
class ConfigurationReferenceTest {
    private static final Path ROOT = Path.of(System.getProperty("user.dir")).getParent();

    @Test
    void theDefaultFileIsCurrent() throws IOException {
        checkOrWrite(ROOT.resolve("conf/howdah-default.xml"), defaults());
    }

    @Test
    void theTableIsCurrent() throws IOException {
        checkOrWrite(ROOT.resolve("docs/configuration.md"), table());
    }

    @Test
    void theDefaultFileParsesToTheDefaults() {
        Configuration hadoop = new Configuration(false);
        hadoop.addResource(new org.apache.hadoop.fs.Path(
                ROOT.resolve("conf/howdah-default.xml").toUri()));
        assertThat(JobConfiguration.parse(hadoop).get(YarnKeys.WORKERS)).isEqualTo(2);
    }

    private static void checkOrWrite(Path file, String expected) throws IOException {
        if (Boolean.getBoolean("howdah.write.reference")) {
            Files.createDirectories(file.getParent());
            Files.writeString(file, expected);
        }
        assertThat(file)
                .as("write it with mvn -pl yarn-app -am test -Dtest=ConfigurationReferenceTest"
                        + " -Dsurefire.failIfNoSpecifiedTests=false -Dhowdah.write.reference=true")
                .hasContent(expected);
    }

    private static String defaults() {
        StringJoiner text = new StringJoiner("\n", "", "\n");
        text.add("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
        text.add("<!-- Generated from the declarations in the code; keys without a default are left out. -->");
        text.add("<configuration>");
        for (Key<?> key : JobConfiguration.KEYS.keys()) {
            String defaultText = key.defaultText();
            if (defaultText != null) {
                text.add("  <property>");
                text.add("    <name>" + key.name() + "</name>");
                text.add("    <value>" + escape(defaultText) + "</value>");
                text.add("    <description>" + escape(key.doc()) + "</description>");
                text.add("  </property>");
            }
        }
        return text.add("</configuration>").toString();
    }

    private static String table() {
        StringJoiner text = new StringJoiner("\n", "", "\n");
        text.add("# Configuration");
        text.add("");
        text.add(
                "Set keys with `-D key=value` or in a file given with `-conf`; `-D` wins. An unknown `howdah.` key is refused.");
        text.add("Generated from the declarations in the code.");
        text.add("");
        text.add("| key | type | default | range | meaning |");
        text.add("| --- | --- | --- | --- | --- |");
        for (Key<?> key : JobConfiguration.KEYS.keys()) {
            String range = key.unit().isEmpty() ? key.range() : key.range() + " " + key.unit();
            text.add("| `" + key.name() + "` | " + key.type() + " | "
                    + (key.defaultText() == null ? "–" : "`" + key.defaultText() + "`") + " | " + range + " | "
                    + key.doc()
                    + " |");
        }
        return text.toString();
    }

    private static String escape(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
