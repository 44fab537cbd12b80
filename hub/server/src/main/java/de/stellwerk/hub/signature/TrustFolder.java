package de.stellwerk.hub.signature;

import eu.europa.esig.dss.crl.CRLBinary;
import eu.europa.esig.dss.crl.CRLUtils;
import eu.europa.esig.dss.model.x509.CertificateToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder in which an operator says whom the hub trusts: {@code *.pem}, {@code *.crt}, {@code *.cer} are trust anchors,
 * {@code *.crl} are revocation lists, PEM or DER. A file {@code <anchor file>.no-revocation} says that the CA of that anchor
 * publishes no lists and that this is accepted for everything below it.
 *
 * <p>The folder is listed at each call and read again when a name, a size or a time has changed.
 */
final class TrustFolder {

    private static final Logger log = LoggerFactory.getLogger(TrustFolder.class);
    private static final String EXEMPT = ".no-revocation";

    /** Far above what a trust folder holds; a file beyond it was put there by mistake. */
    private static final long LARGEST = 64 << 20;

    private final Path folder;
    private TreeMap<String, String> seen = new TreeMap<>();
    private Trust trust = new Trust(List.of(), Set.of(), List.of());

    /**
     * @param anchors certificates trusted as they are
     * @param exempt identifiers of the anchors below which missing revocation data is accepted
     */
    record Trust(List<CertificateToken> anchors, Set<String> exempt, List<CRLBinary> lists) {}

    TrustFolder(Path folder) {
        this.folder = folder;
    }

    synchronized Trust read() {
        var now = listing();
        if (!now.equals(seen)) {
            trust = load(now.keySet());
            seen = now;
        }
        return trust;
    }

    private TreeMap<String, String> listing() {
        var listing = new TreeMap<String, String>();
        if (!Files.isDirectory(folder)) return listing;
        try (var files = Files.newDirectoryStream(folder)) {
            for (var file : files) {
                if (!Files.isRegularFile(file)) continue;
                var state = Files.size(file) + " " + Files.getLastModifiedTime(file);
                listing.put(String.valueOf(file.getFileName()), state);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the trust folder cannot be read", e);
        }
        return listing;
    }

    private Trust load(Set<String> names) {
        var anchors = new ArrayList<CertificateToken>();
        var exempt = new HashSet<String>();
        var lists = new ArrayList<CRLBinary>();
        for (var name : names) {
            try {
                if (name.matches("(?i).*\\.(pem|crt|cer)")) {
                    var found = certificates(folder.resolve(name));
                    anchors.addAll(found);
                    if (names.contains(name + EXEMPT) || names.contains(name.replaceFirst("\\.[^.]*$", "") + EXEMPT))
                        found.forEach(anchor -> exempt.add(anchor.getDSSIdAsString()));
                } else if (name.matches("(?i).*\\.crl")) {
                    lists.addAll(lists(folder.resolve(name)));
                }
            } catch (IOException | CertificateException | CRLException | RuntimeException e) {
                // One bad file must not take the trust in the others away; what it would have said is simply not known.
                log.warn(
                        "Trust file {} cannot be used ({}). Signatures that need it are refused. Replace it by a PEM or DER"
                                + " file.",
                        name,
                        e.getClass().getSimpleName());
            }
        }
        log.info("Trust folder read: {} trust anchors, {} revocation lists", anchors.size(), lists.size());
        return new Trust(List.copyOf(anchors), Set.copyOf(exempt), List.copyOf(lists));
    }

    private static List<CertificateToken> certificates(Path file) throws IOException, CertificateException {
        bound(file);
        try (var in = Files.newInputStream(file)) {
            return CertificateFactory.getInstance("X.509").generateCertificates(in).stream()
                    .map(certificate -> new CertificateToken((X509Certificate) certificate))
                    .toList();
        }
    }

    private static List<CRLBinary> lists(Path file) throws IOException, CertificateException, CRLException {
        bound(file);
        var lists = new ArrayList<CRLBinary>();
        try (var in = Files.newInputStream(file)) {
            for (var list : CertificateFactory.getInstance("X.509").generateCRLs(in))
                lists.add(CRLUtils.buildCRLBinary(((X509CRL) list).getEncoded()));
        }
        return lists;
    }

    private static void bound(Path file) throws IOException {
        if (Files.size(file) > LARGEST) throw new IOException("larger than " + LARGEST + " bytes");
    }
}
