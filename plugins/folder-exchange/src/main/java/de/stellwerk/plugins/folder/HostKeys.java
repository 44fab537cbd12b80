package de.stellwerk.plugins.folder;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.sshd.client.config.hosts.KnownHostEntry;
import org.apache.sshd.client.keyverifier.ServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.PublicKeyEntryResolver;

/**
 * The keys by which one server is known, from a file in OpenSSH's form {@code known_hosts}. Nothing else is believed, nothing is ever
 * written into the file. Made for one attempt to connect, so that a corrected file counts at the next one.
 */
final class HostKeys implements ServerKeyVerifier {

    private static final String REVOKED = "revoked";

    private final Set<String> types = new HashSet<>();
    private final List<KnownHostEntry> entries;
    private volatile Optional<String> refusal = Optional.empty();

    /** @throws IOException if the file cannot be read, or names no key of this server */
    HostKeys(Path file, String host, int port) throws IOException {
        List<KnownHostEntry> all;
        try {
            all = KnownHostEntry.readKnownHostEntries(file);
        } catch (IOException | RuntimeException e) {
            throw new IOException("sftp.known-hosts: the file of 'known-hosts' cannot be read", e);
        }
        entries = all.stream()
                .filter(entry -> entry.getKeyEntry() != null && !"cert-authority".equals(entry.getMarker()))
                // A key that is worth nothing is so on every server.
                .filter(entry -> REVOKED.equals(entry.getMarker()) || entry.isHostMatch(host, port))
                .toList();
        for (var entry : entries) {
            if (!REVOKED.equals(entry.getMarker())) {
                types.add(KeyUtils.getCanonicalKeyType(entry.getKeyEntry().getKeyType()));
            }
        }
        if (types.isEmpty()) {
            throw new IOException(
                    "sftp.host-key-unknown: the file of 'known-hosts' names no key of the server; nothing was sent. Ask"
                            + " its operator for the key and add the line");
        }
    }

    /** True for a kind of signature that one of the keys can make: a server has several keys, and shows the kind it is asked for. */
    boolean fits(String signature) {
        return types.contains(KeyUtils.getCanonicalKeyType(signature));
    }

    /** Why the server was not believed; empty if it was, or was never reached. */
    Optional<String> refusal() {
        return refusal;
    }

    @Override
    public boolean verifyServerKey(ClientSession session, SocketAddress address, PublicKey key) {
        var isKnown = false;
        for (var entry : entries) {
            if (isKey(entry, session, key)) {
                if (REVOKED.equals(entry.getMarker())) {
                    refusal = Optional.of(
                            "sftp.host-key-revoked: the server's key is marked as revoked; nothing was sent");
                    return false;
                }
                isKnown = true;
            }
        }
        if (!isKnown) {
            refusal = Optional.of(
                    "sftp.host-key-changed: the server's key is not the one in the file of 'known-hosts'; nothing was"
                            + " sent. Either the server was set up anew, or somebody is in between: ask its operator");
        }
        return isKnown;
    }

    private static boolean isKey(KnownHostEntry entry, ClientSession session, PublicKey key) {
        try {
            var known = entry.getKeyEntry().resolvePublicKey(session, Map.of(), PublicKeyEntryResolver.IGNORING);
            return known != null && KeyUtils.compareKeys(known, key);
        } catch (IOException | GeneralSecurityException | RuntimeException e) {
            return false; // a line of a kind we do not know proves nothing
        }
    }
}
