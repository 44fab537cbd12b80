package de.stellwerk.hub;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethodCall;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.time.Clock;
import java.time.Instant;
import java.util.stream.Collectors;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The rules of the house, each with its reason. */
class HouseRulesTest {

    private static JavaClasses house;

    @BeforeAll
    static void readTheHouse() {
        house = new ClassFileImporter()
                .withImportOption(new ImportOption.DoNotIncludeTests())
                .importPackages("de.stellwerk.hub");
        assertThat(house.size()).as("a rule that sees nothing must not pass").isGreaterThan(150);
    }

    @Test
    void camelStaysInItsRooms() {
        guest(
                "org.apache.camel..",
                "de.stellwerk.hub.route..",
                "de.stellwerk.hub.camel..",
                "de.stellwerk.hub.plugin..");
    }

    @Test
    void pf4jStaysInThePluginRoom() {
        guest("org.pf4j..", "de.stellwerk.hub.plugin..");
        guest("org.objectweb.asm..", "de.stellwerk.hub.plugin..");
    }

    @Test
    void sqlStaysInTheLedger() {
        guest("java.sql..", "de.stellwerk.hub.ledger..", "de.stellwerk.hub.postgres..");
    }

    @Test
    void theBrokerStaysInItsRoom() {
        guest("org.apache.activemq..", "de.stellwerk.hub.broker..");
    }

    @Test
    void cryptographyStaysInTheSignatureRoom() {
        for (var library :
                new String[] {"eu.europa.esig..", "org.bouncycastle..", "com.nimbusds..", "org.apache.xml.security.."
                }) {
            guest(library, "de.stellwerk.hub.signature..");
        }
    }

    @Test
    void springStaysAtTheDoors() {
        noClasses()
                .that()
                .resideInAnyPackage(
                        "..hub.intake..",
                        "..hub.route..",
                        "..hub.delivery..",
                        "..hub.ledger..",
                        "..hub.content..",
                        "..hub.broker..",
                        "..hub.postgres..",
                        "..hub.plugin..",
                        "..hub.config..",
                        "..hub.signature..",
                        "..hub.gate..",
                        "..hub.spi..")
                .should()
                .dependOnClassesThat(resideInAPackage("org.springframework.."))
                .because("a room is plain Java, built by a constructor that takes everything")
                .check(house);
    }

    @Test
    void pluginsSeeTheJdkOnly() {
        classes()
                .that()
                .resideInAPackage("de.stellwerk.hub.spi..")
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage("java..", "org.jspecify..", "de.stellwerk.hub.spi.."))
                .because("whatever the SPI shows, plugins depend on for ever")
                .check(house);
    }

    @Test
    void roomsHaveNoCycles() {
        slices().matching("de.stellwerk.hub.(*)..")
                .should()
                .beFreeOfCycles()
                .because("two rooms that need each other are one room")
                .check(house);
    }

    @Test
    void timeIsAClock() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(Hub.class.getName())
                .and()
                .doNotHaveFullyQualifiedName(Command.class.getName())
                .and()
                .doNotHaveFullyQualifiedName(Inspect.class.getName())
                .should()
                .callMethod(System.class, "currentTimeMillis")
                .orShould()
                .callMethod(Instant.class, "now")
                .orShould()
                .callMethod(Clock.class, "systemUTC")
                .because("a clock that is handed in can be set by a test")
                .check(house);
    }

    @Test
    void nobodyPrints() {
        noClasses()
                .that()
                .doNotHaveFullyQualifiedName(Hub.class.getName())
                .and()
                .doNotHaveFullyQualifiedName(Command.class.getName())
                .and()
                .doNotHaveFullyQualifiedName(Inspect.class.getName())
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .because("what happens stands in the ledger and in the log; only a command talks to a person")
                .check(house);
    }

    @Test
    void xmlFactoriesComeFromTheGate() {
        noClasses()
                .that()
                .resideOutsideOfPackages("de.stellwerk.hub.gate..", "de.stellwerk.hub.camel..")
                .should()
                .callMethodWhere(DescribedPredicate.describe(
                        "it makes a JAXP factory",
                        (JavaMethodCall call) -> call.getTargetOwner()
                                        .getPackageName()
                                        .matches("javax\\.xml\\.(parsers|stream|transform|validation).*")
                                && call.getName().matches("new.*(Instance|Factory)")))
                .because("their defaults read files and networks; SafeXml makes them safe in one place")
                .check(house);
    }

    @Test
    void everyRoomHasItsDoorPlate() {
        var rooms = house.stream().map(each -> each.getPackageName()).collect(Collectors.toSet());
        for (var room : rooms) {
            assertThat(house.getPackage(room).isAnnotatedWith(NullMarked.class)
                            || room.equals("de.stellwerk.hub.spi")
                            || room.equals("de.stellwerk.hub.camel"))
                    .as(room + " has a package-info with @NullMarked")
                    .isTrue();
        }
    }

    private static void guest(String library, String... rooms) {
        noClasses()
                .that()
                .resideOutsideOfPackages(rooms)
                .and()
                .doNotHaveFullyQualifiedName(Hub.class.getName())
                .and()
                .doNotHaveFullyQualifiedName(House.class.getName())
                .should()
                .dependOnClassesThat(resideInAPackage(library))
                .because("a library is a guest in one room; only the wiring hands it over")
                .check(house);
    }
}
