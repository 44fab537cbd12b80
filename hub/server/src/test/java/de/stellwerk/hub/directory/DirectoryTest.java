package de.stellwerk.hub.directory;

import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.config.Bounds;
import de.stellwerk.hub.config.ConnectionConfig;
import de.stellwerk.hub.config.Municipality;
import de.stellwerk.hub.config.Origin;
import de.stellwerk.hub.config.Retry;
import de.stellwerk.hub.ledger.DirectoryEntry;
import de.stellwerk.hub.ledger.DirectoryEntry.Kind;
import de.stellwerk.hub.ledger.ServiceDirectory;
import de.stellwerk.hub.postgres.TestPostgres;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** On a real database. */
class DirectoryTest {

    private static final String TRADE = "99050012104000";
    private static final String PIRNA = "14628270";
    private static final LocalDate DAY = LocalDate.of(2026, 11, 26);

    private final String url = TestPostgres.freshDatabase();
    private final Clock clock = Clock.fixed(Instant.parse("2026-11-26T12:00:00Z"), ZoneOffset.UTC);
    private ServiceDirectory book;
    private Directory directory;

    @BeforeEach
    void makeADatabase() {
        Flyway.configure()
                .dataSource(url, TestPostgres.user(), TestPostgres.password())
                .load()
                .migrate();
        var source = new PGSimpleDataSource();
        source.setURL(url);
        source.setUser(TestPostgres.user());
        source.setPassword(TestPostgres.password());
        book = new ServiceDirectory(source, clock);
        directory = new Directory(
                book,
                Map.of(
                        PIRNA,
                        new Municipality(
                                PIRNA,
                                "146285229270",
                                "Pirna",
                                Map.of(
                                        "trade-register",
                                        connection("trade-register", "TOWN"),
                                        "county",
                                        connection("county", "COUNTY")))),
                clock);
    }

    @AfterEach
    void dropIt() {
        TestPostgres.drop(url);
    }

    @Test
    void anImportSaysWhatItAddedEndedAndChangedAndEarlierVersionsCanStillBeAsked() {
        var town = entry(PIRNA, "TOWN", "Ordnungsamt", null, null);
        var old = entry("14628", "COUNTY", "Landratsamt", null, null);
        assertThat(replace("amt24", town, old)).isEqualTo(new ServiceDirectory.Change(1, 2, 2, 0, 0));
        assertThat(replace("amt24", town, old)).isEqualTo(new ServiceDirectory.Change(2, 2, 0, 0, 0));
        var renamed = entry(PIRNA, "TOWN", "Fachdienst Ordnung", null, null);
        var state = entry("14", "STATE", "Landesdirektion", null, null);
        assertThat(replace("amt24", renamed, state)).isEqualTo(new ServiceDirectory.Change(3, 2, 1, 1, 1));

        assertThat(nearest(DAY, Optional.empty())).containsExactly(renamed);
        assertThat(nearest(DAY, Optional.of(2L))).containsExactly(town);
        assertThat(book.imports(10)).extracting(each -> each.change().version()).containsExactly(3L, 2L, 1L);
    }

    @Test
    void whatAnotherSourceSaidStays() {
        replace("amt24", entry(PIRNA, "TOWN", "Ordnungsamt", null, null));
        replace("county", entry("14628", "COUNTY", "Landratsamt", null, null));

        assertThat(nearest(DAY, Optional.empty()))
                .extracting(DirectoryEntry::owner)
                .containsExactly("TOWN");
    }

    @Test
    void theCountysEntryAppliesToItsMunicipalitiesUnlessANearerOneIsValidThatDay() {
        var end = LocalDate.of(2026, 6, 30);
        replace(
                "amt24",
                entry(PIRNA, "TOWN", "Ordnungsamt", null, end),
                entry("14628", "COUNTY", "Landratsamt", null, null));

        assertThat(nearest(end, Optional.empty()))
                .extracting(DirectoryEntry::owner)
                .containsExactly("TOWN");
        assertThat(nearest(end.plusDays(1), Optional.empty()))
                .extracting(DirectoryEntry::owner)
                .containsExactly("COUNTY");
        assertThat(directory.nearest(TRADE, "146285229270", DAY, Optional.empty()))
                .extracting(DirectoryEntry::owner)
                .containsExactly("COUNTY");
        assertThat(directory.nearest(TRADE, "14713000", DAY, Optional.empty())).isEmpty();
    }

    @Test
    void theWayIsTheOneConnectionThatIsTheCompetentAuthoritys() {
        replace("amt24", entry("14628", "COUNTY", "Landratsamt", null, null));
        assertThat(directory.way(PIRNA, TRADE).connection()).contains("county");

        replace("amt24", entry(PIRNA, "TOWN", "Ordnungsamt", null, null));
        assertThat(directory.way(PIRNA, TRADE).connection()).contains("trade-register");
    }

    @Test
    void withoutExactlyOneConnectionThereIsNoWay() {
        assertThat(directory.way(PIRNA, TRADE).code()).isEqualTo("directory.none");

        replace("amt24", entry(PIRNA, "STRANGER", "Amt", null, null));
        assertThat(directory.way(PIRNA, TRADE).code()).isEqualTo("directory.connection");

        replace(
                "amt24",
                entry(PIRNA, "TOWN", "Ordnungsamt", null, null),
                entry(PIRNA, "COUNTY", "Landratsamt", null, null));
        assertThat(directory.way(PIRNA, TRADE).code()).isEqualTo("directory.several");
    }

    private ServiceDirectory.Change replace(String source, DirectoryEntry... entries) {
        return book.replace(source, "2.2.0", new byte[32], Arrays.asList(entries), "test");
    }

    private List<DirectoryEntry> nearest(LocalDate day, Optional<Long> version) {
        return directory.nearest(TRADE, PIRNA, day, version);
    }

    private static DirectoryEntry entry(String area, String owner, String name, LocalDate first, LocalDate last) {
        return new DirectoryEntry(
                Kind.AUTHORITY,
                TRADE,
                area,
                "01",
                owner,
                name,
                "",
                Optional.ofNullable(first),
                Optional.ofNullable(last));
    }

    private static ConnectionConfig connection(String name, String authority) {
        return new ConnectionConfig(
                name,
                "file-drop",
                Optional.empty(),
                Duration.ofSeconds(5),
                Optional.empty(),
                Retry.defaults(),
                Bounds.defaults(),
                List.of(authority),
                Map.of(),
                Set.of(),
                Origin.NONE);
    }
}
