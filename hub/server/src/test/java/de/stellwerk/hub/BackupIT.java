package de.stellwerk.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import de.stellwerk.hub.ledger.Sealer;
import de.stellwerk.hub.postgres.PostgresVisit;
import de.stellwerk.hub.postgres.TestPostgres;
import de.stellwerk.hub.signature.Seal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Backups of a real hub in a process of its own while senders hand in, and what is restored from them. */
class BackupIT {

    private static final String PIRNA = "14628270";
    private static final Pattern ID = Pattern.compile("\"id\"\\s*:\\s*\"([0-9a-f-]{36})\"");

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private final List<Process> hubs = new ArrayList<>();

    private record Told(int status, String text) {}

    private static Told command(String... arguments) {
        var out = new ByteArrayOutputStream();
        var status = Command.run(List.of(arguments), new PrintStream(out, true, UTF_8));
        return new Told(status, out.toString(UTF_8));
    }

    @AfterEach
    void killTheHubs() throws Exception {
        for (var hub : hubs) {
            hub.destroyForcibly().waitFor();
        }
        // The database of a killed hub goes on until somebody takes it over and stops it.
        for (var home : List.of("old", "new")) {
            var postgres = folder.resolve(home).resolve("data/postgres");
            if (Files.isDirectory(postgres.resolve("cluster"))) {
                PostgresVisit.of(postgres).close();
            }
        }
    }

    @Test
    void whatWasAcknowledgedBeforeTheBackupBeganIsThereAfterTheRestore() throws Exception {
        var old = home("old", "limits:\n  inline: 16KiB\nweb:\n  port: 0\n");
        var hub = start(old);
        var acknowledged = new ConcurrentHashMap<String, String>();
        var done = new AtomicBoolean();
        var senders = Executors.newFixedThreadPool(4);
        for (int sender = 0; sender < 4; sender++) {
            var name = "sender-" + sender;
            senders.submit(() -> {
                for (int i = 0; !done.get(); i++) {
                    var id = name + "-" + i;
                    var body = form(id, i % 5 == 0 ? 40_000 : 500);
                    var answer = send(old, id, body);
                    if (answer.statusCode() == 201) {
                        acknowledged.put(idIn(answer.body()), body);
                    }
                }
                return true;
            });
        }
        Awaitility.await().atMost(Duration.ofSeconds(60)).until(() -> acknowledged.size() >= 200);

        var before = Map.copyOf(acknowledged);
        var backup = command("backup", folder.resolve("backup").toString(), "--home", old.toString());
        var after = acknowledged.size();

        assertThat(backup.status()).as(backup.text()).isZero();
        assertThat(after).as("senders went on meanwhile").isGreaterThan(before.size() + 10);
        hub.destroyForcibly().waitFor();
        done.set(true);
        senders.shutdown();
        assertThat(senders.awaitTermination(30, TimeUnit.SECONDS)).isTrue();

        var fresh = folder.resolve("new");
        var restored = command("restore", folder.resolve("backup").toString(), "--home=" + fresh);
        assertThat(restored.status()).as(restored.text()).isZero();
        assertThat(restored.text()).contains("in Ordnung").doesNotContain("0 Kontrollpunkte,");

        var second = start(fresh);
        for (var each : before.entrySet()) {
            var content = get(fresh, "/api/v1/messages/" + each.getKey() + "/parts/0?reason=test");
            assertThat(content.statusCode()).as(each.getKey()).isEqualTo(200);
            assertThat(content.body()).isEqualTo(each.getValue());
        }
        await("there is no route, so all are parked, and none is anywhere else")
                .atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(get(fresh, "/api/v1/balance").body())
                        .matches(".*\"taken\":([0-9]+),.*\"parked\":\\1,.*\"open\":0.*"));
        assertThat(send(fresh, "after the restore", form("x", 10)).statusCode()).isEqualTo(201);
        second.destroy();
        assertThat(second.waitFor(60, TimeUnit.SECONDS)).isTrue();
        var verified = command("ledger", "verify", "--home", fresh.toString());
        assertThat(verified.status()).as(verified.text()).isZero();

        var again = command("restore", folder.resolve("backup").toString(), "--home", fresh.toString());
        assertThat(again.status()).isEqualTo(2);
        assertThat(again.text()).contains("restore.target");
        System.out.printf(
                "%d acknowledged before the backup began, %d when it was made, all of the former restored%n",
                before.size(), after);
    }

    @Test
    void ofAnExternalDatabaseTheContentIsSavedAndTheRestIsToldClearly() throws Exception {
        var url = TestPostgres.freshDatabase();
        try (var pool = new HikariDataSource()) {
            pool.setJdbcUrl(url);
            pool.setUsername(TestPostgres.user());
            pool.setPassword(TestPostgres.password());
            Flyway.configure().dataSource(pool).load().migrate();
            var old = home(
                    "old",
                    "database:\n  url: \"" + url + "\"\n  user: " + TestPostgres.user()
                            + "\n  password: { secret: database }\n");
            var secret = old.resolve("config/secrets/database");
            Files.createDirectories(old.resolve("config/secrets"));
            Files.writeString(secret, TestPostgres.password());
            Files.setPosixFilePermissions(secret, java.nio.file.attribute.PosixFilePermissions.fromString("rw-------"));
            Files.createDirectories(old.resolve("data/content/ab"));
            Files.writeString(old.resolve("data/content/ab/abcd"), "content");
            var seal = new Seal(old.resolve("data/keys"), Clock.systemUTC());
            new Sealer(pool, old.resolve("data/checkpoints"), seal::seal, Clock.systemUTC(), () -> true).close();
            seal.certificatePem();

            var backup = command("backup", folder.resolve("backup").toString(), "--home", old.toString());

            assertThat(backup.status()).as(backup.text()).isZero();
            assertThat(backup.text()).contains("NICHT enthalten", "VOR diesem Kommando");
            assertThat(folder.resolve("backup/data/postgres")).doesNotExist();
            assertThat(folder.resolve("backup/data/content/ab/abcd")).hasContent("content");
            var restored = command(
                    "restore",
                    folder.resolve("backup").toString(),
                    "--home",
                    folder.resolve("new").toString());
            assertThat(restored.status()).as(restored.text()).isZero();
            assertThat(restored.text()).contains("aus ihrer eigenen Sicherung");
            assertThat(folder.resolve("new/data/content/ab/abcd")).hasContent("content");
        }
    }

    @Test
    void aDamagedBackupAndOneThatIsNotWholeAreRefusedBeforeAnythingIsWritten() throws Exception {
        var backup = new BackupFolder(folder.resolve("backup"));
        backup.begin();
        Files.createDirectories(backup.data().resolve("content"));
        Files.writeString(backup.data().resolve("content/a"), "content");
        var target = folder.resolve("new");

        var unfinished = command("restore", backup.folder().toString(), "--home", target.toString());
        backup.finish(Map.of("database", "private"));
        Files.writeString(backup.data().resolve("content/a"), "c0ntent");
        var damaged = command("restore", backup.folder().toString(), "--home", target.toString());
        var full = command("backup", backup.folder().toString(), "--home", target.toString());

        assertThat(unfinished.status()).isEqualTo(2);
        assertThat(unfinished.text()).contains("backup.none");
        assertThat(damaged.status()).isEqualTo(2);
        assertThat(damaged.text()).contains("backup.damaged", "data/content/a");
        assertThat(full.status()).isEqualTo(2);
        assertThat(full.text()).contains("backup.target");
        assertThat(target).doesNotExist();
    }

    @Test
    void aRestoreThatEndsBeforeItHasPausedTheConnectionsIsNoHub() throws Exception {
        var backup = new BackupFolder(folder.resolve("backup"));
        backup.begin();
        Files.createDirectories(backup.home().resolve("config"));
        Files.writeString(backup.home().resolve("config/hub.yaml"), "web:\n  port: 0\n");
        Files.createDirectories(backup.data().resolve("content"));
        Files.writeString(backup.data().resolve("content/a"), "content");
        backup.finish(Map.of("database", "private"));
        var home = folder.resolve("new");
        // What a kill leaves: everything is there, nothing is paused.
        var restore = new Restore(backup.folder(), home, home.resolve("data"));
        restore.run();

        var hub = process(home);
        assertThat(hub.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(hub.exitValue()).isEqualTo(2);
        assertThat(folder.resolve("new.log")).content(UTF_8).contains("restore.unfinished");
        assertThat(home.resolve("data/node")).as("nothing was begun").doesNotExist();
        assertThat(command("restore", backup.folder().toString(), "--home=" + home)
                        .text())
                .contains("restore.target");

        restore.finish();
        DataFolder.take(home.resolve("data")).close();
    }

    private Path home(String name, String yaml) throws IOException {
        var home = folder.resolve(name);
        Files.createDirectories(home.resolve("config/municipalities"));
        Files.writeString(home.resolve("config/hub.yaml"), yaml);
        Files.writeString(
                home.resolve("config/municipalities/" + PIRNA + ".yaml"),
                "municipality: \"14628270\"\nars: \"146285229270\"\nname: Pirna\n");
        return home;
    }

    private Process start(Path home) throws IOException {
        Files.deleteIfExists(home.resolve("data/port"));
        var hub = process(home);
        var log = folder.resolve(home.getFileName() + ".log");
        Awaitility.await()
                .atMost(Duration.ofSeconds(120))
                .failFast(() -> assertThat(hub.isAlive())
                        .as(() -> "the hub lives; its log is " + log)
                        .isTrue())
                .until(() -> isReady(home));
        return hub;
    }

    private Process process(Path home) throws IOException {
        var log = folder.resolve(home.getFileName() + ".log").toFile();
        var hub = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Hub.class.getName(),
                        "--home=" + home)
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start();
        hubs.add(hub);
        return hub;
    }

    private boolean isReady(Path home) throws InterruptedException {
        try {
            return Files.exists(home.resolve("data/port"))
                    && get(home, "/health/ready").statusCode() == 200;
        } catch (IOException notYet) {
            return false;
        }
    }

    private HttpResponse<String> get(Path home, String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(uri(home, path));
        var key = home.resolve("data/first-api-key");
        if (Files.exists(key)) {
            request.header("Authorization", "Bearer " + Files.readString(key).strip());
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> send(Path home, String id, String body) throws IOException, InterruptedException {
        var text = "--b\r\nContent-Disposition: form-data; name=\"meta\"\r\nContent-Type: application/json\r\n\r\n"
                + "{\"municipality\":\"" + PIRNA + "\",\"kind\":\"form.submission\",\"service\":\"99050012104000\"}"
                + "\r\n--b\r\nContent-Disposition: form-data; name=\"body\"; filename=\"form.xml\"\r\n"
                + "Content-Type: application/xml\r\n\r\n" + body + "\r\n--b--\r\n";
        return http.send(
                HttpRequest.newBuilder(uri(home, "/api/v1/messages"))
                        .header(
                                "Authorization",
                                "Bearer "
                                        + Files.readString(home.resolve("data/first-api-key"))
                                                .strip())
                        .header("Idempotency-Key", id)
                        .header("Content-Type", "multipart/form-data; boundary=b")
                        .POST(HttpRequest.BodyPublishers.ofString(text))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static URI uri(Path home, String path) throws IOException {
        return URI.create("http://127.0.0.1:"
                + Files.readString(home.resolve("data/port")).strip() + path);
    }

    private static String idIn(String json) {
        var found = ID.matcher(json);
        assertThat(found.find()).as(json).isTrue();
        return found.group(1);
    }

    private static String form(String id, int size) {
        return "<form><id>" + id + "</id><text>" + "x".repeat(size) + "</text></form>";
    }
}
