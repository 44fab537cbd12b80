package de.stellwerk.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import tools.jackson.databind.json.JsonMapper;

/** What a test has tried and what came of it, one JSON object a line, at the top of the checkout; the table of docs/reliability.md reads it. */
public final class TrialRows {

    private static final Path FOLDER = Path.of("../../target/reliability");

    private final Path file;

    /** Nothing of an earlier run stands after one that fails. */
    public TrialRows(String name) throws IOException {
        file = FOLDER.resolve(name + ".jsonl");
        Files.deleteIfExists(file);
    }

    /** @param seed 0 where nothing was left to chance */
    public synchronized void add(String promise, String how, long times, String result, long seed) throws IOException {
        var row = new LinkedHashMap<String, Object>();
        row.put("promise", promise);
        row.put("how", how);
        row.put("times", times);
        row.put("result", result);
        row.put("seed", seed);
        Files.createDirectories(FOLDER);
        Files.writeString(
                file,
                new JsonMapper().writeValueAsString(row) + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }

    /** Which form of a test ran. */
    public static String form(long times, long shortForm) {
        return times > shortForm ? "long form" : "short form";
    }
}
