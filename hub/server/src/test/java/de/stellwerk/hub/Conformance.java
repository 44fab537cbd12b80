package de.stellwerk.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.NamedCsvRecord;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Published test data of other projects, kept outside of this repository beside the checkout as {@code shared/conformance},
 * or where {@code STELLWERK_CONFORMANCE} says. Where it is missing, a test that asks for it is skipped.
 */
public final class Conformance {

    private Conformance() {}

    /** One line of a topic's {@code EXPECTED.csv}. */
    public record Sample(Path file, String name, String expected) {}

    public static Path topic(String name) {
        var folder = find().map(root -> root.resolve(name)).filter(Files::isDirectory);
        assumeTrue(
                folder.isPresent(),
                "The conformance data is not here: put it beside the checkout as shared/conformance, or set"
                        + " STELLWERK_CONFORMANCE");
        return folder.orElseThrow();
    }

    public static List<Sample> samples(String topic) {
        var folder = topic(topic);
        try (var lines =
                CsvReader.builder().ofNamedCsvRecord(Files.readString(folder.resolve("EXPECTED.csv"), UTF_8))) {
            return lines.stream().map(line -> sample(folder, line)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Sample sample(Path folder, NamedCsvRecord line) {
        return new Sample(
                folder.resolve(line.getField("file")), line.getField("file"), line.getField("expected_outcome"));
    }

    private static Optional<Path> find() {
        var told = Optional.ofNullable(System.getProperty("STELLWERK_CONFORMANCE"))
                .or(() -> Optional.ofNullable(System.getenv("STELLWERK_CONFORMANCE")));
        if (told.isPresent()) return told.map(Path::of);
        for (var at = Path.of("").toAbsolutePath(); at != null; at = at.getParent()) {
            var found = at.resolve("shared").resolve("conformance");
            if (Files.isDirectory(found)) return Optional.of(found);
        }
        return Optional.empty();
    }
}
