package de.stellwerk.samples.plugins;

import de.stellwerk.samples.Checkout;
import de.stellwerk.samples.town.Options;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/** {@code bin/plugin-acceptance}. Its last line is for scripts; it ends with 0 only if every promise was kept. */
public final class AcceptanceCommand {

    private static final int BAD = 1;
    private static final int NOT_RUN = 2;

    private AcceptanceCommand() {}

    public static void main(String[] words) throws InterruptedException {
        System.exit(run(List.of(words), new PrintStream(System.out, true, StandardCharsets.UTF_8)));
    }

    private static int run(List<String> words, PrintStream out) throws InterruptedException {
        try {
            var options = new Options(words, Set.of("home"), Set.of("short"));
            var checkout = Checkout.above(Path.of(System.getProperty("stellwerk.checkout", "")));
            var home = Path.of(options.text(
                    "home",
                    checkout.folder().resolve("target/plugin-acceptance").toString()));
            var outcome = Acceptance.run(
                    options.has("short") ? Acceptance.Size.small() : Acceptance.Size.full(), checkout, home, out);
            out.println(outcome.line());
            return outcome.good() ? 0 : BAD;
        } catch (IllegalArgumentException e) {
            out.println("Nicht gestartet, eine Angabe stimmt nicht. Hilfe: bin/plugin-acceptance --help");
            out.println("Not started, nothing was changed: " + e.getMessage() + ". Help: bin/plugin-acceptance --help");
            return NOT_RUN;
        } catch (IOException e) {
            out.println("Abgebrochen: " + e.getMessage());
            out.println("Broken off; the promises were neither kept nor broken as far as this run can tell.");
            return NOT_RUN;
        }
    }
}
