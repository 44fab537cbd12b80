package de.stellwerk.hub.api;

import de.stellwerk.hub.content.ContentStore;
import de.stellwerk.hub.intake.Intake;
import de.stellwerk.hub.intake.Receipts;
import de.stellwerk.hub.intake.Rounds;
import de.stellwerk.hub.ledger.Ledger;
import de.stellwerk.hub.ledger.Operator;
import de.stellwerk.hub.ledger.Search;
import de.stellwerk.hub.plugin.Connections;
import de.stellwerk.hub.route.Routes;
import de.stellwerk.hub.security.Keys;
import de.stellwerk.hub.signal.EntrySignal;
import java.util.function.BooleanSupplier;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The controllers of this room, built from the other rooms. */
@Configuration(proxyBeanMethods = false)
public class ApiDoors {

    /** What the API is given. */
    public record Rooms(
            Intake intake,
            Receipts receipts,
            Search search,
            Operator operator,
            ContentStore contents,
            Ledger ledger,
            Connections connections,
            Rounds rounds,
            Routes routes,
            Keys keys,
            BooleanSupplier ready,
            EntrySignal signal) {}

    @Bean
    MessagesApi messagesApi(Rooms rooms) {
        return new MessagesApi(rooms.intake(), rooms.receipts(), rooms.search(), rooms.operator(), rooms.contents());
    }

    @Bean
    OperationsApi operationsApi(Rooms rooms) {
        return new OperationsApi(
                rooms.search(), rooms.operator(), rooms.connections(), rooms.rounds(), rooms.routes(), rooms.keys());
    }

    @Bean
    HooksApi hooksApi(Rooms rooms) {
        return new HooksApi(rooms.connections(), rooms.intake(), rooms.ledger());
    }

    @Bean
    HealthApi healthApi(Rooms rooms) {
        return new HealthApi(rooms.ready(), rooms.signal());
    }

    @Bean
    Failures failures() {
        return new Failures();
    }
}
