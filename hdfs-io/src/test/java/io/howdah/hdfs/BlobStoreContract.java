// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.hdfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.howdah.trainer.checkpoint.BlobStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** What every {@link BlobStore} on a Hadoop file system keeps. */
abstract class BlobStoreContract {
    /** An empty store. */
    abstract BlobStore store() throws IOException;

    @Test
    void committedSetIsSeenWhole() throws IOException {
        BlobStore store = store();
        write(store, "step-2", "a.safetensors", "first");
        write(store, "step-2", "manifest.json", "{}");
        assertThat(store.committed()).isEmpty();
        assertThatThrownBy(() -> store.open("step-2", "manifest.json")).hasMessageContaining("is missing");

        store.commit("step-2");
        assertThat(store.committed()).containsExactly("step-2");
        assertThat(read(store, "step-2", "a.safetensors")).isEqualTo("first");
        assertThat(store.location("step-2")).endsWith("/step-2");
    }

    @Test
    void laterBlobReplacesThePendingOne() throws IOException {
        BlobStore store = store();
        write(store, "step-1", "a", "first, and longer");
        write(store, "step-1", "a", "second");
        store.commit("step-1");
        assertThat(read(store, "step-1", "a")).isEqualTo("second");
    }

    @Test
    void nothingPendingIsNotCommitted() throws IOException {
        BlobStore store = store();
        assertThatThrownBy(() -> store.commit("step-1"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is missing, expected a pending set");
        assertThat(store.committed()).isEmpty();
    }

    @Test
    void committedSetIsNotReplaced() throws IOException {
        BlobStore store = store();
        write(store, "step-1", "a", "first");
        store.commit("step-1");
        write(store, "step-1", "a", "second");
        assertThatThrownBy(() -> store.commit("step-1"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("exists, expected no committed set");
        assertThat(read(store, "step-1", "a")).isEqualTo("first");
        assertThat(store.committed()).containsExactly("step-1");
    }

    @Test
    void abandonedSetIsGone() throws IOException {
        BlobStore store = store();
        write(store, "step-1", "a", "first");
        store.abandon("step-1");
        store.abandon("step-1");
        assertThatThrownBy(() -> store.commit("step-1")).isInstanceOf(IOException.class);
    }

    @Test
    void setsAreListedInOrderAndDeleted() throws IOException {
        BlobStore store = store();
        for (String set : new String[] {"step-3", "step-1", "step-2"}) {
            write(store, set, "a", set);
            store.commit(set);
        }
        assertThat(store.committed()).containsExactly("step-1", "step-2", "step-3");
        store.delete("step-2");
        assertThat(store.committed()).containsExactly("step-1", "step-3");
        assertThatThrownBy(() -> store.delete("step-2"))
                .hasMessageContaining("step-2 is missing")
                .hasMessageContaining("[step-1, step-3]");
    }

    @Test
    void bytesAreThereBeforeTheCommitOfAnotherProcess() throws IOException {
        BlobStore store = store();
        OutputStream out = store.create("step-1", "a");
        out.write(new byte[] {1, 2, 3}, 0, 3);
        out.write(4);
        out.flush();
        out.close();
        out.close();
        store.commit("step-1");
        try (InputStream in = store.open("step-1", "a")) {
            assertThat(in.readAllBytes()).containsExactly(1, 2, 3, 4);
        }
    }

    @Test
    void namesStayInsideTheStore() throws IOException {
        BlobStore store = store();
        for (String name : new String[] {"", "..", "_pending-a", ".hidden", "a/b", "a b"}) {
            assertThatThrownBy(() -> store.create(name, "a"))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("name=" + name + ", expected letters");
            assertThatThrownBy(() -> store.create("a", name)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static void write(BlobStore store, String set, String blob, String text) throws IOException {
        try (OutputStream out = store.create(set, blob)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static String read(BlobStore store, String set, String blob) throws IOException {
        try (InputStream in = store.open(set, blob)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
