package de.stellwerk.hub.signature;

import de.stellwerk.hub.config.TimeStampConfig;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.ProxySelector;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.cert.CertPathBuilder;
import java.security.cert.CertStore;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.CollectionCertStoreParameters;
import java.security.cert.PKIXBuilderParameters;
import java.security.cert.TrustAnchor;
import java.security.cert.X509CertSelector;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.cmp.PKIStatus;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509CertificateHolder;
import org.bouncycastle.cms.CMSException;
import org.bouncycastle.cms.CMSSignedData;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoVerifierBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampRequestGenerator;
import org.bouncycastle.tsp.TimeStampResponse;
import org.bouncycastle.tsp.TimeStampToken;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Time stamps (RFC 3161) from an authority that is asked over HTTP. A stamp that was not asked for, or is not signed by a certificate that
 * leads to the configured ones, is none. Whether the authority's certificate was revoked is not asked.
 *
 * <p>Nobody waits longer than configured, and after a failure the authority is left alone for half a minute: what is to be stamped goes on
 * without a stamp meanwhile.
 *
 * <p>Thread-safe.
 */
public final class TimeStamps {

    private static final Logger log = LoggerFactory.getLogger(TimeStamps.class);
    private static final Duration QUIET = Duration.ofSeconds(30);

    /** A stamp says when; one that is this far from the hub's own clock says that one of both is wrong. */
    private static final Duration SKEW = Duration.ofMinutes(5);

    private static final int LARGEST = 256 << 10;
    private static final SecureRandom RANDOM = new SecureRandom();
    private static final ASN1ObjectIdentifier SHA256 = NISTObjectIdentifiers.id_sha256;
    private static final Set<ASN1ObjectIdentifier> DIGESTS =
            Set.of(SHA256, NISTObjectIdentifiers.id_sha384, NISTObjectIdentifiers.id_sha512);

    private final TimeStampConfig given;
    private final List<X509Certificate> trusted;
    private final Clock clock;
    private volatile Instant quietUntil = Instant.MIN;
    private volatile @Nullable String quietFor;
    private @Nullable HttpClient http;

    /** There is no stamp, and why. */
    static final class Missing extends Exception {

        private static final long serialVersionUID = 1;

        private final String code;

        /** @param code {@code tsa.unreachable}, {@code tsa.refused}, {@code tsa.untrusted} or {@code tsa.clock} */
        Missing(String code) {
            super(code);
            this.code = code;
        }

        String code() {
            return code;
        }
    }

    /** @throws UncheckedIOException if the certificates cannot be read */
    public TimeStamps(TimeStampConfig given, Clock clock) {
        this.given = given;
        this.clock = clock;
        try {
            this.trusted = certificates(Files.readString(given.trust(), StandardCharsets.US_ASCII));
        } catch (IOException | IllegalArgumentException e) {
            throw new UncheckedIOException(
                    "The certificates of the time-stamping authority in "
                            + given.trust().getFileName()
                            + " cannot be read. Nothing was started or changed. Put them there as PEM.",
                    new IOException(e));
        }
    }

    /** A token (RFC 3161, DER) over the SHA-256 of these bytes. */
    byte[] stamp(byte[] data) throws Missing {
        return token(SHA256, digest(SHA256, data));
    }

    byte[] token(ASN1ObjectIdentifier algorithm, byte[] digest) throws Missing {
        var quiet = quietFor;
        if (quiet != null && clock.instant().isBefore(quietUntil)) throw new Missing(quiet);
        try {
            var token = asked(algorithm, digest);
            quietFor = null;
            return token;
        } catch (Missing e) {
            quietUntil = clock.instant().plus(QUIET);
            quietFor = e.code();
            log.warn(
                    "No time stamp from {} ({}). Seals go out without one and say so; the next attempt is in {} s. A receipt or an evidence"
                            + " pack that is asked for again then has one.",
                    given.url().getHost(),
                    e.code(),
                    QUIET.toSeconds());
            throw e;
        }
    }

    private byte[] asked(ASN1ObjectIdentifier algorithm, byte[] digest) throws Missing {
        try {
            var generator = new TimeStampRequestGenerator();
            generator.setCertReq(true);
            var question = generator.generate(algorithm, digest, new BigInteger(64, RANDOM));
            var answer = read(sent(question.getEncoded()));
            if (answer.getStatus() != PKIStatus.GRANTED && answer.getStatus() != PKIStatus.GRANTED_WITH_MODS)
                throw new Missing("tsa.refused");
            answer.validate(question);
            var token = answer.getTimeStampToken();
            var time = time(token, trusted).orElseThrow(() -> new Missing("tsa.untrusted"));
            if (Duration.between(time, clock.instant()).abs().compareTo(SKEW) > 0) throw new Missing("tsa.clock");
            return token.getEncoded();
        } catch (TSPException e) {
            throw new Missing("tsa.untrusted");
        } catch (IOException e) {
            throw new Missing("tsa.unreachable");
        }
    }

    private static TimeStampResponse read(byte[] answer) throws Missing {
        try {
            return new TimeStampResponse(answer);
        } catch (TSPException | IOException | IllegalArgumentException e) {
            throw new Missing("tsa.untrusted");
        }
    }

    /** The client's own time limit ends with the header of the answer; this one counts to its last byte. */
    private byte[] sent(byte[] question) throws IOException, Missing {
        var request = HttpRequest.newBuilder(given.url())
                .header("Content-Type", "application/timestamp-query")
                .POST(HttpRequest.BodyPublishers.ofByteArray(question))
                .build();
        var body = new ByteArrayOutputStream();
        var answer = http().sendAsync(request, HttpResponse.BodyHandlers.ofByteArrayConsumer(part -> part.filter(
                        bytes -> body.size() <= LARGEST)
                .ifPresent(body::writeBytes)));
        try {
            var status = answer.get(given.timeLimit().toMillis(), TimeUnit.MILLISECONDS)
                    .statusCode();
            if (status != 200 || body.size() > LARGEST) throw new Missing("tsa.refused");
            return body.toByteArray();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Missing("tsa.unreachable");
        } catch (ExecutionException | TimeoutException e) {
            answer.cancel(true);
            throw new Missing("tsa.unreachable");
        }
    }

    private synchronized HttpClient http() {
        var mine = http;
        if (mine == null) {
            mine = HttpClient.newBuilder()
                    .connectTimeout(given.timeLimit())
                    .followRedirects(HttpClient.Redirect.NEVER)
                    .proxy(ProxySelector.getDefault())
                    .build();
            http = mine;
        }
        return mine;
    }

    /**
     * The time at which these bytes were there, by a token of one of these authorities; empty if it is no such token, or over other bytes.
     *
     * @param authoritiesPem certificates of the authority or its issuers
     */
    public static Optional<Instant> time(byte[] token, byte[] data, String authoritiesPem) {
        try {
            var stamp = new TimeStampToken(new CMSSignedData(token));
            var algorithm = stamp.getTimeStampInfo().getMessageImprintAlgOID();
            return DIGESTS.contains(algorithm)
                            && Arrays.equals(
                                    digest(algorithm, data),
                                    stamp.getTimeStampInfo().getMessageImprintDigest())
                    ? time(stamp, certificates(authoritiesPem))
                    : Optional.empty();
        } catch (CMSException | TSPException | IOException e) {
            return Optional.empty();
        }
    }

    private static Optional<Instant> time(TimeStampToken stamp, List<X509Certificate> trusted) {
        try {
            var time = stamp.getTimeStampInfo().getGenTime();
            var known = new ArrayList<>(trusted);
            for (var brought : stamp.getCertificates().getMatches(null))
                known.add(new JcaX509CertificateConverter().getCertificate(brought));
            for (var signer : known) {
                if (!stamp.getSID().match(new JcaX509CertificateHolder(signer))) continue;
                // Also that the certificate is for time stamps alone, valid at that time, and the one that the token
                // names.
                stamp.validate(new JcaSimpleSignerInfoVerifierBuilder().build(signer));
                if (trusted.contains(signer) || leads(signer, known, trusted, time))
                    return Optional.of(time.toInstant());
            }
            return Optional.empty();
        } catch (GeneralSecurityException | OperatorCreationException | TSPException e) {
            return Optional.empty();
        }
    }

    private static boolean leads(
            X509Certificate signer, List<X509Certificate> known, List<X509Certificate> trusted, Date at)
            throws GeneralSecurityException {
        var target = new X509CertSelector();
        target.setCertificate(signer);
        var anchors = trusted.stream().map(each -> new TrustAnchor(each, null)).collect(Collectors.toSet());
        if (anchors.isEmpty()) return false;
        var parameters = new PKIXBuilderParameters(anchors, target);
        parameters.addCertStore(CertStore.getInstance("Collection", new CollectionCertStoreParameters(known)));
        parameters.setRevocationEnabled(false);
        parameters.setDate(at);
        CertPathBuilder.getInstance("PKIX").build(parameters);
        return true;
    }

    private static byte[] digest(ASN1ObjectIdentifier algorithm, byte[] data) {
        try {
            return MessageDigest.getInstance(algorithm.getId()).digest(data);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has the SHA-2 family", e);
        }
    }

    /** @throws IllegalArgumentException if it is none in PEM */
    private static List<X509Certificate> certificates(String pem) {
        try {
            var found = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)))
                    .stream()
                    .map(X509Certificate.class::cast)
                    .toList();
            if (found.isEmpty()) throw new IllegalArgumentException("not a certificate in PEM");
            return found;
        } catch (CertificateException e) {
            throw new IllegalArgumentException("not a certificate in PEM", e);
        }
    }
}
