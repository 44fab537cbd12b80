package de.stellwerk.samples;

import de.stellwerk.samples.town.Journal;
import de.stellwerk.samples.town.Journal.Line;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Compares what was acknowledged with what arrived, from the journals of senders and receivers alone: each letter for Pirna in the
 * records folder once and ordered once at the payment platform, each payment once in the finance folder, each letter for Leipzig
 * entered once; and each with the bytes of all its attachments.
 *
 * @param acknowledged letters that had their yes
 * @param missing what has not arrived, yet
 * @param doubled what arrived twice, or was never sent
 */
record Books(int acknowledged, List<String> missing, List<String> doubled) {

    private static final Pattern CASE = Pattern.compile("<antragsnummer>([^<]+)</antragsnummer>");
    private static final String ATTACHMENT = "[^-]+-[1-9]\\.(bin|pdf|json|xml)";
    private static final Pattern PAID = Pattern.compile("<kassenzeichen>([^<]+)</kassenzeichen>");

    static Books of(Home home) throws IOException {
        var missing = new ArrayList<String>();
        var doubled = new ArrayList<String>();
        var portal = Journal.read(home.journals().portal());
        var hashes = new HashMap<String, String>();
        var attachments = new HashMap<String, String>();
        var cases = new HashMap<String, String>();
        for (var line : portal) {
            if (line.event().equals("form")) {
                hashes.put(line.text("case"), line.text("sha256"));
                attachments.put(line.text("case"), line.text("attachments"));
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
        var beside = beside(home.records());
        var entered = entered(home.journals().leipzig());
        var orders = count(Journal.read(home.journals().payment(), "order"), "case");
        var entries = count(Journal.read(home.journals().leipzig(), "entry"), "case");
        for (var caseId : hashes.keySet()) {
            var must = acknowledged.contains(caseId);
            if (caseId.startsWith("LEJ")) {
                once(caseId + " in Leipzig", entries.getOrDefault(caseId, 0), must, missing, doubled);
                if (entered.containsKey(caseId) && !entered.get(caseId).equals(attachments.get(caseId))) {
                    doubled.add(caseId + " in Leipzig with other attachments");
                }
            } else {
                var files = records.getOrDefault(caseId, List.of());
                once(caseId + " in the records", files.size(), must, missing, doubled);
                if (files.size() == 1 && !files.get(0).sha256().equals(hashes.get(caseId))) {
                    doubled.add(caseId + " in the records with other bytes");
                }
                if (files.size() == 1
                        && !beside.getOrDefault(files.get(0).name(), "").equals(attachments.get(caseId))) {
                    doubled.add(caseId + " in the records with other attachments");
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

    /** A file by its name without the ending. */
    private record Filed(String name, String sha256) {
        static Filed of(Path file) throws IOException {
            return new Filed(
                    file.getFileName().toString().replaceFirst("\\.[^.]*$", ""),
                    Journal.sha256(Files.readAllBytes(file)));
        }
    }

    /** The files in a folder, by what the pattern finds in each. */
    private static Map<String, List<Filed>> filed(Path folder, Pattern pattern) throws IOException {
        var found = new HashMap<String, List<Filed>>();
        try (var files = Files.newDirectoryStream(
                folder,
                file -> file.toString().endsWith(".xml")
                        && !file.getFileName().toString().matches(ATTACHMENT))) {
            for (var file : files) {
                var match = pattern.matcher(new String(Files.readAllBytes(file), StandardCharsets.UTF_8));
                found.computeIfAbsent(
                                match.find()
                                        ? match.group(1)
                                        : file.getFileName().toString(),
                                key -> new ArrayList<>())
                        .add(Filed.of(file));
            }
        }
        return found;
    }

    /** The hashes of the attachments that lie beside each file, in their order. */
    private static Map<String, String> beside(Path folder) throws IOException {
        var found = new TreeMap<String, String>();
        try (var files = Files.newDirectoryStream(
                folder, file -> file.getFileName().toString().matches(ATTACHMENT))) {
            for (var file : files) {
                var each = Filed.of(file);
                found.put(each.name(), each.sha256());
            }
        }
        return joined(found, "-");
    }

    /** The hashes of the attachments of each case that Leipzig has entered, in their order. */
    private static Map<String, String> entered(Path journal) throws IOException {
        var single = new TreeMap<String, String>();
        for (var line : Journal.read(journal, "attachment")) {
            single.put(line.text("key"), line.text("sha256"));
        }
        var byDelivery = joined(single, "/");
        var found = new HashMap<String, String>();
        for (var line : Journal.read(journal, "entry")) {
            found.put(line.text("case"), byDelivery.getOrDefault(line.text("key"), ""));
        }
        return found;
    }

    private static Map<String, String> joined(TreeMap<String, String> numbered, String before) {
        var found = new HashMap<String, String>();
        numbered.forEach((name, hash) ->
                found.merge(name.substring(0, name.lastIndexOf(before)), hash, (one, other) -> one + " " + other));
        return found;
    }
}
