package de.stellwerk.samples.letters;

import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Trade registrations as the forms portal would send them, the same ones for the same seed: German, Sorbian, Vietnamese, Polish and Czech
 * names, and streets and places in the forms people really write.
 */
public final class Registrations {

    static final String NAMESPACE = "urn:stellwerk:sample:gewerbeanmeldung:1.2";

    private static final List<String> FAMILY_NAMES = List.of(
            "Müller",
            "Groß",
            "Schöne",
            "Löwe",
            "Krauße",
            "Weiß-Hübner",
            "von der Heydt",
            "Šołta",
            "Brězan",
            "Nowotny-Kubaš",
            "Ćišinski",
            "Đặng",
            "Nguyễn",
            "Phạm",
            "Łukaszewicz",
            "Wiśniewska",
            "Żak",
            "Dvořák",
            "Čapková",
            "D’Angelo",
            "Öztürk",
            "Straßberger");
    private static final List<String> GIVEN_NAMES = List.of(
            "Jürgen",
            "Änne",
            "Zoë",
            "Měrćin",
            "Jadwiga",
            "Łukasz",
            "Małgorzata",
            "Thị Hồng",
            "Văn Đức",
            "Jiří",
            "François",
            "Håkon",
            "Käthe Elisabeth",
            "Karl-Heinz",
            "Ümit",
            "Hańža");
    private static final List<String> STREETS = List.of(
            "Dohnaische Straße",
            "Schmiedestr.",
            "Am Zwinger",
            "Lange Str.",
            "Obere Burgstraße",
            "An der Gottleuba",
            "Straße der Jugend",
            "Platz der Solidarität",
            "Karl-Liebknecht-Straße",
            "Budyšin-Weg",
            "Wojerecy-Ring",
            "Zum Wesenitzbogen");
    private static final List<String> HOUSE_NUMBERS =
            List.of("1", "7", "12a", "3-5", "44", "101 b", "8/10", "17 Hinterhaus");
    private static final List<String> TRADES = List.of(
            "Bäckerei & Café",
            "Änderungsschneiderei",
            "Fahrradwerkstatt",
            "Nagelstudio",
            "Elektroinstallation",
            "Blumenladen",
            "Softwareentwicklung",
            "Übersetzungsbüro",
            "Imbiss",
            "Töpferei",
            "Hausmeisterservice",
            "Handel mit Büchern <antiquarisch>");
    private static final LocalDate FIRST_DAY = LocalDate.of(2026, 11, 24);

    private final long seed;

    public Registrations(long seed) {
        this.seed = seed;
    }

    /** The n-th registration of a town, counted from 1. */
    public Letter of(Town town, int number) {
        var random = new Random(seed * 1_000_003 + number * 31L + town.ags().hashCode());
        var caseId = String.format("%s-2026-%06d", town.casePrefix(), number);
        var family = pick(FAMILY_NAMES, random);
        var given = pick(GIVEN_NAMES, random);
        var trade = pick(TRADES, random);
        var place = pick(town.places(), random);
        var born = LocalDate.of(1950, 1, 1).plusDays(random.nextInt(20_000));
        var submitted = LocalDateTime.of(2026, 11, 24, 7, 0).plusSeconds(random.nextInt(36_000));
        var begin = FIRST_DAY.plusDays(random.nextInt(90));
        var xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<gewerbeanmeldung xmlns=\"" + NAMESPACE
                + "\" version=\"1.2\">"
                + element("antragsnummer", caseId)
                + element("eingereichtAm", submitted + (submitted.getSecond() == 0 ? ":00" : "") + "+01:00")
                + element("art", "ANMELDUNG")
                + "<betrieb>"
                + element("name", trade + " " + family)
                + element("taetigkeit", trade)
                + element("strasse", pick(STREETS, random))
                + element("hausnummer", pick(HOUSE_NUMBERS, random))
                + element("plz", place.substring(0, 5))
                + element("ort", place.substring(6))
                + element("beginn", begin.toString())
                + "</betrieb><person>"
                + element("familienname", family)
                + element("vorname", given)
                + element("geburtsdatum", born.toString())
                + "</person></gewerbeanmeldung>\n";
        var pdf = SamplePdf.of(List.of("Gewerbeanmeldung", caseId, trade + ", " + family, "Beginn: " + begin));
        return new Letter(
                "portal-" + seed + "-" + caseId,
                town.ags(),
                "form.submission",
                Letter.TRADE_REGISTRATION,
                caseId,
                Map.of(),
                Part.xml("gewerbeanmeldung.xml", xml),
                List.of(new Part("antrag.pdf", "application/pdf", pdf)));
    }

    private static String element(String name, String text) {
        return "<" + name + ">"
                + text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") + "</" + name + ">";
    }

    private static String pick(List<String> from, Random random) {
        return from.get(random.nextInt(from.size()));
    }
}
