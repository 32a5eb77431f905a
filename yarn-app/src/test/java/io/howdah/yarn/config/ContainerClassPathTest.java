// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.yarn.config;

import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;

/** YARN's default class path of applications has no MapReduce, so what containers load must not need it. */
class ContainerClassPathTest {
    @Test
    void theKeysLoadWithoutMapReduce() {
        ClassLoader container = new WithoutMapReduce();
        assertThatCode(() -> Class.forName("io.howdah.yarn.config.JobConfiguration", true, container))
                .doesNotThrowAnyException();
    }

    /** Defines Howdah's classes anew, so that what they refer to is looked up here. */
    private static final class WithoutMapReduce extends ClassLoader {
        WithoutMapReduce() {
            super(ContainerClassPathTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            if (name.startsWith("org.apache.hadoop.mapred")) {
                throw new ClassNotFoundException(name);
            }
            if (!name.startsWith("io.howdah.")) {
                return super.loadClass(name, resolve);
            }
            synchronized (getClassLoadingLock(name)) {
                Class<?> loaded = findLoadedClass(name);
                return loaded != null ? loaded : define(name);
            }
        }

        private Class<?> define(String name) throws ClassNotFoundException {
            try (InputStream in = getParent().getResourceAsStream(name.replace('.', '/') + ".class")) {
                if (in == null) {
                    throw new ClassNotFoundException(name);
                }
                byte[] bytes = in.readAllBytes();
                return defineClass(name, bytes, 0, bytes.length);
            } catch (IOException e) {
                throw new ClassNotFoundException(name, e);
            }
        }
    }
}
