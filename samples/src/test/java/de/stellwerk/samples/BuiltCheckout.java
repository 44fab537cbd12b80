package de.stellwerk.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;

/** The jars the end-to-end tests start. */
final class BuiltCheckout {

    private BuiltCheckout() {}

    /** Fails, rather than skips, where a jar is not built: a test that did not run has shown nothing. */
    static Checkout require() throws IOException {
        var checkout = Checkout.above(Path.of(""));
        assertThat(checkout.unbuilt())
                .as("jars the end-to-end tests need; run 'mvn -DskipTests package' in " + checkout.folder() + " first")
                .isEmpty();
        return checkout;
    }
}
