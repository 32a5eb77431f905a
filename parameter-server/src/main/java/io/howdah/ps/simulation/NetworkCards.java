// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.simulation;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * Full-duplex network cards on a switch that never blocks. A message of m bytes occupies the sender's card for m/B, is on its
 * way for α, and occupies the receiver's card for m/B, which may begin with its first byte. A sender's connections take turns,
 * a receiver takes messages as they come.
 */
final class NetworkCards implements LinkModel {
    private static final double NANOS = 1e9;

    private final VirtualClock clock;
    private final double bytesPerSecond;
    private final long latencyNanos;
    private final Map<SimulatedProcess, Card> cards = new HashMap<>();

    private record Message(long bytes, Runnable arrived) {}

    /**
     * @param bytesPerSecond B, each way
     * @param latencyNanos α
     */
    NetworkCards(VirtualClock clock, double bytesPerSecond, long latencyNanos) {
        this.clock = clock;
        this.bytesPerSecond = bytesPerSecond;
        this.latencyNanos = latencyNanos;
    }

    /** Gives a process that stands for several hosts the cards of all of them. */
    void give(SimulatedProcess process, double hosts) {
        cards.put(process, new Card(hosts));
    }

    @Override
    public Lane lane(SimulatedProcess from, SimulatedProcess to) {
        return new Queue(
                cards.computeIfAbsent(from, process -> new Card(1)), cards.computeIfAbsent(to, process -> new Card(1)));
    }

    /** What one connection has to send. */
    private static final class Queue implements Lane {
        private final Card out;
        private final Card in;
        private final ArrayDeque<Message> messages = new ArrayDeque<>();

        Queue(Card out, Card in) {
            this.out = out;
            this.in = in;
        }

        @Override
        public void carry(long bytes, Runnable arrived) {
            messages.add(new Message(bytes, arrived));
            if (messages.size() == 1) {
                out.turns.add(this);
                out.sendNext();
            }
        }
    }

    private final class Card {
        private final double hosts;
        private final ArrayDeque<Queue> turns = new ArrayDeque<>();
        private boolean sending;
        private long inFree;

        Card(double hosts) {
            this.hosts = hosts;
        }

        void sendNext() {
            if (sending || turns.isEmpty()) {
                return;
            }
            sending = true;
            Queue queue = turns.remove();
            Message message = queue.messages.element();
            clock.after(nanos(message.bytes), () -> {
                clock.after(latencyNanos, () -> queue.in.receive(message));
                queue.messages.remove();
                if (!queue.messages.isEmpty()) {
                    turns.add(queue);
                }
                sending = false;
                sendNext();
            });
        }

        private void receive(Message message) {
            inFree = Math.max(clock.nanoTime(), inFree + nanos(message.bytes));
            clock.at(inFree, message.arrived);
        }

        private long nanos(long bytes) {
            return (long) Math.ceil(bytes / hosts / bytesPerSecond * NANOS);
        }
    }
}
