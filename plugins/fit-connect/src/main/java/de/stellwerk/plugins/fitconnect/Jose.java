package de.stellwerk.plugins.fitconnect;

import com.nimbusds.jose.CompressionAlgorithm;
import com.nimbusds.jose.EncryptionMethod;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWEAlgorithm;
import com.nimbusds.jose.JWEHeader;
import com.nimbusds.jose.JWEObject;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.Payload;
import com.nimbusds.jose.crypto.RSADecrypter;
import com.nimbusds.jose.crypto.RSAEncrypter;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.KeyOperation;
import com.nimbusds.jose.jwk.RSAKey;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.zip.Inflater;
import java.util.zip.InflaterInputStream;

/** Encryption and signatures in the profile of FIT-Connect: RSA-OAEP-256 with A256GCM, and PS512. Nothing else is let in. */
final class Jose {

    /** What BSI TR-02102-1 lets pass at all; new keys for encryption have {@link #ENCRYPTION} bits. */
    private static final int SHORTEST = 2_048;

    static final int ENCRYPTION = 4_096;

    private Jose() {}

    /** An RSA key of a file or an answer. */
    static RSAKey key(String json) throws IOException {
        try {
            if (JWK.parse(json) instanceof RSAKey key && key.size() >= SHORTEST) {
                return key;
            }
            throw new IOException("fit.key: not an RSA key of at least " + SHORTEST + " bits");
        } catch (ParseException e) {
            throw new IOException("fit.key: not a key in the form of RFC 7517 (JWK)", e);
        }
    }

    static String encrypt(byte[] plain, String contentType, RSAKey key) throws IOException {
        try {
            var jwe = new JWEObject(
                    new JWEHeader.Builder(JWEAlgorithm.RSA_OAEP_256, EncryptionMethod.A256GCM)
                            .keyID(key.getKeyID())
                            .contentType(contentType)
                            .build(),
                    new Payload(plain));
            jwe.encrypt(new RSAEncrypter(key.toRSAPublicKey()));
            return jwe.serialize();
        } catch (JOSEException e) {
            throw new IOException("fit.encrypt: the destination's key cannot be used", e);
        }
    }

    /** Whether the destination's key may be encrypted with: usage, algorithm, length. */
    static boolean wraps(RSAKey key) {
        var operations = key.getKeyOperations();
        var algorithm = key.getAlgorithm();
        return operations != null
                && operations.contains(KeyOperation.WRAP_KEY)
                && (algorithm == null || algorithm.getName().equals(JWEAlgorithm.RSA_OAEP_256.getName()))
                && !key.isPrivate()
                && key.size() >= ENCRYPTION;
    }

    static JWEObject encrypted(String compact) throws JOSEException {
        try {
            var jwe = JWEObject.parse(compact);
            var header = jwe.getHeader();
            if (!JWEAlgorithm.RSA_OAEP_256.equals(header.getAlgorithm())
                    || !EncryptionMethod.A256GCM.equals(header.getEncryptionMethod())) {
                throw new JOSEException("the algorithm is not RSA-OAEP-256 with A256GCM");
            }
            return jwe;
        } catch (ParseException e) {
            throw new JOSEException("not a compact JWE", e);
        }
    }

    /**
     * @param zip whether {@code zip=DEF} is allowed, as in version 1
     * @param largest bytes of the plain text; a bomb ends there
     */
    static byte[] decrypt(JWEObject jwe, RSAKey key, boolean zip, int largest) throws JOSEException {
        var header = jwe.getHeader();
        var compressed = header.getCompressionAlgorithm();
        if (compressed != null && !(zip && CompressionAlgorithm.DEF.equals(compressed))) {
            throw new JOSEException("compression is not allowed here");
        }
        // The library would inflate up to its own limit of a megabyte: it is given the header without zip, and the
        // authenticated bytes.
        var plain = new RSADecrypter(key.toRSAPrivateKey())
                .decrypt(
                        new JWEHeader.Builder(header).compressionAlgorithm(null).build(),
                        jwe.getEncryptedKey(),
                        jwe.getIV(),
                        jwe.getCipherText(),
                        jwe.getAuthTag(),
                        header.toBase64URL().toString().getBytes(StandardCharsets.US_ASCII));
        return compressed == null ? plain : inflate(plain, largest);
    }

    private static byte[] inflate(byte[] bytes, int largest) throws JOSEException {
        var inflater = new Inflater(true);
        try (var in = new InflaterInputStream(new ByteArrayInputStream(bytes), inflater)) {
            var plain = in.readNBytes(largest + 1);
            if (plain.length > largest) {
                throw new JOSEException("more than " + largest + " bytes when inflated");
            }
            return plain;
        } catch (IOException e) {
            throw new JOSEException("the compressed content is broken", e);
        } finally {
            inflater.end();
        }
    }

    static String sign(String payload, RSAKey key) throws IOException {
        try {
            var jws = new JWSObject(
                    new JWSHeader.Builder(JWSAlgorithm.PS512)
                            .type(new JOSEObjectType("secevent+jwt"))
                            .keyID(key.getKeyID())
                            .build(),
                    new Payload(payload));
            jws.sign(new RSASSASigner(key));
            return jws.serialize();
        } catch (JOSEException e) {
            throw new IOException("fit.sign: the signing key cannot be used", e);
        }
    }

    /** Whether a token is signed by this key with PS512 and nothing else. */
    static boolean signed(JWSObject jws, RSAKey key) {
        try {
            return JWSAlgorithm.PS512.equals(jws.getHeader().getAlgorithm())
                    && jws.verify(new RSASSAVerifier(key.toRSAPublicKey()));
        } catch (JOSEException | IllegalStateException e) {
            return false; // what cannot even be computed with this key is not signed by it
        }
    }
}
