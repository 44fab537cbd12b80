package de.stellwerk.plugins.folder;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.sshd.client.ClientBuilder;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.auth.keyboard.UserAuthKeyboardInteractiveFactory;
import org.apache.sshd.client.auth.password.UserAuthPasswordFactory;
import org.apache.sshd.client.auth.pubkey.UserAuthPublicKeyFactory;
import org.apache.sshd.client.config.hosts.HostConfigEntryResolver;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.AttributeRepository;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionListener;
import org.apache.sshd.server.forward.RejectAllForwardingFilter;

/**
 * The SSH client that all connections of a plugin version share: it has a handful of threads, and hundreds of connections must not have
 * as many each. It is started when the first one needs it, and reads nothing of the user it runs as: no keys, no configuration.
 */
final class Ssh implements AutoCloseable {

    static {
        Ed25519.use();
    }

    private static final AttributeKey<HostKeys> HOST_KEYS = new AttributeKey<>();

    private Optional<SshClient> started = Optional.empty();

    /** Not logged in yet. The server shows its key before anything else is sent. */
    ClientSession connect(SftpAddress server, HostKeys keys) throws IOException {
        return client().connect(
                        server.user(),
                        server.host(),
                        server.port(),
                        AttributeRepository.ofKeyValuePair(HOST_KEYS, keys))
                .verify(server.timeToConnect())
                .getSession();
    }

    private synchronized SshClient client() {
        if (started.isEmpty()) {
            var client = ClientBuilder.builder()
                    .serverKeyVerifier((session, address, key) -> keys(session)
                            .map(k -> k.verifyServerKey(session, address, key))
                            .orElse(false))
                    .hostConfigEntryResolver(HostConfigEntryResolver.EMPTY)
                    .forwardingFilter(RejectAllForwardingFilter.INSTANCE)
                    .build();
            client.setKeyIdentityProvider(KeyIdentityProvider.EMPTY_KEYS_PROVIDER);
            client.setUserAuthFactories(List.of(
                    // with all kinds of signature: those of the session are narrowed to the server's key below
                    new UserAuthPublicKeyFactory(client.getSignatureFactories()),
                    UserAuthPasswordFactory.INSTANCE,
                    UserAuthKeyboardInteractiveFactory.INSTANCE));
            client.addSessionListener(new SessionListener() {
                @Override
                public void sessionCreated(Session session) {
                    askForKnownKeys(session);
                }
            });
            client.start();
            started = Optional.of(client);
        }
        return started.get();
    }

    private static void askForKnownKeys(Session session) {
        if (session instanceof ClientSession client) {
            keys(client).ifPresent(keys -> {
                var known = client.getSignatureFactories().stream()
                        .filter(factory -> keys.fits(factory.getName()))
                        .toList();
                if (!known.isEmpty()) {
                    client.setSignatureFactories(known);
                }
            });
        }
    }

    private static Optional<HostKeys> keys(ClientSession session) {
        return Optional.ofNullable(session.getConnectionContext()).map(context -> context.getAttribute(HOST_KEYS));
    }

    @Override
    public synchronized void close() {
        started.ifPresent(SshClient::stop);
        started = Optional.empty();
    }
}
