package de.stellwerk.hub.signature;

import com.sun.net.httpserver.HttpServer;
import de.stellwerk.hub.signature.TestAuthority.Signer;
import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.model.TimestampBinary;
import eu.europa.esig.dss.spi.x509.tsp.TSPSource;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoGeneratorBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.tsp.TSPAlgorithms;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampRequestGenerator;
import org.bouncycastle.tsp.TimeStampResponse;
import org.bouncycastle.tsp.TimeStampResponseGenerator;
import org.bouncycastle.tsp.TimeStampTokenGenerator;

/** A time-stamping authority (RFC 3161), in memory or on a port of this machine, that can misbehave. */
final class TestTimeAuthority implements AutoCloseable {

    enum Mood {
        GOOD,
        REFUSES,
        ANOTHER_NONCE,
        OTHER_DATA,
        NONSENSE,
        ERROR,
        SILENT
    }

    private final Signer signer;
    private final AtomicLong numbers = new AtomicLong(1);
    private final CountDownLatch end = new CountDownLatch(1);
    private final ExecutorService threads = Executors.newCachedThreadPool();
    final AtomicInteger asked = new AtomicInteger();
    private final HttpServer server;
    volatile Mood mood = Mood.GOOD;
    volatile Instant time;

    TestTimeAuthority(Signer signer, Instant time) throws IOException {
        this.signer = signer;
        this.time = time;
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            asked.incrementAndGet();
            var request = exchange.getRequestBody().readAllBytes();
            if (!"application/timestamp-query"
                    .equals(exchange.getRequestHeaders().getFirst("Content-Type")))
                throw new IOException("not a request for a time stamp");
            if (mood == Mood.SILENT) await();
            var answer = answer(request);
            exchange.getResponseHeaders().set("Content-Type", "application/timestamp-reply");
            exchange.sendResponseHeaders(mood == Mood.ERROR ? 503 : 200, answer.length);
            try (var out = exchange.getResponseBody()) {
                out.write(answer);
            }
        });
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/tsa");
    }

    /** For those who sign in this process. */
    TSPSource source() {
        return (algorithm, digest) -> {
            try {
                var request = new TimeStampRequestGenerator();
                request.setCertReq(true);
                var asked = request.generate(new ASN1ObjectIdentifier(algorithm.getOid()), digest, BigInteger.ONE);
                var token = granted(asked).getTimeStampToken();
                return new TimestampBinary(token.getEncoded());
            } catch (TSPException | IOException e) {
                throw new IllegalStateException(e);
            }
        };
    }

    private byte[] answer(byte[] bytes) throws IOException {
        try {
            var request = new TimeStampRequest(bytes);
            var other = new TimeStampRequestGenerator();
            other.setCertReq(true);
            return switch (mood) {
                case NONSENSE -> new byte[] {1, 2, 3};
                case REFUSES ->
                    generator()
                            .generateRejectedResponse(new TSPException("not today"))
                            .getEncoded();
                case ANOTHER_NONCE ->
                    granted(other.generate(
                                    request.getMessageImprintAlgOID(),
                                    request.getMessageImprintDigest(),
                                    BigInteger.TWO))
                            .getEncoded();
                case OTHER_DATA ->
                    granted(other.generate(request.getMessageImprintAlgOID(), new byte[32], request.getNonce()))
                            .getEncoded();
                default -> granted(request).getEncoded();
            };
        } catch (TSPException e) {
            throw new IOException(e);
        }
    }

    private TimeStampResponse granted(TimeStampRequest request) throws TSPException {
        return generator()
                .generateGrantedResponse(request, BigInteger.valueOf(numbers.getAndIncrement()), Date.from(time));
    }

    private TimeStampResponseGenerator generator() {
        try {
            var digests = new JcaDigestCalculatorProviderBuilder().build();
            var tokens = new TimeStampTokenGenerator(
                    new JcaSimpleSignerInfoGeneratorBuilder()
                            .build("SHA256withECDSA", signer.key(), signer.certificate()),
                    digests.get(new org.bouncycastle.asn1.x509.AlgorithmIdentifier(
                            new ASN1ObjectIdentifier(DigestAlgorithm.SHA256.getOid()))),
                    new ASN1ObjectIdentifier("1.2.3.4"));
            tokens.addCertificates(new JcaCertStore(List.of(signer.certificate())));
            return new TimeStampResponseGenerator(tokens, TSPAlgorithms.ALLOWED);
        } catch (GeneralSecurityException | OperatorCreationException | TSPException e) {
            throw new IllegalStateException(e);
        }
    }

    private void await() throws IOException {
        try {
            end.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    @Override
    public void close() {
        end.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
