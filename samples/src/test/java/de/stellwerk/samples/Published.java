package de.stellwerk.samples;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Published test data of other projects, which lies beside the checkout where it is present. */
final class Published {

    private Published() {}

    /** A folder of it; where there is none, the test skips and says so. */
    static Path folder(String name) {
        var given = System.getenv("STELLWERK_CONFORMANCE");
        for (var above = Path.of("").toAbsolutePath(); given == null && above != null; above = above.getParent()) {
            if (Files.isDirectory(above.resolve("shared/conformance"))) {
                given = above.resolve("shared/conformance").toString();
            }
        }
        var folder = Path.of(given == null ? "shared/conformance" : given).resolve(name);
        assumeTrue(Files.isDirectory(folder), "skipped: no published test data in shared/conformance/" + name);
        return folder;
    }

    static List<Path> files(Path folder) throws IOException {
        try (var all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile)
                    .filter(file -> !file.getFileName().toString().matches("EXPECTED.csv|LICENSE.txt"))
                    .sorted()
                    .toList();
        }
    }
}
