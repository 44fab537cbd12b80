package de.stellwerk.hub.signature;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.text.ParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The public keys by which signed tokens are checked: files of one key or of a set of keys (RFC 7517). */
public final class TokenKeys {

    /** FIT-Connect asks for 4,096 bits; less than this is no signature (BSI TR-02102-1). */
    private static final int SHORTEST = 2_048;

    private final List<JWK> keys;
    private final boolean trusted;

    private TokenKeys(List<JWK> keys, boolean trusted) {
        this.keys = List.copyOf(keys);
        this.trusted = trusted;
    }

    /** Whether the keys come from somebody who knows whose they are, so that a good signature says who signed. */
    public boolean trusted() {
        return trusted;
    }

    /**
     * @throws IOException when a file cannot be read or holds no key
     */
    public static TokenKeys of(List<Path> files, boolean trusted) throws IOException {
        var keys = new ArrayList<JWK>();
        for (var file : files) {
            var text = Files.readString(file);
            try {
                if (text.contains("\"keys\"")) keys.addAll(JWKSet.parse(text).getKeys());
                else keys.add(JWK.parse(text));
            } catch (ParseException e) {
                throw new IOException(file + " holds no key (JWK)", e);
            }
        }
        return new TokenKeys(keys, trusted);
    }

    /** Whether the signature is good; empty when there is no key of that name. */
    public Optional<Boolean> verify(String token, String kid) {
        return keys.stream()
                .filter(key -> kid.equals(key.getKeyID()) && key instanceof RSAKey && key.size() >= SHORTEST)
                .findFirst()
                .map(key -> isGood(token, key.toRSAKey()));
    }

    private static boolean isGood(String token, RSAKey key) {
        try {
            return JWSObject.parse(token)
                    .verify(new RSASSAVerifier(key.toPublicJWK().toRSAKey()));
        } catch (ParseException | JOSEException | IllegalStateException e) {
            // A token that cannot even be computed with this key is not signed by it.
            return false;
        }
    }
}
