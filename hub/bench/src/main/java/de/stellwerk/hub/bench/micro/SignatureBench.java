package de.stellwerk.hub.bench.micro;

import static java.nio.charset.StandardCharsets.UTF_8;

import de.stellwerk.hub.signature.Seal;
import de.stellwerk.hub.signature.SignatureVerifier;
import de.stellwerk.hub.signature.Verdict;
import de.stellwerk.hub.spi.Content;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** A signed form of 2 KiB verified up to a trust anchor with its revocation list, and the hub's seal under a receipt. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@SuppressWarnings("NullAway.Init") // JMH calls the set-up first
public class SignatureBench {

    private static final byte[] RECEIPT =
            "{\"id\":\"0190b5c4-0000-7000-8000-000000000000\",\"parts\":[{\"role\":\"body\",\"size\":2048}]}"
                    .getBytes(UTF_8);

    private Path folder;
    private SignatureVerifier verifier;
    private Seal seal;
    private Content signed;

    @Setup
    public void sign() throws Exception {
        folder = Files.createTempDirectory("stellwerk-bench");
        var pen = new Pen();
        pen.writeTrust(folder.resolve("trust"));
        signed = Content.of("formular.xml", "application/xml", pen.signed(Samples.registration()));
        verifier = new SignatureVerifier(folder.resolve("trust"), Clock.systemUTC());
        seal = new Seal(Files.createDirectories(folder.resolve("keys")), Clock.systemUTC());
        var verdict = verifier.verify(signed, List.of());
        if (!verdict.accepted()) {
            throw new IllegalStateException("the bench's own signature is refused: " + verdict.code());
        }
    }

    @Benchmark
    public Verdict verifyXades() {
        return verifier.verify(signed, List.of());
    }

    /** The same with the three reports that a message keeps: the validator's, that of ETSI TS 119 102-2, and the page for people. */
    @Benchmark
    public int verifyXadesWithReports() throws IOException {
        var verdict = verifier.verify(signed, List.of());
        return read(verdict.report()) + read(verdict.etsi().orElseThrow()) + read(verdict.readable());
    }

    private static int read(Content report) throws IOException {
        try (var in = report.open()) {
            return in.readAllBytes().length;
        }
    }

    @Benchmark
    public String seal() {
        return seal.seal(RECEIPT);
    }

    @TearDown
    public void clean() throws IOException {
        try (var all = Files.walk(folder)) {
            for (var path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
