package de.stellwerk.hub.api;

import de.stellwerk.hub.config.Limits;
import de.stellwerk.hub.content.ContentStore;
import de.stellwerk.hub.intake.Intake;
import de.stellwerk.hub.intake.Receipts;
import de.stellwerk.hub.intake.Rounds;
import de.stellwerk.hub.ledger.Ledger;
import de.stellwerk.hub.ledger.Operator;
import de.stellwerk.hub.ledger.Search;
import de.stellwerk.hub.plugin.Connections;
import de.stellwerk.hub.route.Routes;
import de.stellwerk.hub.security.Entrance;
import de.stellwerk.hub.security.Keys;
import de.stellwerk.hub.signal.EntrySignal;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import org.springframework.boot.web.servlet.FilterRegistrationBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;

/** The controllers of this room, built from the other rooms. */
@Configuration(proxyBeanMethods = false)
public class ApiDoors {

    /**
     * What the API is given.
     *
     * @param uploads where large parts lie while a request is read
     */
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
            EntrySignal signal,
            Entrance entrance,
            Limits limits,
            Path uploads) {}

    @Bean
    FilterRegistrationBean<MessageDoor> messageDoor(Rooms rooms, Failures failures) {
        var door = new FilterRegistrationBean<>(new MessageDoor(
                rooms.entrance(), rooms.intake(), rooms.receipts(), failures, rooms.limits(), rooms.uploads()));
        door.addUrlPatterns(MessageDoor.PATH);
        door.setOrder(Ordered.HIGHEST_PRECEDENCE);
        return door;
    }

    @Bean
    MessagesApi messagesApi(Rooms rooms) {
        return new MessagesApi(rooms.receipts(), rooms.search(), rooms.operator(), rooms.contents());
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
