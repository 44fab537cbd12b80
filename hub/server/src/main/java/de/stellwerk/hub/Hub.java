package de.stellwerk.hub;

import com.zaxxer.hikari.HikariDataSource;
import de.stellwerk.hub.api.ApiDoors;
import de.stellwerk.hub.broker.Broker;
import de.stellwerk.hub.broker.BrokerFailure;
import de.stellwerk.hub.broker.SharedBroker;
import de.stellwerk.hub.broker.Transport;
import de.stellwerk.hub.config.ConfigProblems;
import de.stellwerk.hub.config.ConfigReader;
import de.stellwerk.hub.config.HubConfig;
import de.stellwerk.hub.console.ConnectorPages;
import de.stellwerk.hub.console.FormsPage;
import de.stellwerk.hub.console.StatusPage;
import de.stellwerk.hub.gate.SafeXml;
import de.stellwerk.hub.postgres.PostgresFailure;
import de.stellwerk.hub.postgres.PrivatePostgres;
import de.stellwerk.hub.security.Access;
import de.stellwerk.hub.security.Entrance;
import de.stellwerk.hub.signature.JarTrust;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.apache.camel.CamelContext;
import org.flywaydb.core.Flyway;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.flyway.autoconfigure.FlywayAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.web.SecurityFilterChain;

/**
 * The program: {@code Hub [--home=FOLDER] [--data=FOLDER]}. Ends with status 2 if the configuration or the surroundings are not fit to start with,
 * after saying everything that is wrong.
 */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration(
        exclude = {
            DataSourceAutoConfiguration.class,
            FlywayAutoConfiguration.class,
            UserDetailsServiceAutoConfiguration.class
        })
@Import(ApiDoors.class)
public class Hub {

    private static final int POOL = 32;

    /** Database and broker, being started beside each other and beside the web server. */
    private record Ground(
            HubConfig config,
            DataFolder data,
            CompletableFuture<HikariDataSource> database,
            CompletableFuture<Transport> broker) {

        /** Ends what was started, where the house that would have ended it was never built. */
        void abandon() {
            database.handle((pool, failure) -> pool)
                    .thenAccept(pool -> {
                        if (pool != null) {
                            pool.close();
                        }
                    })
                    .join();
            broker.handle((started, failure) -> started)
                    .thenAccept(started -> {
                        if (started != null) {
                            started.close();
                        }
                    })
                    .join();
        }
    }

    public static void main(String[] arguments) {
        SafeXml.keepTheJdks();
        if (!Charset.forName(System.getProperty("sun.jnu.encoding", "US-ASCII")).equals(StandardCharsets.UTF_8)) {
            refuse("env.encoding: Dateinamen mit Umlauten wären nicht lesbar. Es wurde nichts gestartet."
                    + " Setzen Sie LC_ALL=C.UTF-8. / File names with umlauts could not be read. Nothing was started."
                    + " Set LC_ALL=C.UTF-8.");
        }
        try {
            var home = folder(arguments, "--home=", Path.of(""));
            start(home, folder(arguments, "--data=", home.resolve("data")));
        } catch (ConfigProblems problems) {
            refuse(problems.text(Locale.GERMAN) + System.lineSeparator() + problems.text(Locale.ENGLISH));
        } catch (RuntimeException e) {
            var known = known(e);
            if (known != null) {
                refuse(known);
            }
            throw e;
        }
    }

    private static void start(Path home, Path dataFolder) throws ConfigProblems {
        var config = ConfigReader.read(home, dataFolder, System.getenv());
        var data = taken(dataFolder);
        var database = CompletableFuture.supplyAsync(() -> database(config));
        var broker = CompletableFuture.supplyAsync(() -> broker(config));
        var application = new SpringApplication(Hub.class);
        application.setDefaultProperties(properties(config));
        var ground = new Ground(config, data, database, broker);
        application.addInitializers((ApplicationContextInitializer<GenericApplicationContext>)
                context -> context.registerBean(Ground.class, () -> ground));
        ConfigurableApplicationContext context;
        try {
            context = application.run();
        } catch (RuntimeException e) {
            ground.abandon();
            throw e;
        }
        var port = context instanceof WebServerApplicationContext web && web.getWebServer() != null
                ? web.getWebServer().getPort()
                : 0;
        try {
            Files.writeString(dataFolder.resolve("port"), port + "\n");
            context.getBean(House.class).start();
        } catch (IOException e) {
            context.close();
            throw new java.io.UncheckedIOException("the folder data cannot be written", e);
        } catch (RuntimeException e) {
            // Its doors are open already: one that takes and never delivers is worse than none.
            context.close();
            throw e;
        }
        LoggerFactory.getLogger(Hub.class)
                .info(
                        "ready on port {} with {} municipalities",
                        port,
                        config.municipalities().size());
    }

    private static Transport broker(HubConfig config) {
        if (config.broker().external().isPresent()) {
            return SharedBroker.connect(config.broker().external().get());
        }
        var started = new Broker(config.broker(), config.data().resolve("broker"));
        started.start();
        return started;
    }

    private static DataFolder taken(Path folder) {
        try {
            return DataFolder.take(folder);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("the folder data cannot be written", e);
        }
    }

    private static HikariDataSource database(HubConfig config) {
        var pool = new HikariDataSource();
        var given = config.database();
        if (given.url().isPresent()) {
            pool.setJdbcUrl(given.url().get());
            pool.setUsername(given.user());
            pool.setPassword(given.password());
        } else {
            var postgres = PrivatePostgres.start(config.data().resolve("postgres"));
            pool = new OwnDatabase(postgres);
            pool.setJdbcUrl(postgres.jdbcUrl());
            pool.setUsername(postgres.user());
            pool.setPassword(postgres.password());
        }
        Flyway.configure()
                .dataSource(pool.getJdbcUrl(), pool.getUsername(), pool.getPassword())
                .load()
                .migrate();
        pool.setMaximumPoolSize(POOL);
        pool.setMinimumIdle(4);
        bound(pool);
        pool.addDataSourceProperty("prepareThreshold", "3");
        pool.addDataSourceProperty("reWriteBatchedInserts", "false");
        return pool;
    }

    /**
     * No thread waits for ever for a database: not for a connection, not for a lock, not for a slow statement, and not for an answer of
     * a server that has fallen silent. Each limit is below the next one outside it, so that the nearest gives the reason.
     * A node that stands still in the middle of a transaction loses it before others have waited long for its locks: no transaction
     * waits for anything but the database.
     */
    private static void bound(HikariDataSource pool) {
        pool.setConnectionTimeout(5_000);
        pool.setValidationTimeout(2_000);
        pool.setConnectionInitSql("set lock_timeout = '8s'; set statement_timeout = '12s';"
                + " set idle_in_transaction_session_timeout = '15s'");
        // The detail of an error quotes the row, and with it personal data.
        pool.addDataSourceProperty("logServerErrorDetail", "false");
        pool.addDataSourceProperty("connectTimeout", "3");
        pool.addDataSourceProperty("loginTimeout", "4");
        pool.addDataSourceProperty("socketTimeout", "15");
        pool.addDataSourceProperty("cancelSignalTimeout", "2");
        pool.addDataSourceProperty("tcpKeepAlive", "true");
    }

    /** The private database ends with its pool. */
    private static final class OwnDatabase extends HikariDataSource {

        private final PrivatePostgres postgres;

        OwnDatabase(PrivatePostgres postgres) {
            this.postgres = postgres;
        }

        @Override
        public void close() {
            super.close();
            postgres.close();
        }
    }

    private static Map<String, Object> properties(HubConfig config) {
        var properties = new HashMap<String, Object>();
        properties.put("server.address", config.web().address());
        properties.put("server.port", config.web().port());
        properties.put("server.shutdown", "graceful");
        properties.put("spring.lifecycle.timeout-per-shutdown-phase", "20s");
        properties.put("server.error.include-message", "never");
        properties.put("server.error.include-stacktrace", "never");
        properties.put("server.error.whitelabel.enabled", "false");
        config.web().certificate().ifPresent(file -> {
            properties.put("server.ssl.key-store", file.toString());
            properties.put("server.ssl.key-store-type", "PKCS12");
        });
        var uploads = uploads(config);
        properties.put("spring.servlet.multipart.enabled", "false"); // the door for messages reads its parts itself
        properties.put("spring.threads.virtual.enabled", Runtime.version().feature() >= 21);
        properties.put("spring.main.banner-mode", "off");
        properties.put("spring.main.log-startup-info", "false");
        properties.put("spring.mvc.formcontent.filter.enabled", "false"); // no door takes a form by PUT
        properties.put("spring.jmx.enabled", "false");
        properties.put("camel.main.profile", "prod");
        properties.put("camel.main.jmx-enabled", "false");
        properties.put("camel.main.name", "routes");
        properties.put("logging.level.root", "WARN");
        properties.put("logging.level.de.stellwerk", "INFO");
        // One line an event: a name that somebody sent must not be able to write lines of its own.
        properties.put(
                "logging.pattern.console",
                "%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX} %-5level [%thread] %logger{0} - %replace(%msg){'[\\r\\n\\x1b]+',' '}%n");
        try {
            Files.createDirectories(uploads);
            // What a killed hub was being sent was never confirmed: its sender has it still.
            try (var left = Files.newDirectoryStream(uploads)) {
                for (var file : left) {
                    Files.delete(file);
                }
            }
        } catch (IOException e) {
            throw new java.io.UncheckedIOException("the folder data cannot be written", e);
        }
        return properties;
    }

    private static Path uploads(HubConfig config) {
        return config.data().resolve("uploads");
    }

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }

    @Bean
    House house(Ground ground, CamelContext camel, Clock clock) throws IOException {
        return new House(
                ground.config(),
                ground.data().node(),
                ground.database().join(),
                ground.broker().join(),
                camel,
                clock);
    }

    @Bean
    SecurityFilterChain access(HttpSecurity http, House house) {
        return Access.chain(http, house.signal(), house.visitors(), house.keys());
    }

    @Bean
    ApiDoors.Rooms rooms(Ground ground, House house) {
        return new ApiDoors.Rooms(
                house.intake(),
                house.receipts(),
                house.search(),
                house.operator(),
                house.contents(),
                house.ledger(),
                house.connections(),
                house.rounds(),
                house.routes(),
                house.keys(),
                house.home(),
                house.testCases(),
                house.evidence(),
                house.pluginInbox(),
                house.pluginDirectory(),
                house.directory(),
                house.directoryBook(),
                house::isReady,
                house.signal(),
                new Entrance(house.signal(), house.visitors(), house.keys()),
                ground.config().limits(),
                ground.config().capacity(),
                uploads(ground.config()));
    }

    @Bean
    StatusPage statusPage(House house, Clock clock) {
        return new StatusPage(
                house.search(), house.operator(), house.connections(), house.rounds(), house.routes(), clock);
    }

    @Bean
    FormsPage formsPage(House house, Clock clock) {
        return new FormsPage(house.search(), clock);
    }

    @Bean
    ConnectorPages connectorPages(House house) {
        return new ConnectorPages(house.connections(), house.home());
    }

    private static Path folder(String[] arguments, String word, Path otherwise) {
        return Arrays.stream(arguments)
                .filter(argument -> argument.startsWith(word))
                .map(argument -> Path.of(argument.substring(word.length())))
                .findFirst()
                .orElse(otherwise)
                .toAbsolutePath()
                .normalize();
    }

    private static @org.jspecify.annotations.Nullable String known(Throwable e) {
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof PostgresFailure failure) {
                return failure.code() + ": " + failure.getMessage();
            }
            if (cause instanceof DataFolder.Taken || cause instanceof DataFolder.Unfinished) {
                return cause.getMessage();
            }
            if (cause instanceof JarTrust.NotAKey notAKey) {
                return notAKey.getMessage();
            }
            if (cause instanceof BrokerFailure failure) {
                return failure.code() + ": " + failure.getMessage();
            }
        }
        return null;
    }

    private static void refuse(String text) {
        System.err.println(text);
        Runtime.getRuntime().halt(2);
    }
}
