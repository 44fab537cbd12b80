package de.stellwerk.samples.letters;

import java.util.List;

/**
 * A municipality of the sample.
 *
 * @param casePrefix how its case numbers begin
 * @param places its postal codes and places
 */
public record Town(String ags, String name, String casePrefix, List<String> places) {

    public static final Town PIRNA = new Town(
            "14628270",
            "Pirna",
            "PIR",
            List.of("01796 Pirna", "01796 Pirna OT Graupa", "01796 Pirna/Copitz", "01809 Heidenau"));

    public static final Town LEIPZIG = new Town(
            "14713000",
            "Leipzig",
            "LEJ",
            List.of("04109 Leipzig", "04177 Leipzig-Lindenau", "04229 Leipzig (Plagwitz)"));
}
