// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps;

/** The words for a server that another process lost. They tell a consequence: the cause is with that server. */
public final class LostServer {
    private static final String BEGINNING = "Cannot reach ";

    private LostServer() {}

    /** Names the server. */
    public static String message(String server, String address, String reason) {
        return BEGINNING + server + ": address=" + address + " " + reason
                + ", expected it to outlive training; look into its log and go on from the last checkpoint";
    }

    /** Whether {@code message} says that a server was lost. */
    public static boolean isTold(String message) {
        return message.startsWith(BEGINNING);
    }
}
