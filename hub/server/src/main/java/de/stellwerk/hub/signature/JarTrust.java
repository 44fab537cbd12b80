package de.stellwerk.hub.signature;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSigner;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Clock;
import java.util.Base64;
import java.util.Date;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;

/**
 * Whose signatures on plugin jars count. A jar is signed by a file beside it, {@code NAME.jar.sig}, with an Ed25519 signature (RFC 8032) of
 * the jar's bytes, or as the JDK's {@code jarsigner} does it.
 */
public final class JarTrust {

    /** The signature of a larger jar is not made or checked: it would need the whole jar in memory. */
    public static final long LARGEST = 64L << 20;

    /** A file of a signature is never larger. */
    public static final int LARGEST_SIGNATURE = 4096;

    private static final int RAW = 64;
    /** What every Ed25519 public key starts with in its X.509 form (RFC 8410). */
    private static final String ED25519 = "302a300506032b6570032100";

    private static final String PEM = "-----BEGIN ";

    /** A key of the configuration is none. */
    public static final class NotAKey extends IllegalArgumentException {

        private static final long serialVersionUID = 1L;

        NotAKey(String name, Exception cause) {
            super(
                    "plugins.keys: „" + name
                            + "“ ist weder ein öffentlicher Ed25519-Schlüssel noch ein Zertifikat. Es wurde"
                            + " nichts gestartet. In config/hub.yaml berichtigen. / '" + name
                            + "' is neither an Ed25519 public key nor a certificate. Nothing was started. Correct it in"
                            + " config/hub.yaml.",
                    cause);
        }
    }

    private final Map<String, PublicKey> keys = new LinkedHashMap<>();
    private final Clock clock;

    public enum State {
        /** Nobody has signed it. */
        UNSIGNED,
        /** Signed by a known key, and unchanged since. */
        GOOD,
        /** Signed by somebody unknown, or changed since. */
        BAD
    }

    /**
     * @param by the name of the known key
     * @param english for {@code BAD}: what is wrong with it
     */
    public record Verdict(State state, String by, String english, String german) {

        private static Verdict good(String by) {
            return new Verdict(State.GOOD, by, "", "");
        }

        private static Verdict bad(String english, String german) {
            return new Verdict(State.BAD, "", english, german);
        }
    }

    /**
     * @param keys public keys and certificates by name, PEM or base64
     * @throws NotAKey naming the first that is none
     */
    public JarTrust(Map<String, String> keys, Clock clock) {
        this.clock = clock;
        keys.forEach((name, text) -> {
            try {
                this.keys.put(name, key(text));
            } catch (GeneralSecurityException | IllegalArgumentException e) {
                throw new NotAKey(name, e);
            }
        });
    }

    private static PublicKey key(String text) throws GeneralSecurityException {
        if (text.contains(PEM + "CERTIFICATE")) {
            return certificate(text.getBytes(StandardCharsets.US_ASCII)).getPublicKey();
        }
        var bytes = decoded(text);
        return HexFormat.of().formatHex(bytes).startsWith(ED25519)
                ? KeyFactory.getInstance("Ed25519").generatePublic(new X509EncodedKeySpec(bytes))
                : certificate(bytes).getPublicKey();
    }

    private static X509Certificate certificate(byte[] bytes) throws CertificateException {
        var read = CertificateFactory.getInstance("X.509").generateCertificate(new java.io.ByteArrayInputStream(bytes));
        if (read instanceof X509Certificate certificate) {
            return certificate;
        }
        throw new CertificateException("not an X.509 certificate");
    }

    private static byte[] decoded(String text) {
        return Base64.getMimeDecoder()
                .decode(text.replaceAll("-----[A-Z ]+-----", "").strip());
    }

    /** The first 16 hexadecimal digits of the SHA-256 of a key's X.509 form: short enough to compare by eye. */
    private static String id(PublicKey key) throws GeneralSecurityException {
        return HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256").digest(key.getEncoded()))
                .substring(0, 16);
    }

    /**
     * What the signatures of a jar are worth. If a file of a signature is there, it alone counts.
     *
     * @param signature the file beside the jar; need not exist
     * @throws IOException if one of them cannot be read
     */
    public Verdict check(Path jar, Path signature) throws IOException {
        try {
            return Files.exists(signature) ? beside(jar, signature) : inside(jar);
        } catch (GeneralSecurityException e) {
            throw new IOException("the signature could not be checked", e);
        }
    }

    private Verdict beside(Path jar, Path file) throws IOException, GeneralSecurityException {
        if (Files.size(file) > LARGEST_SIGNATURE) {
            return Verdict.bad(
                    "The file of the signature is larger than 4 KiB.", "Die Datei der Signatur ist größer als 4 KiB.");
        }
        if (Files.size(jar) > LARGEST) {
            return Verdict.bad(
                    "A jar of more than 64 MiB cannot be signed by a file beside it; sign it with jarsigner.",
                    "Ein Archiv über 64 MiB kann nicht durch eine Datei daneben signiert werden; mit jarsigner signieren.");
        }
        var given = signature(Files.readAllBytes(file));
        if (given.isEmpty()) {
            return Verdict.bad(
                    "The file beside the jar holds no Ed25519 signature (64 bytes, as they are or in base64).",
                    "Die Datei neben dem Archiv enthält keine Ed25519-Signatur (64 Bytes, roh oder in Base64).");
        }
        var bytes = Files.readAllBytes(jar);
        for (var key : keys.entrySet()) {
            if (key.getValue().getAlgorithm().matches("Ed25519|EdDSA")) {
                var verifier = Signature.getInstance("Ed25519");
                verifier.initVerify(key.getValue());
                verifier.update(bytes);
                if (verifies(verifier, given.get())) {
                    return Verdict.good(key.getKey());
                }
            }
        }
        return Verdict.bad(
                "Its signature is by none of the known keys (" + String.join(", ", keys.keySet())
                        + "), or the jar was changed after it was signed.",
                "Ihre Signatur ist von keinem der bekannten Schlüssel (" + String.join(", ", keys.keySet())
                        + "), oder das Archiv wurde danach verändert.");
    }

    private static boolean verifies(Signature verifier, byte[] signature) {
        try {
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            return false; // 64 bytes that cannot be a signature at all
        }
    }

    /** The last word of the file's line, so that a word on the key may stand before it. */
    private static Optional<byte[]> signature(byte[] file) {
        if (file.length == RAW) {
            return Optional.of(file);
        }
        var words = new String(file, StandardCharsets.ISO_8859_1).strip().split("\\s+");
        try {
            return Optional.of(Base64.getDecoder().decode(words[words.length - 1]))
                    .filter(bytes -> bytes.length == RAW);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /** The signature in base64, whatever form the file has; empty if it holds none. */
    public static Optional<String> text(byte[] file) {
        return signature(file).map(bytes -> Base64.getEncoder().encodeToString(bytes));
    }

    private Verdict inside(Path file) throws IOException {
        try (var jar = new JarFile(file.toFile(), true, JarFile.OPEN_READ, Runtime.version())) {
            if (jar.stream().noneMatch(JarTrust::signs)) {
                return new Verdict(State.UNSIGNED, "", "", "");
            }
            var by = "";
            for (var entries = jar.entries(); entries.hasMoreElements(); ) {
                var entry = entries.nextElement();
                if (entry.isDirectory() || signs(entry) || entry.getName().equalsIgnoreCase(JarFile.MANIFEST_NAME)) {
                    continue;
                }
                try (var in = jar.getInputStream(entry)) {
                    in.transferTo(java.io.OutputStream.nullOutputStream()); // only then its signers are known
                }
                var known = known(entry.getCodeSigners());
                if (known.isEmpty()) {
                    return Verdict.bad(
                            "The entry " + entry.getName()
                                    + " is not signed by one of the known certificates with an algorithm that counts.",
                            "Der Eintrag " + entry.getName()
                                    + " ist von keinem der bekannten Zertifikate mit einem zulässigen Verfahren signiert.");
                }
                by = known.get();
            }
            return by.isEmpty() ? new Verdict(State.UNSIGNED, "", "", "") : Verdict.good(by);
        } catch (SecurityException e) {
            return Verdict.bad(
                    "The jar was changed after it was signed.", "Das Archiv wurde nach dem Signieren verändert.");
        }
    }

    private static boolean signs(JarEntry entry) {
        return entry.getName().toUpperCase(Locale.ROOT).matches("META-INF/(SIG-[^/]*|[^/]*\\.(SF|RSA|DSA|EC))");
    }

    private Optional<String> known(CodeSigner @org.jspecify.annotations.Nullable [] signers) {
        if (signers == null) {
            return Optional.empty();
        }
        for (var signer : signers) {
            if (signer.getSignerCertPath().getCertificates().get(0) instanceof X509Certificate certificate
                    && isValid(certificate)) {
                for (var key : keys.entrySet()) {
                    if (key.getValue().equals(certificate.getPublicKey())) {
                        return Optional.of(key.getKey());
                    }
                }
            }
        }
        return Optional.empty();
    }

    private boolean isValid(X509Certificate certificate) {
        try {
            certificate.checkValidity(Date.from(clock.instant()));
            return true;
        } catch (CertificateException e) {
            return false;
        }
    }

    /** A new pair of keys for an author: {@code plugin.key}, which stays secret, and {@code plugin.pub}. */
    public static void makeKeys(Path folder) throws IOException {
        try {
            var pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            Files.createDirectories(folder);
            var secret = folder.resolve("plugin.key");
            if (Files.getFileStore(folder).supportsFileAttributeView("posix")) {
                Files.createFile(
                        secret,
                        java.nio.file.attribute.PosixFilePermissions.asFileAttribute(
                                java.nio.file.attribute.PosixFilePermissions.fromString("rw-------")));
            } else {
                Files.createFile(secret);
            }
            Files.writeString(secret, pem("PRIVATE KEY", pair.getPrivate().getEncoded()));
            Files.writeString(
                    folder.resolve("plugin.pub"),
                    pem("PUBLIC KEY", pair.getPublic().getEncoded()));
        } catch (GeneralSecurityException e) {
            throw new IOException("no keys could be made", e);
        }
    }

    private static String pem(String what, byte[] bytes) {
        return "-----BEGIN " + what + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes) + "\n-----END " + what + "-----\n";
    }

    /**
     * The line for {@code NAME.jar.sig}.
     *
     * @param key a file as {@link #makeKeys} makes it, or as {@code openssl genpkey -algorithm ed25519} does
     * @throws IOException if the key is none, or the jar is larger than {@link #LARGEST}
     */
    public static String sign(Path jar, Path key) throws IOException {
        if (Files.size(jar) > LARGEST) {
            throw new IOException("a jar of more than 64 MiB is signed with jarsigner");
        }
        try (InputStream in = Files.newInputStream(jar)) {
            var pen = Signature.getInstance("Ed25519");
            pen.initSign(KeyFactory.getInstance("Ed25519")
                    .generatePrivate(new PKCS8EncodedKeySpec(decoded(Files.readString(key)))));
            pen.update(in.readAllBytes());
            return "ed25519 " + Base64.getEncoder().encodeToString(pen.sign()) + "\n";
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            throw new IOException("the key is not an Ed25519 private key in PEM", e);
        }
    }
}
