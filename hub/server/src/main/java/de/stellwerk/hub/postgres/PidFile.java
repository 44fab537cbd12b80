package de.stellwerk.hub.postgres;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What {@code postmaster.pid} says; PostgreSQL writes it line by line, so a line may not be there yet.
 *
 * @param port 0 if not written yet
 * @param status "starting", "ready", "stopping", or empty if not written yet
 */
record PidFile(long pid, int port, String status) {

    static Optional<PidFile> read(Path data) throws IOException {
        List<String> lines;
        try {
            lines = Files.readAllLines(data.resolve("postmaster.pid"), ISO_8859_1);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        long pid = number(lines, 0);
        return pid == 0 ? Optional.empty() : Optional.of(new PidFile(pid, (int) number(lines, 3), line(lines, 7)));
    }

    private static String line(List<String> lines, int index) {
        return index < lines.size() ? lines.get(index).strip() : "";
    }

    private static long number(List<String> lines, int index) {
        String digits = line(lines, index);
        return digits.matches("\\d{1,9}") ? Long.parseLong(digits) : 0;
    }
}
