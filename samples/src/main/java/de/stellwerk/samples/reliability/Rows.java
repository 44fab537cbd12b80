package de.stellwerk.samples.reliability;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import tools.jackson.databind.json.JsonMapper;

/** What was tried and what came of it, one JSON object a line, in {@code target/reliability/<name>.jsonl} of a checkout. */
public final class Rows {

    static final String FOLDER = "target/reliability";

    private final Path file;

    public Rows(Path checkout, String name) {
        file = checkout.resolve(FOLDER).resolve(name + ".jsonl");
    }

    /** Forgets what an earlier run has written, so that nothing of it stands after a run that fails. */
    public synchronized void begin() throws IOException {
        Files.deleteIfExists(file);
    }

    /**
     * Adds a row; of two about the same promise tried in the same way the later one counts.
     *
     * @param times how often it was tried
     * @param seed 0 where nothing was left to chance
     */
    public synchronized void add(String promise, String how, int times, String result, long seed) throws IOException {
        var row = new LinkedHashMap<String, Object>();
        row.put("promise", promise);
        row.put("how", how);
        row.put("times", times);
        row.put("result", result);
        row.put("seed", seed);
        Files.createDirectories(file.toAbsolutePath().getParent());
        Files.writeString(
                file,
                new JsonMapper().writeValueAsString(row) + "\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
    }
}
