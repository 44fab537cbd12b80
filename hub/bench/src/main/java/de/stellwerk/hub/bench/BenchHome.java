package de.stellwerk.hub.bench;

import de.stellwerk.hub.postgres.PrivatePostgres;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * A hub's home for measuring: towns with a route, a folder and a queue each. The folders of the local systems lie in it, so that
 * everything is on one disk.
 *
 * @param port the hub's port for HTTP
 * @param jmsPort the port of its doors
 */
record BenchHome(Path folder, int port, int jmsPort) {

    /** Where one town alone is measured. */
    static final String TOWN = "14100000";

    /** Where a backlog waits. */
    static final String BACKLOG_TOWN = "14100999";

    static final int FAIR_TOWNS = 20;
    static final String JMS_PASSWORD = "only-for-this-run";
    static final String FILES = "files";
    static final String REGISTER = "register";

    private static final String MARK = ".stellwerk-bench";

    /** Made anew; what an earlier run left there is deleted, anything else is not. */
    static BenchHome fresh(Path folder) throws IOException {
        var home = new BenchHome(folder.toAbsolutePath().normalize(), freePort(), freePort());
        home.clear();
        home.make();
        return home;
    }

    static List<String> fairTowns() {
        var towns = new ArrayList<String>();
        for (var i = 1; i <= FAIR_TOWNS; i++) {
            towns.add(String.format(Locale.ROOT, "141%05d", i));
        }
        return towns;
    }

    static List<String> towns() {
        var all = new ArrayList<>(fairTowns());
        all.add(TOWN);
        all.add(BACKLOG_TOWN);
        return all;
    }

    static String queue(String town) {
        return town + "." + REGISTER;
    }

    /** Each door has a user of its own. */
    static String user(String town) {
        return "register-" + town;
    }

    Path files(String town) {
        return folder.resolve("town").resolve(town);
    }

    Path scratch(String name) {
        return folder.resolve("scratch").resolve(name);
    }

    /**
     * Makes the database's cluster with the hub's own means, so that raw commits and the hub meet the same server with the same
     * settings. Only the number of sessions is raised: the hub's pool and as many of the bench have to fit at once.
     */
    void makeDatabase() throws SQLException, IOException {
        try (var postgres = PrivatePostgres.start(folder.resolve("data/postgres"));
                var admin = admin("postgres");
                var sql = admin.createStatement()) {
            sql.execute("alter system set max_connections = 120");
            sql.execute("create database bench");
        }
    }

    /** A session of the operator's role on the hub's own cluster. */
    Connection admin(String database) throws SQLException, IOException {
        var postgres = folder.resolve("data/postgres");
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:"
                        + Files.readString(postgres.resolve("port")).strip() + "/" + database + "?sslmode=disable",
                "postgres",
                Files.readString(postgres.resolve("password")).strip());
    }

    Optional<ProcessHandle> postmaster() {
        try {
            var lines = Files.readAllLines(folder.resolve("data/postgres/cluster/postmaster.pid"));
            return ProcessHandle.of(Long.parseLong(lines.get(0).strip()));
        } catch (IOException e) {
            return Optional.empty(); // it does not run
        }
    }

    String key() throws IOException {
        return Files.readString(folder.resolve("data/first-api-key")).strip();
    }

    private void clear() throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        if (!Files.exists(folder.resolve(MARK))) {
            throw new IOException(
                    "the folder " + folder + " is no bench's; nothing was deleted. Name another with --work");
        }
        postmaster()
                .filter(process -> process.info().command().orElse("").endsWith("postgres"))
                .ifPresent(left -> {
                    left.destroy();
                    left.onExit().join();
                });
        delete(folder);
    }

    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        try (var all = Files.walk(folder)) {
            for (var path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    private void make() throws IOException {
        for (var name :
                List.of("config/municipalities", "config/trust", "plugins/inbox", "routes/bench-form", "data")) {
            Files.createDirectories(folder.resolve(name));
        }
        Files.writeString(folder.resolve(MARK), "");
        for (var plugin : List.of("file-drop", "trade-register-csv")) {
            var jar = plugin + "-0.1.0.jar";
            Files.copy(
                    Path.of("plugins", plugin, "target", jar),
                    folder.resolve("plugins/inbox").resolve(jar));
        }
        resource("bench-form.camel.yaml", "routes/bench-form.camel.yaml");
        resource("form.xsd", "routes/bench-form/form.xsd");
        resource("register.xsl", "routes/bench-form/register.xsl");
        var hub = new StringBuilder("plugins: { unsigned: allowed }\nweb:\n  port: " + port
                + "\nbroker:\n  address: 127.0.0.1\n  port: " + jmsPort + "\n  doors:\n");
        var routes = new StringBuilder();
        for (var town : towns()) {
            Files.createDirectories(files(town));
            hub.append("    - queue: ")
                    .append(queue(town))
                    .append("\n      user: ")
                    .append(user(town))
                    .append("\n      password: { secret: jms }\n");
            routes.append("- templatedRoute:\n    routeTemplateRef: bench-form\n    routeId: form-")
                    .append(town)
                    .append("\n    parameters:\n      - name: municipality\n        value: \"")
                    .append(town)
                    .append("\"\n");
            Files.writeString(folder.resolve("config/municipalities/" + town + ".yaml"), municipality(town));
        }
        Files.createDirectories(folder.resolve("config/secrets"));
        var secret = Files.createFile(
                folder.resolve("config/secrets/jms"),
                java.nio.file.attribute.PosixFilePermissions.asFileAttribute(
                        java.nio.file.attribute.PosixFilePermissions.fromString("rw-------")));
        Files.writeString(secret, JMS_PASSWORD + "\n");
        Files.writeString(folder.resolve("config/hub.yaml"), hub);
        Files.writeString(folder.resolve("routes/bench-towns.camel.yaml"), routes);
    }

    private String municipality(String town) {
        return """
                municipality: "%1$s"
                ars: "%2$s0000%3$s"
                name: Ort %1$s
                connections:
                  files:
                    connector: file-drop
                    settings:
                      folder: town/%1$s
                  register:
                    connector: trade-register-csv
                    settings:
                      broker-url: tcp://127.0.0.1:%4$d
                      user: %6$s
                      password: { secret: jms }
                      queue: %5$s
                      columns: vorgang,ags,art,firma,taetigkeit,strasse,hausnummer,plz,ort,beginn,familienname,vorname,geburtsdatum,filialen
                """.formatted(town, town.substring(0, 5), town.substring(5), jmsPort, queue(town), user(town));
    }

    private void resource(String name, String to) throws IOException {
        try (var in = BenchHome.class.getResourceAsStream("/bench/" + name)) {
            if (in == null) {
                throw new IOException("the bench's own file " + name + " is missing");
            }
            Files.copy(in, folder.resolve(to));
        }
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
