package de.stellwerk.hub.signature;

import de.stellwerk.hub.config.Limits;
import de.stellwerk.hub.gate.Archives;
import de.stellwerk.hub.gate.BadInput;
import de.stellwerk.hub.spi.Content;
import eu.europa.esig.dss.asic.common.validation.AbstractASiCContainerValidator;
import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.enumerations.SignatureScopeType;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.zip.ZipInputStream;

/**
 * Whether the signatures of a container (ASiC-S and ASiC-E, ETSI EN 319 162-1) cover all files in it. What lies in
 * {@code META-INF} belongs to the signatures themselves.
 */
final class ContainerCoverage {

    private static final int LARGEST = 64 << 20;

    /** What the hub's own containers have beside their files. */
    private static final Set<String> OWN =
            Set.of("mimetype", "META-INF/ASiCManifest001.xml", "META-INF/signature001.p7s");

    private ContainerCoverage() {}

    /** Refuses what an unpacker could be hurt by, before one sees it. */
    static void check(byte[] container) throws SignatureVerifier.Unfit {
        var usual = Limits.defaults();
        var limits = new Limits(LARGEST, usual.xml(), usual.inline(), usual.attachments());
        try {
            Archives.check(new ByteArrayInputStream(container), limits);
        } catch (BadInput e) {
            throw new SignatureVerifier.Unfit(
                    new Problem("sig.format", "it is an archive that is not taken (" + e.code() + ")"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The validator of a container whose signatures are no danger to it. */
    static SignedDocumentValidator validator(DSSDocument document) throws SignatureVerifier.Unfit {
        var validator = SignedDocumentValidator.fromDocument(document);
        if (validator instanceof AbstractASiCContainerValidator container) {
            for (var signature : container.getSignatureDocuments()) {
                var bytes = bytes(signature);
                if (bytes.length > 0 && !signature.getName().endsWith(".p7s")) {
                    var danger = SignatureVerifier.xml(bytes).danger(bytes.length);
                    if (danger.isPresent()) throw new SignatureVerifier.Unfit(danger.get());
                }
            }
        }
        return validator;
    }

    static Optional<Problem> gap(SignatureWrapper signature, byte[] container, List<Content> attachments) {
        if (!attachments.isEmpty()) return Optional.of(Problem.coverage("there are attachments that nobody signed"));
        if (signature.isCounterSignature()) return Optional.empty();
        var signed = new HashSet<String>();
        for (var scope : signature.getSignatureScopes())
            if (scope.getScope() == SignatureScopeType.FULL) signed.add(scope.getName());
        return signed.containsAll(contents(container))
                ? Optional.empty()
                : Optional.of(Problem.coverage("there are files in the container that it does not sign"));
    }

    private static Set<String> contents(byte[] container) {
        var names = new HashSet<String>();
        try (var zip = new ZipInputStream(new ByteArrayInputStream(container))) {
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                var name = entry.getName();
                if (!entry.isDirectory() && !name.equals("mimetype") && !name.startsWith("META-INF/")) names.add(name);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return names;
    }

    /** The files that are not the signature's own; empty where two have one name, or something lies where it has no business. */
    static Optional<Map<String, byte[]>> files(byte[] container) {
        var files = new HashMap<String, byte[]>();
        var own = new HashSet<String>();
        try (var zip = new ZipInputStream(new ByteArrayInputStream(container))) {
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                var name = entry.getName();
                var bytes = zip.readAllBytes();
                var belongs = name.equals("mimetype") || name.startsWith("META-INF/");
                if (belongs ? !own.add(name) || !OWN.contains(name) : files.put(name, bytes) != null)
                    return Optional.empty();
            }
        } catch (IOException e) {
            return Optional.empty();
        }
        return own.equals(OWN) ? Optional.of(files) : Optional.empty();
    }

    private static byte[] bytes(DSSDocument document) {
        try (var in = document.openStream()) {
            return in.readNBytes(LARGEST);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
