package de.stellwerk.hub.bench;

import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** The least a Spring Boot service with web and JDBC does at its start: what the hub's start is compared with. */
@Configuration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class BareStart {

    public static void main(String[] arguments) {
        SpringApplication.run(BareStart.class, arguments);
    }

    /** Opens a connection at start, as a service would to check its database. */
    @RestController
    static final class Ready {

        Ready(DataSource source) throws SQLException {
            source.getConnection().close();
        }

        @GetMapping("/health/ready")
        String ready() {
            return "UP";
        }
    }
}
