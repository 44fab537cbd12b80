package de.stellwerk.samples.town;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Date;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.cert.jcajce.JcaCertStore;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.cms.jcajce.JcaSimpleSignerInfoGeneratorBuilder;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.operator.jcajce.JcaDigestCalculatorProviderBuilder;
import org.bouncycastle.tsp.TSPAlgorithms;
import org.bouncycastle.tsp.TSPException;
import org.bouncycastle.tsp.TimeStampRequest;
import org.bouncycastle.tsp.TimeStampResponseGenerator;
import org.bouncycastle.tsp.TimeStampTokenGenerator;

/**
 * A time-stamping authority (RFC 3161) with a certificate of its own, made at the start and written to a file. It stamps what is sent to
 * {@code /tsa}; {@code /refuses} refuses every request, {@code /yesterday} stamps with the time of the day before, {@code /silent} never
 * answers.
 */
final class TimeStamper implements AutoCloseable {

    private static final int LARGEST = 64 << 10;
    private static final String ALGORITHM = "SHA256withECDSA";

    private final HttpServer server;
    private final Journal journal;
    private final Clock clock;
    private final KeyPair keys;
    private final X509Certificate certificate;
    private final AtomicLong numbers = new AtomicLong(1);
    private final CountDownLatch end = new CountDownLatch(1);

    TimeStamper(int port, Path certificateFile, Journal journal, Clock clock)
            throws IOException, GeneralSecurityException, OperatorCreationException {
        this.journal = journal;
        this.clock = clock;
        var generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(256);
        this.keys = generator.generateKeyPair();
        var name = new X500Name("CN=Zeitstempel Musterstadt,C=DE");
        var builder = new JcaX509v3CertificateBuilder(
                        name,
                        BigInteger.ONE,
                        Date.from(clock.instant().minus(Duration.ofDays(2))),
                        Date.from(clock.instant().plus(Duration.ofDays(30))),
                        name,
                        keys.getPublic())
                .addExtension(Extension.extendedKeyUsage, true, new ExtendedKeyUsage(KeyPurposeId.id_kp_timeStamping));
        this.certificate = new JcaX509CertificateConverter()
                .getCertificate(builder.build(new JcaContentSignerBuilder(ALGORITHM).build(keys.getPrivate())));
        Files.writeString(
                certificateFile,
                "-----BEGIN CERTIFICATE-----\n"
                        + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(certificate.getEncoded())
                        + "\n-----END CERTIFICATE-----\n",
                StandardCharsets.US_ASCII);
        this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/", this::answer);
        server.start();
        journal.note("ready", "port", server.getAddress().getPort());
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            var path = exchange.getRequestURI().getPath();
            var request = new TimeStampRequest(exchange.getRequestBody().readNBytes(LARGEST));
            if (path.equals("/silent")) {
                end.await();
                return;
            }
            var time = clock.instant().minus(path.equals("/yesterday") ? Duration.ofDays(1) : Duration.ZERO);
            var number = BigInteger.valueOf(numbers.getAndIncrement());
            var answer = (path.equals("/refuses")
                            ? generator().generateRejectedResponse(new TSPException("not today"))
                            : generator().generateGrantedResponse(request, number, Date.from(time)))
                    .getEncoded();
            exchange.getResponseHeaders().set("Content-Type", "application/timestamp-reply");
            exchange.sendResponseHeaders(200, answer.length);
            exchange.getResponseBody().write(answer);
            journal.note("stamp", "number", number.longValue(), "path", path);
        } catch (TSPException | GeneralSecurityException | OperatorCreationException e) {
            throw new IOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private TimeStampResponseGenerator generator()
            throws GeneralSecurityException, OperatorCreationException, TSPException {
        var tokens = new TimeStampTokenGenerator(
                new JcaSimpleSignerInfoGeneratorBuilder().build(ALGORITHM, keys.getPrivate(), certificate),
                new JcaDigestCalculatorProviderBuilder()
                        .build()
                        .get(new AlgorithmIdentifier(NISTObjectIdentifiers.id_sha256)),
                new ASN1ObjectIdentifier("1.2.3.4"));
        tokens.addCertificates(new JcaCertStore(List.of(certificate)));
        return new TimeStampResponseGenerator(tokens, TSPAlgorithms.ALLOWED);
    }

    @Override
    public void close() {
        end.countDown();
        server.stop(0);
    }

    /** {@code --journal FILE --certificate FILE [--port N]}. */
    public static void main(String[] words) throws Exception {
        var options = new Options(List.of(words), Set.of("journal", "certificate", "port"), Set.of());
        try (var journal = new Journal(options.path("journal"), Clock.systemUTC());
                var stamper = new TimeStamper(
                        options.number("port", 0), options.path("certificate"), journal, Clock.systemUTC())) {
            Runtime.getRuntime().addShutdownHook(new Thread(stamper::close));
            new CountDownLatch(1).await();
        }
    }
}
