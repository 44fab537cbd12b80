package de.stellwerk.hub.api;

import de.stellwerk.hub.config.Capacity;
import de.stellwerk.hub.config.Limits;
import de.stellwerk.hub.content.ContentStore;
import de.stellwerk.hub.directory.Directory;
import de.stellwerk.hub.evidence.EvidencePacks;
import de.stellwerk.hub.intake.Intake;
import de.stellwerk.hub.intake.Receipts;
import de.stellwerk.hub.intake.Rounds;
import de.stellwerk.hub.ledger.Ledger;
import de.stellwerk.hub.ledger.Operator;
import de.stellwerk.hub.ledger.Search;
import de.stellwerk.hub.ledger.ServiceDirectory;
import de.stellwerk.hub.plugin.Connections;
import de.stellwerk.hub.plugin.PluginDirectory;
import de.stellwerk.hub.plugin.PluginInbox;
import de.stellwerk.hub.route.Routes;
import de.stellwerk.hub.security.Entrance;
import de.stellwerk.hub.security.Keys;
import de.stellwerk.hub.signal.EntrySignal;
import de.stellwerk.hub.testcase.TestCases;
import java.nio.file.Path;
import java.time.Clock;
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
            Path home,
            TestCases testCases,
            EvidencePacks evidence,
            PluginInbox pluginInbox,
            PluginDirectory pluginDirectory,
            Directory directory,
            ServiceDirectory directoryBook,
            BooleanSupplier ready,
            EntrySignal signal,
            Entrance entrance,
            Limits limits,
            Capacity capacity,
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
    ConnectorsApi connectorsApi(Rooms rooms) {
        return new ConnectorsApi(rooms.connections(), rooms.home());
    }

    @Bean
    TestCaseApi testCaseApi(Rooms rooms) {
        return new TestCaseApi(
                rooms.search(), rooms.operator(), rooms.contents(), rooms.connections(), rooms.testCases());
    }

    @Bean
    EvidenceApi evidenceApi(Rooms rooms) {
        return new EvidenceApi(rooms.search(), rooms.operator(), rooms.evidence());
    }

    @Bean
    PluginsApi pluginsApi(Rooms rooms) {
        return new PluginsApi(rooms.connections(), rooms.pluginInbox(), rooms.pluginDirectory(), rooms.uploads());
    }

    @Bean
    DirectoryApi directoryApi(Rooms rooms) {
        return new DirectoryApi(rooms.directory(), rooms.directoryBook());
    }

    @Bean
    StatisticsApi statisticsApi(Rooms rooms, Clock clock) {
        return new StatisticsApi(rooms.search(), clock);
    }

    @Bean
    HooksApi hooksApi(Rooms rooms) {
        return new HooksApi(
                rooms.connections(),
                rooms.intake(),
                rooms.ledger(),
                new Pushes(
                        rooms.uploads(),
                        rooms.capacity().largestPush(),
                        rooms.capacity().pushes(),
                        System::nanoTime));
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
