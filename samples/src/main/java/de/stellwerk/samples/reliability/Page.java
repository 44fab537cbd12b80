package de.stellwerk.samples.reliability;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Writes the table of {@code docs/reliability.md} from the rows of the last runs; the text around it stays as it is. */
public final class Page {

    static final String BEGIN = "<!-- table: written by bin/reliability -->";
    static final String END = "<!-- end of table -->";

    private Page() {}

    public static void main(String[] words) throws IOException {
        var checkout = Path.of(words[0]);
        var rows = rows(checkout.resolve(Rows.FOLDER));
        if (rows.isEmpty()) {
            System.err.println("Es gibt keine Ergebnisse in " + checkout.resolve(Rows.FOLDER)
                    + ". Die Seite bleibt, wie sie ist. Bitte zuerst ausführen: mvn verify");
            System.exit(2);
        }
        write(checkout.resolve("docs/reliability.md"), rows);
        System.out.println("docs/reliability.md: " + rows.size() + " Zeilen");
    }

    /** The rows of all files, sorted by promise as files and lines come; the last of those about the same trial. */
    static Collection<JsonNode> rows(Path folder) throws IOException {
        var rows = new LinkedHashMap<String, JsonNode>();
        var files = new ArrayList<Path>();
        if (Files.isDirectory(folder)) {
            try (var found = Files.newDirectoryStream(folder, "*.jsonl")) {
                found.forEach(files::add);
            }
        }
        files.sort(null);
        for (var file : files) {
            for (var line : Files.readAllLines(file)) {
                var row = new JsonMapper().readTree(line);
                rows.put(
                        row.path("promise").asString("") + "\n"
                                + row.path("how").asString(""),
                        row);
            }
        }
        return rows.values();
    }

    static void write(Path page, Collection<JsonNode> rows) throws IOException {
        var text = Files.readString(page);
        var begin = text.indexOf(BEGIN);
        var end = text.indexOf(END);
        if (begin < 0 || end < begin) {
            throw new IOException(page + " has no place for the table, between '" + BEGIN + "' and '" + END + "'");
        }
        Files.writeString(page, text.substring(0, begin) + BEGIN + "\n" + table(rows) + text.substring(end));
    }

    private static String table(Collection<JsonNode> rows) {
        var table =
                new StringBuilder("| Promise | How it is tried | How often | Result | Seed |\n|---|---|--:|---|--:|\n");
        for (var row : rows) {
            for (var field : new String[] {"promise", "how", "times", "result", "seed"}) {
                var cell = row.path(field).asString("");
                table.append("| ")
                        .append(
                                field.equals("seed") && cell.equals("0")
                                        ? ""
                                        : cell.replace("|", "\\|").replace('\n', ' '))
                        .append(' ');
            }
            table.append("|\n");
        }
        return table.toString();
    }
}
