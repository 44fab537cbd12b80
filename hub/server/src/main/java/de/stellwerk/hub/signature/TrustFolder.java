package de.stellwerk.hub.signature;

import eu.europa.esig.dss.crl.CRLBinary;
import eu.europa.esig.dss.crl.CRLUtils;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.spi.DSSRevocationUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CRLException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.bouncycastle.cert.ocsp.BasicOCSPResp;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The folder in which an operator says whom the hub trusts: {@code *.pem}, {@code *.crt}, {@code *.cer} are trust anchors,
 * {@code *.crl} are revocation lists, PEM or DER, {@code *.ocsp} are OCSP responses, DER. A file {@code <anchor file>.no-revocation} says
 * that the CA of that anchor publishes no lists and that this is accepted for everything below it.
 *
 * <p>In its folder {@value #TRUSTED} {@code *.xml} are trusted lists (ETSI TS 119 612), and the certificates beside them are of those who may
 * sign such lists. A list that none of them has signed as a whole is not used.
 *
 * <p>The folder is listed at each call and read again when a name, a size or a time has changed.
 */
final class TrustFolder {

    private static final Logger log = LoggerFactory.getLogger(TrustFolder.class);
    private static final String EXEMPT = ".no-revocation";
    private static final String TRUSTED = "lists";
    private static final String CERTIFICATES = "(?i).*\\.(pem|crt|cer)";

    /** Far above what a trust folder holds; a file beyond it was put there by mistake. */
    private static final long LARGEST = 64 << 20;

    /** Twice the largest that a member state publishes. */
    private static final long LARGEST_LIST = 16 << 20;

    private final Path folder;
    private final Clock clock;
    private final Optional<Trust> fixed;
    private TreeMap<String, String> seen = new TreeMap<>();
    private Trust trust = Trust.nobody();

    /**
     * @param anchors certificates trusted as they are
     * @param exempt identifiers of the anchors below which missing revocation data is accepted
     * @param trusted lists that are well signed, whether in force or not
     * @param refused other lists, with the reason
     */
    record Trust(
            List<CertificateToken> anchors,
            Set<String> exempt,
            List<CRLBinary> lists,
            List<BasicOCSPResp> responses,
            List<TrustedList> trusted,
            List<String> refused) {

        static Trust nobody() {
            return new Trust(List.of(), Set.of(), List.of(), List.of(), List.of(), List.of());
        }
    }

    TrustFolder(Path folder, Clock clock) {
        this.folder = folder;
        this.clock = clock;
        this.fixed = Optional.empty();
    }

    /** No folder: this certificate, of which nobody publishes a revocation list. */
    TrustFolder(X509Certificate only, Clock clock) {
        var anchor = new CertificateToken(only);
        this.folder = Path.of("");
        this.clock = clock;
        this.fixed = Optional.of(new Trust(
                List.of(anchor), Set.of(anchor.getDSSIdAsString()), List.of(), List.of(), List.of(), List.of()));
    }

    synchronized Trust read() {
        if (fixed.isPresent()) return fixed.get();
        var now = listing();
        if (!now.equals(seen)) {
            trust = load(now.keySet());
            seen = now;
        }
        return trust;
    }

    private TreeMap<String, String> listing() {
        var listing = new TreeMap<String, String>();
        list(folder, listing);
        list(folder.resolve(TRUSTED), listing);
        return listing;
    }

    private void list(Path from, TreeMap<String, String> listing) {
        if (!Files.isDirectory(from)) return;
        try (var files = Files.newDirectoryStream(from)) {
            for (var file : files) {
                if (!Files.isRegularFile(file)) continue;
                var state = Files.size(file) + " " + Files.getLastModifiedTime(file);
                listing.put(folder.relativize(file).toString().replace('\\', '/'), state);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the trust folder cannot be read", e);
        }
    }

    private Trust load(Set<String> names) {
        var anchors = new ArrayList<CertificateToken>();
        var exempt = new HashSet<String>();
        var lists = new ArrayList<CRLBinary>();
        var responses = new ArrayList<BasicOCSPResp>();
        var signers = new ArrayList<X509Certificate>();
        for (var name : names) {
            try {
                if (name.startsWith(TRUSTED + "/")) {
                    if (name.matches(CERTIFICATES))
                        certificates(folder.resolve(name)).forEach(signer -> signers.add(signer.getCertificate()));
                } else if (name.matches(CERTIFICATES)) {
                    var found = certificates(folder.resolve(name));
                    anchors.addAll(found);
                    if (names.contains(name + EXEMPT) || names.contains(name.replaceFirst("\\.[^.]*$", "") + EXEMPT))
                        found.forEach(anchor -> exempt.add(anchor.getDSSIdAsString()));
                } else if (name.matches("(?i).*\\.crl")) {
                    lists.addAll(lists(folder.resolve(name)));
                } else if (name.matches("(?i).*\\.ocsp")) {
                    bound(folder.resolve(name));
                    responses.add(DSSRevocationUtils.loadOCSPFromBinaries(Files.readAllBytes(folder.resolve(name))));
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
        var trusted = new ArrayList<TrustedList>();
        var refused = new ArrayList<String>();
        for (var name : names) {
            if (!name.matches(TRUSTED + "/(?i).*\\.xml")) continue;
            var file = name.substring(TRUSTED.length() + 1);
            try {
                trusted.add(trusted(file, signers));
            } catch (TrustedList.Refused e) {
                refused.add(e.said(file));
            } catch (IOException e) {
                refused.add(new TrustedList.Refused("trust.list-format", "it cannot be read").said(file));
            }
        }
        for (var one : refused)
            log.warn("Trusted list not used: {}. Nobody is trusted by it. Replace it by the current one.", one);
        log.info(
                "Trust folder read: {} trust anchors, {} revocation lists, {} OCSP responses, {} trusted lists",
                anchors.size(),
                lists.size(),
                responses.size(),
                trusted.size());
        return new Trust(
                List.copyOf(anchors),
                Set.copyOf(exempt),
                List.copyOf(lists),
                List.copyOf(responses),
                List.copyOf(trusted),
                List.copyOf(refused));
    }

    private TrustedList trusted(String file, List<X509Certificate> signers) throws IOException, TrustedList.Refused {
        var path = folder.resolve(TRUSTED).resolve(file);
        bound(path, LARGEST_LIST);
        return TrustedList.of(file, Files.readAllBytes(path), signers, clock.instant());
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
        bound(file, LARGEST);
    }

    private static void bound(Path file, long largest) throws IOException {
        if (Files.size(file) > largest) throw new IOException("larger than " + largest + " bytes");
    }
}
