package de.stellwerk.samples;

import de.stellwerk.samples.town.Journal;
import de.stellwerk.samples.town.Journal.Line;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Compares what was acknowledged with what arrived, from the journals of senders and receivers alone: each letter for Pirna in the
 * records folder once and ordered once at the payment platform, each payment once in the finance folder, each letter for Leipzig
 * entered once.
 *
 * @param acknowledged letters that had their yes
 * @param missing what has not arrived, yet
 * @param doubled what arrived twice, or was never sent
 */
record Books(int acknowledged, List<String> missing, List<String> doubled) {

    private static final Pattern CASE = Pattern.compile("<antragsnummer>([^<]+)</antragsnummer>");
    private static final Pattern PAID = Pattern.compile("<kassenzeichen>([^<]+)</kassenzeichen>");

    static Books of(Home home) throws IOException {
        var missing = new ArrayList<String>();
        var doubled = new ArrayList<String>();
        var portal = Journal.read(home.journals().portal());
        var hashes = new HashMap<String, String>();
        var cases = new HashMap<String, String>();
        for (var line : portal) {
            if (line.event().equals("form")) {
                hashes.put(line.text("case"), line.text("sha256"));
                cases.put(line.text("key"), line.text("case"));
            }
        }
        var acknowledged = portal.stream()
                .filter(line -> line.event().equals("answer") && line.flag("yes"))
                .peek(line -> {
                    if (!line.flag("intact")) {
                        doubled.add("receipt names other content: " + line.text("key"));
                    }
                })
                .map(line -> cases.getOrDefault(line.text("key"), ""))
                .collect(Collectors.toSet());
        var records = filed(home.records(), CASE);
        var orders = count(Journal.read(home.journals().payment(), "order"), "case");
        var entries = count(Journal.read(home.journals().leipzig(), "entry"), "case");
        for (var caseId : hashes.keySet()) {
            var must = acknowledged.contains(caseId);
            if (caseId.startsWith("LEJ")) {
                once(caseId + " in Leipzig", entries.getOrDefault(caseId, 0), must, missing, doubled);
            } else {
                var files = records.getOrDefault(caseId, List.of());
                once(caseId + " in the records", files.size(), must, missing, doubled);
                if (files.size() == 1 && !files.get(0).equals(hashes.get(caseId))) {
                    doubled.add(caseId + " in the records with other bytes");
                }
                once(caseId + " ordered", orders.getOrDefault(caseId, 0), must, missing, doubled);
            }
        }
        var booked = filed(home.pirna("finanzen/eingang"), PAID);
        for (var order : Journal.read(home.journals().payment(), "order")) {
            var kassenzeichen = order.text("kassenzeichen");
            var files = booked.getOrDefault(kassenzeichen, List.of()).size();
            once("payment of " + order.text("case"), files, true, missing, doubled);
        }
        for (var stray : List.of(records, orders, entries)) {
            stray.keySet().stream()
                    .filter(caseId -> !hashes.containsKey(caseId))
                    .forEach(caseId -> doubled.add(caseId + " was never sent"));
        }
        return new Books(acknowledged.size(), missing, doubled);
    }

    private static void once(String what, int found, boolean must, List<String> missing, List<String> doubled) {
        if (found == 0 && must) {
            missing.add(what);
        } else if (found > 1) {
            doubled.add(what + ": " + found + " times");
        }
    }

    private static Map<String, Integer> count(List<Line> lines, String key) {
        var counted = new HashMap<String, Integer>();
        lines.forEach(line -> counted.merge(line.text(key), 1, Integer::sum));
        return counted;
    }

    /** The hashes of the files in a folder, by what the pattern finds in each. */
    private static Map<String, List<String>> filed(Path folder, Pattern pattern) throws IOException {
        var found = new HashMap<String, List<String>>();
        try (var files = Files.newDirectoryStream(folder, "*.xml")) {
            for (var file : files) {
                var bytes = Files.readAllBytes(file);
                var match = pattern.matcher(new String(bytes, java.nio.charset.StandardCharsets.UTF_8));
                found.computeIfAbsent(
                                match.find()
                                        ? match.group(1)
                                        : file.getFileName().toString(),
                                key -> new ArrayList<>())
                        .add(Journal.sha256(bytes));
            }
        }
        return found;
    }
}
