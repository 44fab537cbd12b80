package de.stellwerk.hub.signature;

import static org.assertj.core.api.Assertions.assertThat;

import de.stellwerk.hub.Conformance;
import de.stellwerk.hub.Conformance.Sample;
import de.stellwerk.hub.spi.Content;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The signed documents of other projects, good and hostile. */
class SignatureConformanceIT {

    /** Such as {@code XAdES-BASELINE-B TOTAL-FAILED/HASH_FAILURE, signature value NOT intact}. */
    private static final Pattern SIGNATURE = Pattern.compile(
            "([A-Za-z0-9-]+) (TOTAL-FAILED|TOTAL-PASSED|INDETERMINATE)/([A-Z_]+), signature value (NOT )?intact");

    /** What a signature in a file of its own signs. */
    private static final Map<String, String> DETACHED = Map.of(
            "dss/cades/dss-1188/Test.bin.sig", "dss/cades/dss-1188/Test.bin",
            "dss/xades/dss1334/simple-test.signed-only-detached-LuxTrustCA3.xml", "dss/xades/dss1334/simple-test.xml");

    @TempDir
    Path nobody;

    @Test
    void noneIsAcceptedWhereNobodyIsTrusted() {
        var samples = samples();
        assertThat(samples).hasSizeGreaterThan(60);
        for (var sample : samples) {
            var verdict = verifier().verify(content(sample.file()), attachments(sample));
            assertThat(verdict.accepted()).as(sample.name()).isFalse();
            assertThat(verdict.code()).as(sample.name()).startsWith("sig.");
        }
    }

    @Test
    void theValidatorComesToTheMeasuredResults() {
        var different = new ArrayList<String>();
        var compared = 0;
        for (var sample : samples()) {
            if (!sample.expected().startsWith("measured")) continue;
            var expected = expected(sample.expected());
            var found = verifier().verify(content(sample.file()), attachments(sample)).signatures().stream()
                    .map(one -> one.format() + " " + one.indication() + "/" + one.subIndication() + " " + one.intact())
                    .toList();
            compared++;
            if (!found.equals(expected)) different.add(sample.name() + ": expected " + expected + ", found " + found);
        }
        assertThat(compared).isGreaterThan(50);
        assertThat(different).isEmpty();
    }

    private static List<String> expected(String outcome) {
        var found = new ArrayList<String>();
        var matcher = SIGNATURE.matcher(outcome.replaceFirst("\\| asserted.*", ""));
        while (matcher.find())
            found.add(matcher.group(1) + " " + matcher.group(2) + "/" + matcher.group(3) + " "
                    + (matcher.group(4) == null));
        return found;
    }

    private static List<Sample> samples() {
        return Conformance.samples("signatures");
    }

    private SignatureVerifier verifier() {
        return new SignatureVerifier(nobody, Clock.fixed(Instant.parse("2026-11-24T10:00:00Z"), ZoneOffset.UTC));
    }

    private static List<Content> attachments(Sample sample) {
        var other = DETACHED.get(sample.name());
        return other == null
                ? List.of()
                : List.of(content(Conformance.topic("signatures").resolve(other)));
    }

    private static Content content(Path file) {
        return Content.of(String.valueOf(file.getFileName()), "application/octet-stream", file);
    }
}
