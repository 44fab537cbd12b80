package de.stellwerk.hub.bench.micro;

import de.stellwerk.hub.config.Limits;
import de.stellwerk.hub.gate.Archives;
import de.stellwerk.hub.gate.BadInput;
import de.stellwerk.hub.gate.FileNames;
import de.stellwerk.hub.gate.HeaderGate;
import de.stellwerk.hub.gate.MediaTypes;
import de.stellwerk.hub.gate.SafeXml;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What every part of every message passes on its way in. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class GateBench {

    private final Limits limits = Limits.defaults();
    private final byte[] small = Samples.registration();
    private final byte[] medium = Samples.large(20 << 10);
    private final byte[] large = Samples.large(1 << 20);
    private final byte[] zip = Samples.zip();
    private final byte[] firstBytes = Arrays.copyOf(small, 512);
    private final Map<String, String> headers =
            Map.of("Betreff", "Gewerbeanmeldung", "amount-cents", "2600", "X-Eingang", "2026-11-24", "Sprache", "de");

    @Benchmark
    public void xml2KiB() throws BadInput, IOException {
        SafeXml.check(new ByteArrayInputStream(small), limits);
    }

    @Benchmark
    public void xml20KiB() throws BadInput, IOException {
        SafeXml.check(new ByteArrayInputStream(medium), limits);
    }

    @Benchmark
    public void xml1MiB() throws BadInput, IOException {
        SafeXml.check(new ByteArrayInputStream(large), limits);
    }

    @Benchmark
    public Map<String, String> headers() {
        return HeaderGate.pass(headers);
    }

    @Benchmark
    public String fileName() throws BadInput {
        return FileNames.safe("Gewerbeanmeldung Müller & Söhne (Kopie).pdf");
    }

    @Benchmark
    public void mediaType() throws BadInput {
        MediaTypes.check("application/xml; charset=UTF-8", firstBytes);
    }

    @Benchmark
    public void archiveOf20() throws BadInput, IOException {
        Archives.check(new ByteArrayInputStream(zip), limits);
    }
}
