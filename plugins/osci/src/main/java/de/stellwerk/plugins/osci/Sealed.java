package de.stellwerk.plugins.osci;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;
import org.w3c.dom.Element;

/**
 * Bytes sealed by XML-Enc as OSCI's corrections 4 to 8 have it: AES-256-GCM with an IV of 12 bytes in front, its key by RSA-OAEP with
 * SHA-256. CBC and RSA 1.5 are refused when we read: both can be tried out byte by byte.
 *
 * @param key the sealed key, in Base64
 * @param data IV, cipher text and tag
 */
record Sealed(String key, byte[] data) {

    static final String AES_256 = Names.ENC11 + "aes256-gcm";
    private static final String OAEP = Names.ENC11 + "rsa-oaep";
    private static final int IV = 12;
    /** What it was before correction 8, and still is where nothing else is said. */
    private static final int OLD_IV = 16;

    private static final int TAG_BITS = 128;
    private static final Map<String, Integer> KEY_BYTES =
            Map.of(Names.ENC11 + "aes128-gcm", 16, Names.ENC11 + "aes192-gcm", 24, AES_256, 32);
    private static final Map<String, String> HASHES =
            Map.of(Names.ENC + "sha256", "SHA-256", Names.ENC + "sha512", "SHA-512");
    private static final Map<String, MGF1ParameterSpec> MASKS = Map.of(
            Names.ENC11 + "mgf1sha256", MGF1ParameterSpec.SHA256,
            Names.ENC11 + "mgf1sha512", MGF1ParameterSpec.SHA512);

    static Sealed of(byte[] plain, X509Certificate reader) throws IOException {
        try {
            var random = new SecureRandom();
            var key = new byte[32];
            random.nextBytes(key);
            var iv = new byte[IV];
            random.nextBytes(iv);
            var aes = Cipher.getInstance("AES/GCM/NoPadding");
            aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, iv));
            var data = new byte[IV + aes.getOutputSize(plain.length)];
            System.arraycopy(iv, 0, data, 0, IV);
            aes.doFinal(plain, 0, plain.length, data, IV);
            var rsa = Cipher.getInstance("RSA/ECB/OAEPPadding");
            // The key only: a certificate whose usage is not for keys is the operator's affair, not this cipher's.
            rsa.init(Cipher.ENCRYPT_MODE, reader.getPublicKey(), oaep("SHA-256", MGF1ParameterSpec.SHA256));
            return new Sealed(Base64.getEncoder().encodeToString(rsa.doFinal(key)), data);
        } catch (GeneralSecurityException e) {
            throw new IOException("osci.seal: cannot be sealed for the reader's certificate, "
                    + e.getClass().getSimpleName());
        }
    }

    /** @param keyInfo what says for whom, within {@code ds:KeyInfo}; @param cipher what stands within {@code CipherData} */
    String xml(String attributes, String keyInfo, String cipher) {
        return "<xenc:EncryptedData" + attributes + "><xenc:EncryptionMethod Algorithm=\"" + AES_256
                + "\"><osci128:IvLength xmlns:osci128=\"" + Names.OSCI8 + "\" Value=\"" + IV
                + "\"></osci128:IvLength></xenc:EncryptionMethod><ds:KeyInfo><xenc:EncryptedKey>"
                + "<xenc:EncryptionMethod Algorithm=\"" + OAEP + "\"><xenc11:MGF xmlns:xenc11=\"" + Names.ENC11
                + "\" Algorithm=\"" + Names.ENC11 + "mgf1sha256\"></xenc11:MGF><ds:DigestMethod Algorithm=\""
                + Names.ENC + "sha256\"></ds:DigestMethod></xenc:EncryptionMethod><ds:KeyInfo>" + keyInfo
                + "</ds:KeyInfo><xenc:CipherData><xenc:CipherValue>" + key
                + "</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo><xenc:CipherData>" + cipher
                + "</xenc:CipherData></xenc:EncryptedData>";
    }

    /** @param data what the element's {@code CipherData} stands for */
    static byte[] open(Element encrypted, byte[] data, PrivateKey reader) throws IOException {
        var method = Dom.below(encrypted, Names.ENC, "EncryptionMethod");
        var length = KEY_BYTES.get(method.getAttribute("Algorithm"));
        int iv = Dom.child(method, Names.OSCI8, "IvLength")
                .map(each -> each.getAttribute("Value").equals("12") ? IV : OLD_IV)
                .orElse(OLD_IV);
        var sealedKey = Dom.below(Dom.below(encrypted, Names.DS, "KeyInfo"), Names.ENC, "EncryptedKey");
        var keyMethod = Dom.below(sealedKey, Names.ENC, "EncryptionMethod");
        var hash = Optional.ofNullable(
                HASHES.get(Dom.below(keyMethod, Names.DS, "DigestMethod").getAttribute("Algorithm")));
        var mask = Optional.ofNullable(
                MASKS.get(Dom.below(keyMethod, Names.ENC11, "MGF").getAttribute("Algorithm")));
        if (length == null
                || !keyMethod.getAttribute("Algorithm").equals(OAEP)
                || hash.isEmpty()
                || mask.isEmpty()
                || data.length <= iv) {
            throw new IOException("osci.open: sealed in a way that is not allowed");
        }
        try {
            var rsa = Cipher.getInstance("RSA/ECB/OAEPPadding");
            rsa.init(Cipher.DECRYPT_MODE, reader, oaep(hash.get(), mask.get()));
            var key = rsa.doFinal(base64(Dom.below(sealedKey, Names.ENC, "CipherData", "CipherValue")));
            if (key.length != length) {
                throw new IOException("osci.open: sealed in a way that is not allowed");
            }
            var aes = Cipher.getInstance("AES/GCM/NoPadding");
            aes.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, data, 0, iv));
            return aes.doFinal(data, iv, data.length - iv);
        } catch (GeneralSecurityException e) {
            throw new IOException("osci.open: not sealed for us, or damaged");
        }
    }

    static byte[] base64(Element element) throws IOException {
        return base64(element.getTextContent());
    }

    static byte[] base64(String text) throws IOException {
        try {
            return Base64.getMimeDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw new IOException("osci.answer: not Base64 where it should be");
        }
    }

    private static OAEPParameterSpec oaep(String hash, MGF1ParameterSpec mask) {
        return new OAEPParameterSpec(hash, "MGF1", mask, PSource.PSpecified.DEFAULT);
    }

    /** Without the bytes. */
    @Override
    public String toString() {
        return "Sealed[" + data.length + "]";
    }
}
