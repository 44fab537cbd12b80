package de.stellwerk.plugins.osci;

import java.net.URI;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;

/**
 * Who speaks with whom.
 *
 * @param signature signs orders and contents
 * @param cipher opens what the intermediary answers
 * @param intermediaryCipher what goes to the intermediary is sealed for it
 * @param intermediarySignature the only one whose signature counts for an answer
 * @param addressee contents are sealed for it; it names the mailbox
 * @param mostBytes of an answer
 */
public record Account(
        URI intermediary,
        Key signature,
        Key cipher,
        X509Certificate intermediaryCipher,
        X509Certificate intermediarySignature,
        X509Certificate addressee,
        Duration connect,
        Duration read,
        int mostBytes) {

    public record Key(PrivateKey key, X509Certificate certificate) {

        /** Without the key. */
        @Override
        public String toString() {
            return "Key[" + certificate.getSerialNumber() + "]";
        }
    }
}
