package de.stellwerk.hub.plugin;

import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Form;
import de.stellwerk.hub.spi.Setting;
import de.stellwerk.hub.spi.Settings;
import de.stellwerk.hub.spi.Tested.Check;
import de.stellwerk.hub.spi.Tested.Outcome;
import de.stellwerk.hub.spi.Text;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;

/**
 * Whether the computers that a connection's settings name are reached: name, line, TLS. It follows from the settings' forms alone, so
 * every connector has it. Nothing is sent but the TLS handshake.
 */
final class Reach {

    private static final Duration LIMIT = Duration.ofSeconds(5);
    private static final int SOON = 21;
    private static final Set<String> TLS = Set.of("https", "ssl", "imaps", "smtps", "ldaps", "amqps", "wss");
    private static final Map<String, Integer> PORTS = Map.ofEntries(
            Map.entry("http", 80),
            Map.entry("https", 443),
            Map.entry("sftp", 22),
            Map.entry("ftp", 21),
            Map.entry("tcp", 61_616),
            Map.entry("ssl", 61_617),
            Map.entry("amqp", 5_672),
            Map.entry("amqps", 5_671),
            Map.entry("imap", 143),
            Map.entry("imaps", 993),
            Map.entry("smtp", 25),
            Map.entry("smtps", 465),
            Map.entry("ldap", 389),
            Map.entry("ldaps", 636),
            Map.entry("ws", 80),
            Map.entry("wss", 443));

    /** @param port 0 if nobody said which */
    private record Target(String host, int port, boolean tls) {

        String address() {
            return host + ":" + port;
        }
    }

    private final Clock clock;
    private final List<Check> checks = new ArrayList<>();

    private Reach(Clock clock) {
        this.clock = clock;
    }

    /** One to three checks for each computer, in the order of the settings. */
    static List<Check> of(ConnectorDescriptor descriptor, Settings settings, Clock clock) {
        var reach = new Reach(clock);
        var targets = new LinkedHashSet<Target>();
        for (var setting : descriptor.settings()) {
            if (!settings.text(setting.name()).isEmpty()) {
                target(setting, settings).ifPresent(targets::add);
            }
        }
        targets.forEach(reach::check);
        return List.copyOf(reach.checks);
    }

    private static Optional<Target> target(Setting setting, Settings settings) {
        var value = settings.text(setting.name());
        if (setting.form().type() == Form.Type.URI) {
            var uri = URI.create(value);
            var scheme = String.valueOf(uri.getScheme());
            int port = uri.getPort() > 0 ? uri.getPort() : PORTS.getOrDefault(scheme, 0);
            return Optional.ofNullable(uri.getHost())
                    .map(host -> new Target(host.replaceAll("[\\[\\]]", ""), port, TLS.contains(scheme)));
        }
        if (setting.form().type() != Form.Type.HOST) {
            return Optional.empty();
        }
        int colon = value.endsWith("]") ? -1 : value.lastIndexOf(':');
        var host = (colon < 0 ? value : value.substring(0, colon)).replaceAll("[\\[\\]]", "");
        if (colon >= 0) {
            return Optional.of(new Target(host, Integer.parseInt(value.substring(colon + 1)), false));
        }
        var usual = setting.form().limits().isEmpty()
                ? "0"
                : setting.form().limits().get(0);
        return Optional.of(new Target(
                host, usual.matches("[0-9]{1,5}") ? Integer.parseInt(usual) : settings.number(usual), false));
    }

    private void check(Target target) {
        var address = resolved(target.host);
        if (address.isEmpty() || target.port == 0) {
            return;
        }
        if (connected(target, address.get()) && target.tls) {
            encrypted(target, address.get());
        }
    }

    private Optional<InetAddress> resolved(String host) {
        var name = "dns " + host;
        var asked = new CompletableFuture<InetAddress[]>();
        Plugins.thread("connection-test-dns", () -> {
                    try {
                        asked.complete(InetAddress.getAllByName(host));
                    } catch (IOException e) {
                        asked.completeExceptionally(e);
                    }
                })
                .start();
        try {
            var found = asked.get(LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            var addresses = Arrays.stream(found)
                    .map(InetAddress::getHostAddress)
                    .limit(5)
                    .collect(Collectors.joining(", "));
            passed(name, host + " hat die Adresse " + addresses + ".", host + " has the address " + addresses + ".");
            return Optional.of(found[0]);
        } catch (TimeoutException e) {
            failed(
                    name,
                    new Text(
                            "Der Namensdienst antwortet nicht binnen " + LIMIT.toSeconds() + " s.",
                            "The name service does not answer within " + LIMIT.toSeconds() + " s."),
                    new Text(
                            "Den Namensdienst (DNS) dieses Servers prüfen lassen.",
                            "Have the name service (DNS) of this server checked."));
        } catch (ExecutionException e) {
            failed(
                    name,
                    new Text("Den Namen „" + host + "“ kennt niemand.", "Nobody knows the name '" + host + "'."),
                    new Text(
                            "Schreibweise prüfen; sonst den Namen im Namensdienst (DNS) eintragen lassen.",
                            "Check how it is written; otherwise have the name entered in the name service (DNS)."));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Optional.empty();
    }

    private boolean connected(Target target, InetAddress address) {
        var name = "tcp " + target.address();
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(address, target.port), (int) LIMIT.toMillis());
            passed(name, target.address() + " nimmt Verbindungen an.", target.address() + " accepts connections.");
            return true;
        } catch (SocketTimeoutException e) {
            failed(
                    name,
                    new Text(
                            target.address() + " antwortet nicht binnen " + LIMIT.toSeconds() + " s.",
                            target.address() + " does not answer within " + LIMIT.toSeconds() + " s."),
                    new Text(
                            "Meist hält eine Firewall die Verbindung auf: Port " + target.port
                                    + " von diesem Server dorthin freigeben lassen.",
                            "Mostly a firewall is in the way: have port " + target.port
                                    + " opened from this server to there."));
        } catch (IOException e) {
            failed(
                    name,
                    new Text(
                            target.address() + " nimmt keine Verbindung an.",
                            target.address() + " refuses connections."),
                    new Text(
                            "Prüfen, ob der Dienst läuft und der Port stimmt.",
                            "Check whether the service runs and the port is right."));
        }
        return false;
    }

    /** What the other side showed, and why we would not trust it. */
    private static final class Shown implements X509TrustManager {

        private final X509TrustManager ours;
        private List<X509Certificate> chain = List.of();

        private Shown(X509TrustManager ours) {
            this.ours = ours;
        }

        @Override
        public void checkClientTrusted(X509Certificate[] given, String type) throws CertificateException {
            ours.checkClientTrusted(given, type);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] given, String type) throws CertificateException {
            chain = List.of(given);
            ours.checkServerTrusted(given, type);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return ours.getAcceptedIssuers();
        }
    }

    private void encrypted(Target target, InetAddress address) {
        var name = "tls " + target.address();
        try {
            var shown = new Shown(trust());
            var context = SSLContext.getInstance("TLS");
            context.init(null, new TrustManager[] {shown}, null);
            try (var plain = new Socket()) {
                plain.connect(new InetSocketAddress(address, target.port), (int) LIMIT.toMillis());
                plain.setSoTimeout((int) LIMIT.toMillis());
                try (var socket =
                        (SSLSocket) context.getSocketFactory().createSocket(plain, target.host, target.port, true)) {
                    var parameters = socket.getSSLParameters();
                    parameters.setEndpointIdentificationAlgorithm("HTTPS");
                    socket.setSSLParameters(parameters);
                    socket.startHandshake();
                    trusted(name, shown.chain, socket.getSession().getProtocol());
                }
            } catch (IOException e) {
                untrusted(name, target, shown.chain);
            }
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has TLS", e);
        }
    }

    private static X509TrustManager trust() throws GeneralSecurityException {
        var factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init((KeyStore) null);
        return Arrays.stream(factory.getTrustManagers())
                .filter(X509TrustManager.class::isInstance)
                .map(X509TrustManager.class::cast)
                .findFirst()
                .orElseThrow();
    }

    private void trusted(String name, List<X509Certificate> chain, String protocol) {
        long days = days(chain);
        var found = new Text(
                protocol + "; das Zertifikat gilt noch " + days + " Tage.",
                protocol + "; the certificate is valid for " + days + " more days.");
        var remedy = days > SOON
                ? new Text("", "")
                : new Text("Den Betreiber bitten, es jetzt zu erneuern.", "Ask whoever runs it to renew it now.");
        checks.add(new Check(name, Outcome.PASSED, found, remedy));
    }

    private void untrusted(String name, Target target, List<X509Certificate> chain) {
        if (chain.isEmpty()) {
            failed(
                    name,
                    new Text(
                            "Die Gegenstelle spricht kein TLS, das dieser Hub versteht.",
                            "The other side speaks no TLS that this hub understands."),
                    new Text(
                            "Port und Adresse prüfen; verlangt wird TLS 1.2 oder 1.3.",
                            "Check port and address; TLS 1.2 or 1.3 is needed."));
        } else if (days(chain) < 0) {
            failed(
                    name,
                    new Text(
                            "Das Zertifikat ist seit " + -days(chain) + " Tagen abgelaufen.",
                            "The certificate expired " + -days(chain) + " days ago."),
                    new Text("Der Betreiber muss es erneuern.", "Whoever runs it must renew it."));
        } else {
            failed(
                    name,
                    new Text(
                            "Dem Zertifikat wird nicht vertraut, oder es gilt nicht für „" + target.host
                                    + "“. Es gilt noch " + days(chain) + " Tage.",
                            "The certificate is not trusted, or is not for '" + target.host + "'. It is valid for "
                                    + days(chain) + " more days."),
                    new Text(
                            "Den Namen prüfen; das Zertifikat der ausstellenden Stelle in den Vertrauensspeicher von Java"
                                    + " aufnehmen lassen.",
                            "Check the name; have the issuer's certificate added to the trust store of Java."));
        }
    }

    /** Days until the first certificate of the chain expires; negative if one has. */
    private long days(List<X509Certificate> chain) {
        var end = chain.stream()
                .map(certificate -> certificate.getNotAfter().toInstant())
                .min(Instant::compareTo)
                .orElse(clock.instant());
        return Math.floorDiv(Duration.between(clock.instant(), end).toHours(), 24);
    }

    private void passed(String name, String german, String english) {
        checks.add(new Check(name, Outcome.PASSED, new Text(german, english), new Text("", "")));
    }

    private void failed(String name, Text found, Text remedy) {
        checks.add(new Check(name, Outcome.FAILED, found, remedy));
    }
}
