package de.stellwerk.hub.signature;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.util.Base64;
import de.stellwerk.hub.spi.Content;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.jspecify.annotations.Nullable;

/**
 * The hub's own seal: a signature under what the hub says it has done. Anyone with the certificate can check it, long after.
 *
 * <p>A seal is a compact JWS (RFC 7515), ES256, with the certificate in the header {@code x5c}. The key is made at the first
 * use and kept as {@code seal.p12} with its password in {@code seal.password}, both readable by the hub only.
 *
 * <p>Thread-safe, also for several nodes that share the folder: one of them makes the key, the others wait and take it.
 */
public final class Seal {

    private static final String ENTRY = "seal";
    private static final Duration VALID = Duration.ofDays(10 * 365);
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Path keyStore;
    private final Path password;
    private final Optional<TimeStamps> stamps;
    private final Clock clock;
    private @Nullable Key key;

    private record Key(ECPrivateKey secret, X509Certificate certificate) {}

    /**
     * What a time-stamping authority has said to a seal.
     *
     * @param token a token (RFC 3161, DER, Base64) over the SHA-256 of the seal's characters
     * @param missing why there is none; a later seal under the same may have one
     */
    public record Stamp(@Nullable String token, @Nullable String missing) {}

    /** @param stampMissing why the signature has no time stamp; empty if it has one, or if no authority is configured */
    public record Container(byte[] bytes, String stampMissing) {}

    /** Without time stamps. */
    public Seal(Path keyFolder, Clock clock) {
        this(keyFolder, Optional.empty(), clock);
    }

    public Seal(Path keyFolder, Optional<TimeStamps> stamps, Clock clock) {
        this.stamps = stamps;
        this.keyStore = keyFolder.resolve("seal.p12");
        this.password = keyFolder.resolve("seal.password");
        this.clock = clock;
    }

    /** The payload and the hub's signature under it, as compact JWS. */
    public String seal(byte[] payload) {
        try {
            var mine = key();
            var header = new JWSHeader.Builder(JWSAlgorithm.ES256)
                    .x509CertChain(List.of(Base64.encode(mine.certificate().getEncoded())))
                    .build();
            var jws = new JWSObject(header, new Payload(payload));
            jws.sign(new ECDSASigner(mine.secret()));
            return jws.serialize();
        } catch (GeneralSecurityException | JOSEException e) {
            throw new IllegalStateException("the hub cannot seal with its key in " + keyStore.getFileName(), e);
        }
    }

    /** A time stamp on a seal; empty where no authority is configured. Waits as long as is configured, at most. */
    public Optional<Stamp> stamp(String seal) {
        return stamps.map(authority -> {
            try {
                var token = authority.stamp(seal.getBytes(US_ASCII));
                return new Stamp(java.util.Base64.getEncoder().encodeToString(token), null);
            } catch (TimeStamps.Missing e) {
                return new Stamp(null, e.code());
            }
        });
    }

    /**
     * The files in one container that the hub has signed (ASiC-E, ETSI EN 319 162-1), with a time stamp if an authority gives one; their
     * names are paths in it.
     */
    public Container container(List<Content> files) {
        try {
            var mine = key();
            var container = new SealedContainer(files, mine.secret(), mine.certificate(), clock.instant());
            if (stamps.isPresent()) {
                try {
                    return new Container(container.stamped(stamps.get()), "");
                } catch (TimeStamps.Missing e) {
                    return new Container(container.plain(), e.code());
                }
            }
            return new Container(container.plain(), "");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the hub cannot seal with its key in " + keyStore.getFileName(), e);
        }
    }

    /**
     * The time at which a container was sealed, by the stamp of one of these authorities; empty if it has none.
     *
     * @param authoritiesPem certificates of the authority or its issuers
     */
    public static Optional<Instant> stamped(byte[] container, String authoritiesPem) {
        return SealedContainer.stamped(container, authoritiesPem);
    }

    /**
     * The files of a container made with the given certificate, by their paths; empty when it is not, when a file was changed, added, taken
     * away or renamed, or when it is not a container.
     */
    public static Optional<Map<String, byte[]>> opened(byte[] container, String certificatePem, Clock clock) {
        try {
            var certificate = (X509Certificate) CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(certificatePem.getBytes(US_ASCII)));
            var verdict = SignatureVerifier.trusting(certificate, clock)
                    .verify(Content.of("container.asice", "application/vnd.etsi.asic-e+zip", container), List.of());
            var plain = verdict.accepted() && verdict.signatures().size() == 1;
            return plain ? ContainerCoverage.files(container) : Optional.empty();
        } catch (CertificateException e) {
            throw new IllegalArgumentException("not a certificate in PEM", e);
        }
    }

    /** The certificate to give to those who check seals, as PEM. */
    public String certificatePem() {
        try {
            var body = java.util.Base64.getMimeEncoder(64, new byte[] {'\n'})
                    .encodeToString(key().certificate().getEncoded());
            return "-----BEGIN CERTIFICATE-----\n" + body + "\n-----END CERTIFICATE-----\n";
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the certificate of the hub's seal cannot be encoded", e);
        }
    }

    /**
     * The payload of a seal made with the given certificate; empty when it is not, or was altered. Only the certificate
     * given counts, never the one that the seal brings along.
     */
    public static Optional<byte[]> opened(String seal, String certificatePem) {
        try {
            var certificate = CertificateFactory.getInstance("X.509")
                    .generateCertificate(new ByteArrayInputStream(certificatePem.getBytes(US_ASCII)));
            var jws = JWSObject.parse(seal);
            var good = JWSAlgorithm.ES256.equals(jws.getHeader().getAlgorithm())
                    && certificate.getPublicKey() instanceof ECPublicKey publicKey
                    && jws.verify(new ECDSAVerifier(publicKey));
            return good ? Optional.of(jws.getPayload().toBytes()) : Optional.empty();
        } catch (ParseException | JOSEException e) {
            // Not a seal at all is no better than a wrong one.
            return Optional.empty();
        } catch (CertificateException e) {
            throw new IllegalArgumentException("not a certificate in PEM", e);
        }
    }

    private synchronized Key key() {
        var mine = key;
        if (mine == null) {
            try {
                mine = Files.exists(keyStore) ? load() : loadOrMake();
            } catch (GeneralSecurityException | OperatorCreationException e) {
                throw new IllegalStateException(
                        "The key of the hub's seal in " + keyStore.getFileName()
                                + " cannot be used. Nothing was sealed or changed. Restore it and its password from the backup.",
                        e);
            } catch (IOException e) {
                throw new UncheckedIOException(
                        "The key of the hub's seal in " + keyStore.getFileName()
                                + " cannot be read or written. Nothing was sealed. Check its rights, or restore it from the backup.",
                        e);
            }
            key = mine;
        }
        return mine;
    }

    private Key loadOrMake() throws GeneralSecurityException, OperatorCreationException, IOException {
        Files.createDirectories(parent(keyStore));
        synchronized (Seal.class) { // a process must not ask twice for a lock of the file system
            try (var channel = FileChannel.open(
                            keyStore.resolveSibling("seal.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    var lock = channel.lock()) {
                return lock.isValid() && Files.exists(keyStore) ? load() : make();
            }
        }
    }

    private Key load() throws GeneralSecurityException, IOException {
        var secret = Files.readString(password, US_ASCII).strip().toCharArray();
        var store = KeyStore.getInstance("PKCS12");
        try (var in = Files.newInputStream(keyStore)) {
            store.load(in, secret);
        }
        if (store.getKey(ENTRY, secret) instanceof ECPrivateKey privateKey
                && store.getCertificate(ENTRY) instanceof X509Certificate certificate)
            return new Key(privateKey, certificate);
        throw new GeneralSecurityException("no key named " + ENTRY);
    }

    private Key make() throws GeneralSecurityException, OperatorCreationException, IOException {
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec("secp256r1"), RANDOM);
        var pair = generator.generateKeyPair();
        var name = new X500Name("CN=Stellwerk seal");
        var now = clock.instant();
        var builder = new JcaX509v3CertificateBuilder(
                        name,
                        new BigInteger(120, RANDOM),
                        Date.from(now),
                        Date.from(now.plus(VALID)),
                        name,
                        pair.getPublic())
                .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                .addExtension(
                        Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature | KeyUsage.nonRepudiation));
        var certificate = new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder("SHA256withECDSA").build(pair.getPrivate())));

        var random = new byte[32];
        RANDOM.nextBytes(random);
        var secret = java.util.Base64.getUrlEncoder().withoutPadding().encodeToString(random);
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry(ENTRY, pair.getPrivate(), secret.toCharArray(), new Certificate[] {certificate});
        var bytes = new ByteArrayOutputStream();
        store.store(bytes, secret.toCharArray());

        // The password first: a store without its password could never be opened, a password without a store is just
        // overwritten.
        write(password, (secret + "\n").getBytes(US_ASCII));
        write(keyStore, bytes.toByteArray());
        return load();
    }

    /** There in whole or not at all, also after a loss of power, and never readable by others in between. */
    private static void write(Path file, byte[] bytes) throws IOException {
        var temporary = file.resolveSibling(file.getFileName() + ".tmp");
        Files.deleteIfExists(temporary);
        var mine = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
        try (var channel =
                FileChannel.open(temporary, Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW), mine)) {
            var left = ByteBuffer.wrap(bytes);
            while (left.hasRemaining()) channel.write(left);
            channel.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        try (var folder = FileChannel.open(parent(file), StandardOpenOption.READ)) {
            folder.force(true);
        }
    }

    private static Path parent(Path file) {
        return Optional.ofNullable(file.toAbsolutePath().getParent()).orElseThrow();
    }
}
