package de.stellwerk.hub.delivery;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import tools.jackson.databind.json.JsonMapper;

/** What was tried and what came of it, one JSON object a line, at the top of the checkout; the table of docs/reliability.md reads it. */
final class CoreRows {

    private static final Path FILE = Path.of("../../target/reliability/core.jsonl");

    private CoreRows() {}

    static synchronized void add(String promise, String how, long times, String result, long seed) throws IOException {
        var row = new LinkedHashMap<String, Object>();
        row.put("promise", promise);
        row.put("how", how);
        row.put("times", times);
        row.put("result", result);
        row.put("seed", seed);
        Files.createDirectories(FILE.getParent());
        Files.writeString(
                FILE,
                new JsonMapper().writeValueAsString(row) + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }
}
