package de.stellwerk.samples.crash;

import de.stellwerk.samples.Checkout;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

public final class CrashTest {
    public static void main(String[] words) throws Exception {
        var checkout = Checkout.above(Path.of(System.getProperty("stellwerk.checkout", "")));
        try (var run = CrashRun.begin(
                Path.of("/tmp/crash-home"),
                checkout,
                List.of(
                        new RestToFolder(),
                        new FileToFolder(),
                        new RestToPayment(),
                        new RestToQueue(),
                        new RestToMail()),
                1,
                System.out)) {
            for (var point : List.of("DELIVERY_ANSWERED")) {
                for (var channel : List.of(
                        new RestToFolder(),
                        new FileToFolder(),
                        new RestToPayment(),
                        new RestToQueue(),
                        new RestToMail())) {
                    if (channel.passes(point)) run.atPoint(channel, point, 1);
                }
            }
            run.atRandom(run.acknowledged() + 500, Duration.ofMillis(100), false);
            run.atRandom(run.acknowledged() + 500, Duration.ofMillis(100), true);
            var outcome = run.settle();
            outcome.books().forEach(System.out::println);
            outcome.problems().forEach(System.out::println);
            System.out.println(outcome.line());
        }
    }
}
