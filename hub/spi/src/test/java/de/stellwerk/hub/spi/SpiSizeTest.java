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
        long lines = 0;
        try (var files = Files.walk(Path.of("src/main/java"))) {
            for (var file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                lines += Files.readString(file)
                        .replaceAll("(?s)/\\*.*?\\*/", "")
                        .replaceAll("//[^\n]*", "")
                        .lines()
                        .filter(line -> !line.isBlank())
                        .count();
            }
        }
        assertThat(lines).isBetween(200L, 399L);
    }
}
