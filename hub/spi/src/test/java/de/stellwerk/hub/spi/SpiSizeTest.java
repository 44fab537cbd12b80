package de.stellwerk.hub.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SpiSizeTest {

    /** Somebody reads all of it in a quarter of an hour; whatever is added here is for ever. */
    @Test
    void whatAPluginSeesStaysUnderFourHundredLinesOfCode() throws IOException {
        long lines = 0; // of the types that are not public none is seen
        try (var files = Files.walk(Path.of("src/main/java"))) {
            for (var file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                var code = Files.readString(file);
                if (!code.contains("\npublic ") && !file.endsWith("package-info.java")) {
                    continue;
                }
                lines += code.replaceAll("(?s)/\\*.*?\\*/", "")
                        .replaceAll("//[^\n]*", "")
                        .lines()
                        .filter(line -> !line.isBlank())
                        .count();
            }
        }
        assertThat(lines).isBetween(200L, 399L);
    }
}
