// Copyright the Howdah authors. SPDX-License-Identifier: Apache-2.0
package io.howdah.ps.wire;

import com.google.protobuf.ByteString;
import io.howdah.ps.proto.Challenge;
import io.howdah.ps.proto.Hello;
import io.howdah.ps.proto.PeerRole;
import io.howdah.ps.proto.Welcome;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Mutual proof that both ends know the job's secret. Both prove it over both nonces, so that nothing recorded earlier is
 * of use; over both certificates, so that nothing can be passed on through another channel; and under different labels, so
 * that nothing can be sent back to whom it came from:
 *
 * <pre>
 * HMAC-SHA256(secret, label ‖ server nonce ‖ client nonce ‖ SHA-256(server certificate) ‖ SHA-256(client certificate)
 *                     ‖ generation ‖ role ‖ index ‖ job id)
 * </pre>
 */
final class Handshake {
    private static final int NONCE_BYTES = 32;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final byte CLIENT = 'C';
    private static final byte SERVER = 'S';

    private final JobIdentity identity;
    private final ByteString nonce;
    private ChannelBinding binding = ChannelBinding.PLAIN;

    Handshake(JobIdentity identity) {
        this.identity = identity;
        byte[] bytes = new byte[NONCE_BYTES];
        RANDOM.nextBytes(bytes);
        this.nonce = ByteString.copyFrom(bytes);
    }

    /** Both: the channel that the proofs hold in; before anything else. */
    void bind(ChannelBinding channel) {
        binding = channel;
    }

    /** Server: the first frame. */
    Challenge challenge() {
        return Challenge.newBuilder().setNonce(nonce).build();
    }

    /** Client: the answer to a challenge. */
    Hello hello(Challenge challenge, Peer self) {
        checkNonce(challenge.getNonce());
        binding.checkServer(identity.jobId());
        return Hello.newBuilder()
                .setNonce(nonce)
                .setJobId(identity.jobId())
                .setRole(self.role() == Role.WORKER ? PeerRole.PEER_ROLE_WORKER : PeerRole.PEER_ROLE_SERVER)
                .setIndex(self.index())
                .setMac(ByteString.copyFrom(mac(CLIENT, challenge.getNonce(), nonce, self)))
                .build();
    }

    /** Server: who says hello; refuses whoever does not know the secret. */
    Peer verify(Hello hello) {
        checkNonce(hello.getNonce());
        Role role =
                switch (hello.getRole()) {
                    case PEER_ROLE_WORKER -> Role.WORKER;
                    case PEER_ROLE_SERVER -> Role.SERVER;
                    default -> throw new ProtocolException("role=" + hello.getRoleValue() + ", expected a known one");
                };
        Peer peer = new Peer(role, hello.getIndex());
        byte[] expected = mac(CLIENT, nonce, hello.getNonce(), peer);
        if (!MessageDigest.isEqual(expected, hello.getMac().toByteArray())) {
            throw new ProtocolException("the HMAC is not that of a process of this job");
        }
        if (!hello.getJobId().equals(identity.jobId())) {
            throw new ProtocolException("it belongs to another job");
        }
        binding.checkPeer(identity.jobId(), peer);
        return peer;
    }

    /** Server: the proof for a peer that was verified. */
    Welcome welcome(Hello hello, Peer peer) {
        return Welcome.newBuilder()
                .setMac(ByteString.copyFrom(mac(SERVER, nonce, hello.getNonce(), peer)))
                .build();
    }

    /** Client: checks the server's proof. */
    void verify(Welcome welcome, Challenge challenge, Peer self) {
        byte[] expected = mac(SERVER, challenge.getNonce(), nonce, self);
        if (!MessageDigest.isEqual(expected, welcome.getMac().toByteArray())) {
            throw new ProtocolException("the HMAC is not that of a server of this job");
        }
    }

    private static void checkNonce(ByteString other) {
        if (other.size() != NONCE_BYTES) {
            throw new ProtocolException("nonceBytes=" + other.size() + ", expected " + NONCE_BYTES);
        }
    }

    private byte[] mac(byte label, ByteString serverNonce, ByteString clientNonce, Peer peer) {
        byte[] job = identity.jobId().getBytes(StandardCharsets.UTF_8);
        ByteBuffer text = ByteBuffer.allocate(
                1 + 2 * NONCE_BYTES + 2 * ChannelBinding.HASH_BYTES + Long.BYTES + 1 + Integer.BYTES + job.length);
        text.put(label);
        serverNonce.copyTo(text);
        clientNonce.copyTo(text);
        text.put(binding.serverHash());
        text.put(binding.peerHash());
        text.putLong(identity.generation());
        text.put((byte) peer.role().ordinal());
        text.putInt(peer.index());
        text.put(job);
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(identity.secret(), "HmacSHA256"));
            return mac.doFinal(text.array());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e); // every Java platform has HmacSHA256
        }
    }
}
