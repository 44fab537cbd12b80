package de.stellwerk.hub.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.web.bind.annotation.RequestMapping;

/** The description and the doors are the same, both ways. */
class OpenApiTest {

    @Test
    void everyDoorIsDescribedAndEveryDescriptionHasItsDoor() throws IOException {
        assertThat(described()).isEqualTo(built()).hasSizeGreaterThan(20);
    }

    private static Set<String> built() {
        var found = new TreeSet<>(Set.of("post " + MessageDoor.PATH));
        for (var controller : List.of(
                MessagesApi.class,
                OperationsApi.class,
                ConnectorsApi.class,
                PluginsApi.class,
                TestCaseApi.class,
                EvidenceApi.class,
                DirectoryApi.class,
                StatisticsApi.class,
                HealthApi.class)) {
            for (var method : controller.getDeclaredMethods()) {
                var mapping = AnnotatedElementUtils.findMergedAnnotation(method, RequestMapping.class);
                if (mapping != null) {
                    Stream.of(mapping.path()).forEach(path -> Arrays.stream(mapping.method())
                            .forEach(verb -> found.add(verb.name().toLowerCase(Locale.ROOT) + " " + path)));
                }
            }
        }
        return found;
    }

    private static Set<String> described() throws IOException {
        try (var file = OpenApiTest.class.getResourceAsStream("/openapi.yaml")) {
            var found = new TreeSet<String>();
            var path = "";
            for (var line : new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                if (line.startsWith("components:")) {
                    break;
                }
                if (line.matches("  /.*:")) {
                    path = line.strip().replaceFirst(":$", "");
                } else if (line.matches("    (get|post|delete|put):")) {
                    found.add(line.strip().replace(":", "") + " " + path);
                }
            }
            return found;
        }
    }
}
