package de.stellwerk.hub.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.spi.ConnectorFactory;
import de.stellwerk.hub.testkit.golden.GoldenCase;
import de.stellwerk.hub.testkit.golden.GoldenRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/**
 * Golden messages as tests, one for each folder; {@link GoldenCase} says what stands in such a folder.
 *
 * <pre>{@code
 * @TestFactory
 * Stream<DynamicTest> goldenMessages() throws IOException {
 *     return GoldenFolder.inJar(FileDrop::new);
 * }
 * }</pre>
 */
public final class GoldenFolder {

    private GoldenFolder() {}

    /** The cases in {@code src/main/resources/META-INF/stellwerk/selftest}: they go into the jar, and the hub runs them too. */
    @SafeVarargs
    public static Stream<DynamicTest> inJar(Supplier<ConnectorFactory>... factories) throws IOException {
        return tests(Path.of("src/main/resources", GoldenCase.IN_JAR), factories);
    }

    /**
     * The cases in a folder.
     *
     * @param factories the connectors they are for; a case that names none is for the first
     * @throws IllegalArgumentException if there is no case, for then nothing would be tested
     */
    @SafeVarargs
    public static Stream<DynamicTest> tests(Path folder, Supplier<ConnectorFactory>... factories) throws IOException {
        var cases = GoldenCase.read(folder);
        if (cases.isEmpty()) {
            throw new IllegalArgumentException("there is no golden message in " + folder.toAbsolutePath());
        }
        return cases.stream()
                .map(one -> DynamicTest.dynamicTest(
                        one.name(), folder.resolve(one.name()).toUri(), () -> assertThat(run(one, List.of(factories)))
                                .as("what is not as the golden message says")
                                .isEmpty()));
    }

    private static List<GoldenRun.Difference> run(GoldenCase one, List<Supplier<ConnectorFactory>> factories)
            throws Exception {
        for (var maker : factories) {
            try (var factory = maker.get()) {
                var name = factory.descriptor().name();
                if (one.connector().orElse(name).equals(name)) {
                    return run(one, factory);
                }
            }
        }
        throw new IllegalArgumentException(
                "no connector here is called '" + one.connector().orElse("") + "'");
    }

    private static List<GoldenRun.Difference> run(GoldenCase one, ConnectorFactory factory) throws Exception {
        var scratch = Files.createTempDirectory("golden-message");
        try {
            return GoldenRun.of(one, factory, scratch);
        } finally {
            try (var all = Files.walk(scratch)) {
                for (var path : all.sorted(Comparator.reverseOrder()).toList()) {
                    Files.delete(path);
                }
            }
        }
    }
}
