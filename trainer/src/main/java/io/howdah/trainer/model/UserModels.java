// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.trainer.model;

import java.lang.reflect.InvocationTargetException;
import org.jspecify.annotations.Nullable;

/** Loads the class that {@link ModelKeys#CLASS} names. */
final class UserModels {
    private UserModels() {}

    /**
     * A new object of the class {@code name}, found by the thread's context class loader.
     *
     * @throws IllegalArgumentException telling what is wrong with the class
     */
    static ModelFactory load(String name) {
        ClassLoader context = Thread.currentThread().getContextClassLoader();
        ClassLoader loader = context == null ? UserModels.class.getClassLoader() : context;
        try {
            Class<?> found = Class.forName(name, true, loader);
            if (!ModelFactory.class.isAssignableFrom(found)) {
                throw refusal(
                        name, "an implementation of " + ModelFactory.class.getName(), "let it implement that", null);
            }
            return (ModelFactory) found.getConstructor().newInstance();
        } catch (ClassNotFoundException e) {
            throw refusal(
                    name, "a class on the job's class path", "correct the name, or pass its jar with -libjars", e);
        } catch (LinkageError e) {
            throw refusal(
                    name, "a class that can be linked (" + e + ")", "pass all jars that it needs with -libjars", e);
        } catch (NoSuchMethodException | IllegalAccessException | InstantiationException e) {
            throw refusal(name, "a public class with a public constructor without arguments", "add the constructor", e);
        } catch (InvocationTargetException e) {
            Throwable thrown = e.getCause();
            throw refusal(name, "a constructor that returns (" + thrown + ")", "correct the class", thrown);
        }
    }

    private static IllegalArgumentException refusal(
            String name, String expected, String remedy, @Nullable Throwable cause) {
        return new IllegalArgumentException(
                "Cannot create model: " + ModelKeys.CLASS.name() + "=" + name + ", expected " + expected + "; "
                        + remedy,
                cause);
    }
}
