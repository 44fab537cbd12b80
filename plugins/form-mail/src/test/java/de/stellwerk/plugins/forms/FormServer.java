package de.stellwerk.plugins.forms;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/** A forms server with a certificate of its own that keeps files behind HTTP Basic. */
final class FormServer implements AutoCloseable {

    private static final String STORE = "changeit";
    private static final String LOGIN =
            "Basic " + Base64.getEncoder().encodeToString("pirna:geheim".getBytes(StandardCharsets.UTF_8));

    final Map<String, byte[]> files = new ConcurrentHashMap<>();
    final Map<String, String> redirects = new ConcurrentHashMap<>();
    final List<String> asked = new CopyOnWriteArrayList<>();

    private final HttpsServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Path folder;

    FormServer(Path folder) throws Exception {
        this.folder = folder;
        if (!Files.exists(folder.resolve("server.pem"))) {
            makeCertificate();
        }
        var store = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(folder.resolve("server.p12"))) {
            store.load(in, STORE.toCharArray());
        }
        var keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(store, STORE.toCharArray());
        var tls = SSLContext.getInstance("TLS");
        tls.init(keys.getKeyManagers(), null, null);
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    private void makeCertificate() throws Exception {
        keytool("-genkeypair", "-alias", "k", "-keyalg", "EC", "-groupname", "secp256r1", "-dname", "CN=Forms");
        keytool("-exportcert", "-rfc", "-alias", "k", "-file", "server.pem");
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var path = exchange.getRequestURI().getPath();
            asked.add(path);
            if (!LOGIN.equals(exchange.getRequestHeaders().getFirst("Authorization"))) {
                exchange.sendResponseHeaders(401, -1);
            } else if (redirects.containsKey(path)) {
                exchange.getResponseHeaders().set("Location", redirects.get(path));
                exchange.sendResponseHeaders(302, -1);
            } else if (files.containsKey(path)) {
                var bytes = files.get(path);
                exchange.getResponseHeaders()
                        .set("Content-Type", path.endsWith("page.pdf") ? "text/html" : "application/octet-stream");
                // A file called half breaks off in the middle.
                exchange.sendResponseHeaders(200, path.contains("half") ? 2L * bytes.length : bytes.length);
                exchange.getResponseBody().write(bytes);
            } else {
                exchange.sendResponseHeaders(404, -1);
            }
        }
    }

    String host() {
        return "127.0.0.1:" + server.getAddress().getPort();
    }

    String url(String path) {
        return "https://" + host() + path;
    }

    Path certificate() {
        return folder.resolve("server.pem");
    }

    private void keytool(String... words) throws Exception {
        var all = new ArrayList<String>();
        all.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
        all.addAll(List.of(words));
        all.addAll(List.of("-keystore", "server.p12", "-storepass", STORE));
        if (words[0].equals("-genkeypair")) {
            all.addAll(List.of("-ext", "san=ip:127.0.0.1"));
        }
        var process = new ProcessBuilder(all)
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .start();
        var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(60, TimeUnit.SECONDS) || process.exitValue() != 0) {
            throw new IOException(said);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
