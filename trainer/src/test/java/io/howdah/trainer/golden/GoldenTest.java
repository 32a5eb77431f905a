// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.golden;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.howdah.trainer.golden.GoldenValues.Layout;
import io.howdah.trainer.kernel.Backends;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Compares our operations with PyTorch's on the golden cases of a folder: {@code -Dgolden.dir=DIR}, without it the
 * test resources. Each case runs on every backend that loads, with its inputs laid out as given and scattered;
 * {@code -Dgolden.only=OP} runs one op alone.
 */
class GoldenTest {
    private final String only = System.getProperty("golden.only", "");
    private int passed;
    private int failed;

    @AfterEach
    void chosenKernels() {
        Backends.use(Backends.AUTO);
    }

    @Test
    void operationsAgreeWithPyTorch() throws IOException {
        String directory = System.getProperty("golden.dir", "");
        List<GoldenFolder> folders = directory.isEmpty()
                ? List.of(GoldenFolder.ofResources("golden"), GoldenFolder.ofResources("golden/sequences"))
                : List.of(GoldenFolder.in(Path.of(directory)));
        List<String> backends = loadable();
        for (GoldenFolder folder : folders) {
            compare(folder, backends);
        }
        System.out.println(passed + " passed, " + failed + " failed");
        assertThat(failed).as("failed cases, listed above").isZero();
        assertThat(passed).as("passed cases").isPositive();
    }

    private void compare(GoldenFolder folder, List<String> backends) {
        for (JsonNode described : folder.cases()) {
            if (isChosen(described)) {
                count(described, agreement(described, folder, backends));
            }
        }
        for (JsonNode described : folder.errors()) {
            if (isChosen(described)) {
                count(described, refusal(described, folder, backends));
            }
        }
    }

    private boolean isChosen(JsonNode described) {
        return only.isEmpty() || only.equals(described.get("op").asText());
    }

    private static List<String> loadable() {
        List<String> names = new ArrayList<>(Backends.names());
        names.remove(Backends.AUTO);
        names.removeIf(name -> {
            try {
                Backends.use(name);
                return false;
            } catch (IllegalStateException e) {
                return true;
            }
        });
        return names;
    }

    private void count(JsonNode described, String failure) {
        if (failure.isEmpty()) {
            passed++;
        } else {
            failed++;
            System.out.println("FAILED " + described.get("op").asText() + " variant="
                    + described.path("variant").asText() + " i="
                    + (described.has("error") ? "error" : described.path("i").asText()) + " " + failure);
        }
    }

    private static String agreement(JsonNode described, GoldenFolder folder, List<String> backends) {
        GoldenCase golden = new GoldenCase(described, folder);
        for (String backend : backends) {
            Backends.use(backend);
            for (Layout layout : golden.layouts()) {
                String difference = golden.difference(layout);
                if (!difference.isEmpty()) {
                    return "backend=" + backend + " layout=" + layout + ": " + difference;
                }
            }
        }
        return "";
    }

    private static String refusal(JsonNode described, GoldenFolder folder, List<String> backends) {
        GoldenCase golden = new GoldenCase(described, folder);
        for (String backend : backends) {
            Backends.use(backend);
            String acceptance = golden.acceptance();
            if (!acceptance.isEmpty()) {
                return "backend=" + backend + ": " + acceptance + " (PyTorch: "
                        + described.path("regex").asText() + ")";
            }
        }
        return "";
    }
}
