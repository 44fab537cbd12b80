package de.stellwerk.hub.config;

import de.stellwerk.hub.config.Section.Reading;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What a signed message of one kind must have.
 *
 * @param trust the folder of trust anchors and revocation lists
 * @param formats such as {@code XAdES}, {@code PAdES}, {@code CAdES}, {@code JAdES}; empty takes every one
 * @param level the least one: {@code ""} for any, {@code B}, {@code T} (with a time stamp), {@code LT} (with revocation data) or
 *     {@code LTA} (with an archive time stamp), ETSI EN 319 102-1, 4.3
 * @param digests the hash algorithms taken
 * @param rsa the least length of an RSA key in bits
 * @param ec the least length of an elliptic curve's key in bits
 */
public record SignaturePolicy(Path trust, Set<String> formats, String level, Set<String> digests, int rsa, int ec) {

    private static final Set<String> KEYS = Set.of("trust", "formats", "level", "digests", "rsa", "ec");
    private static final Set<String> FORMATS = Set.of("XAdES", "PAdES", "CAdES", "JAdES");
    private static final Set<String> LEVELS = Set.of("B", "T", "LT", "LTA");

    /** BSI TR-02102-1: hash functions of 256 bits or more of the families SHA-2 and SHA-3. */
    private static final Set<String> DIGESTS = Set.of("SHA256", "SHA384", "SHA512", "SHA3-256", "SHA3-384", "SHA3-512");

    /** Shorter keys are taken by nobody; BSI TR-02102-1 asks for RSA keys of 3,000 bits, as a policy can. */
    private static final int RSA = 2_048;

    private static final int EC = 256;

    /** What is asked for where no policy says more: RSA keys of 2,048 bits, as most certificates in use still have. */
    public static SignaturePolicy usual(Path trust) {
        return new SignaturePolicy(trust, Set.of(), "", DIGESTS, RSA, EC);
    }

    /**
     * Reads a policy from a YAML file with the keys {@code trust} (a folder, relative to the file), {@code formats} and {@code
     * digests} (names, separated by commas), {@code level}, {@code rsa} and {@code ec}.
     */
    public static SignaturePolicy read(Path file) throws ConfigProblems {
        var problems = new Problems();
        var yaml = new YamlFile(file, String.valueOf(file.getFileName()), problems);
        var reading = new Reading(new Values(file.resolveSibling("secrets"), Map.of(), problems), problems);
        var top = yaml.top().map(node -> new Section(yaml, node, KEYS, reading));
        problems.check();
        var section = top.orElseThrow();
        var policy = new SignaturePolicy(
                file.resolveSibling(section.text("trust", "trust")),
                names(section, "formats", FORMATS, Set.of()),
                names(section, "level", LEVELS, Set.of()).stream().findFirst().orElse(""),
                names(section, "digests", DIGESTS, DIGESTS),
                section.number("rsa", RSA, RSA, 16_384),
                section.number("ec", EC, EC, 521));
        problems.check();
        return policy;
    }

    private static Set<String> names(Section section, String key, Set<String> known, Set<String> otherwise) {
        var given = section.value(key);
        if (given.isEmpty()) {
            return otherwise;
        }
        var names = Arrays.stream(given.get().text().split("\\s*,\\s*")).collect(Collectors.toSet());
        if (!known.containsAll(names)) {
            var expected = known.stream().sorted().collect(Collectors.joining(", "));
            section.report(ProblemCode.SHAPE, given.get().place(), key, expected);
        }
        return names;
    }
}
