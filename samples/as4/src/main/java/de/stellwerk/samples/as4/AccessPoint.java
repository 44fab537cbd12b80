package de.stellwerk.samples.as4;

import com.helger.base.io.iface.IHasInputStream;
import com.helger.collection.commons.CommonsArrayList;
import com.helger.collection.commons.ICommonsList;
import com.helger.http.header.HttpHeaderMap;
import com.helger.mime.IMimeType;
import com.helger.phase4.attachment.IAS4IncomingAttachmentFactory;
import com.helger.phase4.attachment.WSS4JAttachment;
import com.helger.phase4.crypto.ECryptoAlgorithmCrypt;
import com.helger.phase4.ebms3header.Ebms3SignalMessage;
import com.helger.phase4.ebms3header.Ebms3UserMessage;
import com.helger.phase4.error.AS4ErrorList;
import com.helger.phase4.incoming.AS4IncomingMessageMetadata;
import com.helger.phase4.incoming.AS4IncomingProfileSelectorConstant;
import com.helger.phase4.incoming.AS4IncomingReceiverConfiguration;
import com.helger.phase4.incoming.AS4RequestHandler;
import com.helger.phase4.incoming.IAS4IncomingMessageMetadata;
import com.helger.phase4.incoming.IAS4IncomingMessageState;
import com.helger.phase4.incoming.IAS4ResponseAbstraction;
import com.helger.phase4.incoming.crypto.AS4IncomingSecurityConfiguration;
import com.helger.phase4.incoming.spi.AS4MessageProcessorResult;
import com.helger.phase4.incoming.spi.AS4SignalMessageProcessorResult;
import com.helger.phase4.incoming.spi.IAS4IncomingMessageProcessorSPI;
import com.helger.phase4.messaging.crypto.AS4Signer;
import com.helger.phase4.model.ESoapVersion;
import com.helger.phase4.model.error.EEbmsError;
import com.helger.phase4.model.message.AS4ErrorMessage;
import com.helger.phase4.model.message.AS4ReceiptMessage;
import com.helger.phase4.model.pmode.IPMode;
import com.helger.phase4.util.AS4ResourceHelper;
import com.helger.xsds.xmldsig.ReferenceType;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.Charset;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Document;
import org.w3c.dom.Node;

/**
 * The hub's partner on the loopback: phase4's own access point, with its own way of verifying, decrypting, sending and signing. It has
 * promised to eliminate duplicates.
 */
public final class AccessPoint implements AutoCloseable {

    /** How it behaves from now on. */
    public enum Mood {
        FINE,
        /** Takes the message, and says nothing until it behaves in another way. */
        SILENT,
        /** Takes the message, and hangs up. */
        NO_RECEIPT,
        UNSIGNED_RECEIPT,
        STRANGERS_RECEIPT,
        WRONG_DIGEST,
        RECEIPT_FOR_ANOTHER,
        /** Takes nothing, and answers with the error that was set, at first {@code EBMS:0004}. */
        ERROR,
        /** Takes nothing, and answers with the HTTP status that was set. */
        HTTP_ERROR
    }

    /** A message that it holds. */
    public record Arrived(String id, List<byte[]> payloads, boolean signed, boolean decrypted) {}

    /** @param references what its signature signs */
    public record Sent(String type, byte[] bytes, List<ReferenceType> references) {}

    private final Identity own;
    private final Identity stranger = Identity.selfSigned("partner");
    private final X509Certificate hub;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final Map<String, Arrived> arrived = new LinkedHashMap<>();
    private final List<String> ids = new ArrayList<>();
    private Mood mood = Mood.FINE;
    private EEbmsError error = EEbmsError.EBMS_OTHER;
    private int status = 500;
    private HttpServer server;

    /** @param port 0 for any */
    public AccessPoint(int port, Identity own, X509Certificate hub) throws IOException {
        this.own = own;
        this.hub = hub;
        this.server = start(port);
    }

    private HttpServer start(int port) throws IOException {
        var made = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        made.setExecutor(threads);
        made.createContext("/as4", this::serve);
        made.start();
        return made;
    }

    public String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/as4";
    }

    public Identity own() {
        return own;
    }

    /** Somebody who says that he is it. */
    public Identity stranger() {
        return stranger;
    }

    /** As if its machine were off. */
    public void stop() {
        server.stop(0);
    }

    public void again() throws IOException {
        server = start(server.getAddress().getPort());
    }

    public synchronized void behave(Mood how) {
        mood = how;
        notifyAll();
    }

    public synchronized void answerWith(EEbmsError how) {
        error = how;
        behave(Mood.ERROR);
    }

    public synchronized void answerWith(int httpStatus) {
        status = httpStatus;
        behave(Mood.HTTP_ERROR);
    }

    /** What it holds, each once. */
    public synchronized List<Arrived> arrived() {
        return List.copyOf(arrived.values());
    }

    /** The MessageIds of all that was sent and understood, repeats as well. */
    public synchronized List<String> ids() {
        return List.copyOf(ids);
    }

    @Override
    public void close() {
        behave(Mood.FINE);
        server.stop(0);
        threads.shutdown();
    }

    /** What its phase4 puts on the line for a message to the hub. */
    public Sent message(String id, boolean encrypted, @Nullable Identity signer, byte[]... payloads) throws Exception {
        return new Outgoing(own, hub, ECryptoAlgorithmCrypt.AES_128_GCM).message(id, encrypted, signer, payloads);
    }

    /** The same, encrypted in another way. */
    public Sent encrypted(String id, ECryptoAlgorithmCrypt cipher, byte[] payload) throws Exception {
        return new Outgoing(own, hub, cipher).message(id, true, own, payload);
    }

    /** Whether phase4 finds the hub's receipt validly signed, and in it every digest of what was sent. */
    public boolean believes(Sent sent, byte[] receipt) throws Exception {
        return new Outgoing(own, hub, ECryptoAlgorithmCrypt.AES_128_GCM).believes(sent.references(), receipt);
    }

    /** An answer as phase4 gives it. */
    private static final class Answer implements IAS4ResponseAbstraction {
        byte[] bytes = {};
        String type = "text/plain";
        int status = 200;
        boolean none;

        @Override
        public void setContent(byte[] all, Charset charset) {
            bytes = all;
        }

        @Override
        public void setContent(HttpHeaderMap headers, IHasInputStream all) {
            throw new UnsupportedOperationException("a receipt has no attachments");
        }

        @Override
        public void setMimeType(IMimeType mime) {
            type = mime.getAsString();
        }

        @Override
        public void setStatus(int code) {
            status = code;
        }
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            var bytes = exchange.getRequestBody().readAllBytes();
            var answer = answer(exchange.getRequestHeaders().getFirst("Content-Type"), bytes);
            if (answer.none) {
                return;
            }
            exchange.getResponseHeaders().add("Content-Type", answer.type);
            exchange.sendResponseHeaders(answer.status, answer.bytes.length == 0 ? -1 : answer.bytes.length);
            exchange.getResponseBody().write(answer.bytes);
        } catch (IOException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException(e);
        }
    }

    private synchronized Answer answer(String type, byte[] bytes) throws Exception {
        var answer = new Answer();
        if (mood == Mood.HTTP_ERROR) {
            answer.status = status;
            return answer;
        }
        // phase4 answers a repeat with an error; this partner drops it by itself and gives a receipt.
        Agreement.forgetWhatCame();
        var processor = new Processor();
        var headers = new HttpHeaderMap();
        headers.addHeader("Content-Type", type);
        try (var handler = new AS4RequestHandler(AS4IncomingMessageMetadata.createForRequest())) {
            handler.setCryptoFactory(Agreement.crypto(own, hub));
            handler.setPModeResolver((id, service, action, from, to, agreement, address) -> Agreement.mode(from, to));
            handler.setIncomingProfileSelector(new AS4IncomingProfileSelectorConstant(null, false));
            handler.setIncomingAttachmentFactory(IAS4IncomingAttachmentFactory.DEFAULT_INSTANCE);
            handler.setIncomingSecurityConfiguration(AS4IncomingSecurityConfiguration.createDefaultInstance());
            handler.setIncomingReceiverConfiguration(new AS4IncomingReceiverConfiguration());
            handler.setLocale(Locale.ENGLISH);
            handler.setProcessorSupplier(() -> new CommonsArrayList<>(processor));
            handler.handleRequest(new ByteArrayInputStream(bytes), headers, answer);
        }
        var received = processor.received;
        if (received == null) {
            return answer; // phase4 has refused it, or it is a test message
        }
        ids.add(received.id());
        if (mood != Mood.ERROR) {
            arrived.putIfAbsent(received.id(), received);
        }
        misbehave(received.id(), processor.soap, answer);
        return answer;
    }

    private void misbehave(String id, Document soap, Answer answer) throws Exception {
        switch (mood) {
            case SILENT -> {
                while (mood == Mood.SILENT) {
                    wait();
                }
            }
            case NO_RECEIPT -> answer.none = true;
            case UNSIGNED_RECEIPT -> answer.bytes = receipt(id, soap, null);
            case STRANGERS_RECEIPT -> answer.bytes = receipt(id, soap, stranger);
            case RECEIPT_FOR_ANOTHER -> answer.bytes = receipt("another@partner", soap, own);
            case WRONG_DIGEST -> {
                var digest = soap.getElementsByTagNameNS("http://www.w3.org/2000/09/xmldsig#", "DigestValue")
                        .item(0);
                digest.setTextContent("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=");
                answer.bytes = receipt(id, soap, own);
            }
            case ERROR -> {
                var made = AS4ErrorMessage.create(
                        ESoapVersion.SOAP_12,
                        id,
                        new CommonsArrayList<>(
                                error.errorBuilder(Locale.ENGLISH).build()));
                answer.bytes = bytes(made.getAsSoapDocument(null));
            }
            case FINE, HTTP_ERROR -> {
                // phase4's own answer stays.
            }
        }
    }

    private byte[] receipt(String id, Document soap, @Nullable Identity signer) throws Exception {
        var made = AS4ReceiptMessage.create(ESoapVersion.SOAP_12, "receipt@partner", null, soap, true, id);
        var answer = made.getAsSoapDocument(null);
        if (signer == null) {
            return bytes(answer);
        }
        try (var resources = new AS4ResourceHelper()) {
            return bytes(AS4Signer.createSignedMessage(
                    Agreement.crypto(signer, hub),
                    answer,
                    ESoapVersion.SOAP_12,
                    made.getMessagingID(),
                    null,
                    resources,
                    true,
                    Agreement.signing()));
        }
    }

    private static byte[] bytes(Document soap) throws TransformerException {
        var out = new ByteArrayOutputStream();
        TransformerFactory.newDefaultInstance().newTransformer().transform(new DOMSource(soap), new StreamResult(out));
        return out.toByteArray();
    }

    private static final class Processor implements IAS4IncomingMessageProcessorSPI {

        @Nullable
        Arrived received;

        Document soap;

        @Override
        public AS4MessageProcessorResult processAS4UserMessage(
                IAS4IncomingMessageMetadata metadata,
                HttpHeaderMap headers,
                Ebms3UserMessage message,
                IPMode mode,
                @Nullable Node payload,
                @Nullable ICommonsList<WSS4JAttachment> attachments,
                IAS4IncomingMessageState state,
                AS4ErrorList errors) {
            var payloads = new ArrayList<byte[]>();
            if (attachments != null) {
                for (var each : attachments) {
                    try (InputStream in = each.getSourceStream()) {
                        payloads.add(in.readAllBytes());
                    } catch (IOException e) {
                        throw new IllegalStateException(e);
                    }
                }
            }
            soap = state.getOriginalSoapDocument();
            received = new Arrived(
                    message.getMessageInfo().getMessageId(),
                    payloads,
                    state.isSoapSignatureChecked(),
                    state.isSoapDecrypted());
            return AS4MessageProcessorResult.createSuccess();
        }

        @Override
        public AS4SignalMessageProcessorResult processAS4SignalMessage(
                IAS4IncomingMessageMetadata metadata,
                HttpHeaderMap headers,
                Ebms3SignalMessage signal,
                @Nullable IPMode mode,
                IAS4IncomingMessageState state,
                AS4ErrorList errors) {
            return AS4SignalMessageProcessorResult.createSuccess();
        }

        @Override
        public void processAS4ResponseMessage(
                IAS4IncomingMessageMetadata metadata,
                IAS4IncomingMessageState state,
                String id,
                byte @Nullable [] bytes,
                boolean available,
                AS4ErrorList errors) {}
    }
}
