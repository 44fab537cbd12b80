package de.stellwerk.samples.letters;

import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * Applications for file inspection as an online assistant of Amt24 would hand them over: XML of a version of its own and the same as a PDF,
 * the same ones for the same seed. The Saxon XML standard is not published; names and structure are made up, as is the break between the
 * versions.
 */
public final class Applications {

    /** The service "file inspection", as the sample numbers it. */
    public static final String SERVICE = "99089014012000";

    /** The product's number is the first part of each file's name. */
    public static final String PRODUCT = "K24IOZAE";

    private static final List<String> NAMES = List.of("Müller", "Šołta", "Nguyễn", "Żak", "D’Angelo", "Brězan");

    private final long seed;

    public Applications(long seed) {
        this.seed = seed;
    }

    public static String namespace(String version) {
        return "urn:stellwerk:sample:amt24:akteneinsicht:" + version;
    }

    /** The n-th application of a version, counted from 1. */
    public Letter of(Town town, String version, int number) {
        var random = new Random(seed * 1_000_003 + number * 31L + version.hashCode());
        var transaction = String.format("%08x", random.nextInt());
        var stem = PRODUCT + "-" + transaction + number;
        var name = NAMES.get(random.nextInt(NAMES.size()));
        var file = "AZ " + (100 + random.nextInt(900)) + "/2026";
        var xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<antrag xmlns=\"" + namespace(version) + "\">"
                // The break: since 2.0 the applicant has a container.
                + (version.startsWith("1.")
                        ? "<nachname>" + name + "</nachname><akte>" + file + "</akte>"
                        : "<antragsteller><familienname>" + name + "</familienname></antragsteller><akte zeichen=\""
                                + file + "\"/>")
                + "<transaktion>" + transaction + "</transaktion></antrag>\n";
        return new Letter(
                stem,
                town.ags(),
                "form.submission",
                SERVICE,
                "AMT24-" + stem,
                Map.of("form", PRODUCT),
                Part.xml(stem + ".xml", xml),
                List.of(new Part(
                        stem + ".pdf",
                        "application/pdf",
                        SamplePdf.of(List.of("Antrag auf Akteneinsicht", version, name, file, stem)))));
    }
}
