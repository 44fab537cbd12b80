package de.stellwerk.plugins.osci;

import static java.nio.charset.StandardCharsets.UTF_8;

import de.stellwerk.hub.spi.Content;
import java.io.IOException;
import java.security.SecureRandom;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;

/** Our own implementation: explicit dialogs, every order signed and sealed, every answer opened and its signature checked. */
final class BuiltIn implements OsciClient {

    static final String NAME = "built-in";
    private static final String ORDER = " soap:actor=\"" + Names.NEXT + "\" soap:mustUnderstand=\"1\"";
    private static final String OWN_CIPHER = "ciphercert_originator";
    private static final String OWN_SIGNATURE = "sigcert_originator";
    private static final String ADDRESSEE = "ciphercert_addressee";
    private static final SecureRandom RANDOM = new SecureRandom();

    private final Account account;
    private final Http http;

    BuiltIn(Account account) {
        this.account = account;
        this.http = new Http(account.intermediary(), account.connect(), account.read(), account.mostBytes());
    }

    @Override
    public Dialog dialog() throws IOException, Refusal {
        var talk = new Talk();
        talk.begin();
        return talk;
    }

    /**
     * @param type the schema of the envelope without its ending
     * @param blocks header blocks between languages and certificates, with an Id each
     */
    private record Order(String type, String blocks, List<String> ids, String certificates, String body) {}

    /**
     * @param whole the inner envelope, signature and all
     * @param unsealed the multipart that came out of the seal: the envelope and what else was sent with it
     */
    private record Answer(Element content, byte[] whole, byte[] unsealed) {}

    private final class Talk implements Dialog {

        private @Nullable String conversation;
        private @Nullable String theirChallenge;
        private int sequence = -1;
        private boolean broken;

        void begin() throws IOException, Refusal {
            ask(
                    new Order(
                            "InitDialog",
                            "",
                            List.of(),
                            ownCipher() + ownSignature(),
                            "<osci:initDialog></osci:initDialog>"),
                    false);
        }

        @Override
        public String messageId() throws IOException, Refusal {
            var answer = ask(
                    new Order("GetMessageId", "", List.of(), ownSignature(), "<osci:getMessageId></osci:getMessageId>"),
                    false);
            return BuiltIn.messageId(answer.content());
        }

        @Override
        public Content store(String messageId, String subject, List<byte[]> contents) throws IOException, Refusal {
            var sealed = Sealed.of(container(contents), account.addressee());
            var body = "<osci:ContentPackage>"
                    + sealed.xml(
                            " Id=\"encrypteddata\"",
                            "<ds:RetrievalMethod Type=\"" + Names.X509_DATA + "\" URI=\"#" + ADDRESSEE
                                    + "\"></ds:RetrievalMethod>",
                            "<xenc:CipherValue>" + Base64.getEncoder().encodeToString(sealed.data())
                                    + "</xenc:CipherValue>")
                    + "</osci:ContentPackage>";
            var blocks = quality("creation") + quality("reception") + "<osci:storeDelivery Id=\"storedelivery\"" + ORDER
                    + "><osci:MessageId>" + messageId + "</osci:MessageId><osci:Subject>" + escaped(subject)
                    + "</osci:Subject></osci:storeDelivery>";
            var answer = ask(
                    new Order(
                            "StoreDelivery",
                            blocks,
                            List.of("qualityoftimestamp_creation", "qualityoftimestamp_reception", "storedelivery"),
                            ownCipher()
                                    + certificate("CipherCertificateAddressee", ADDRESSEE, account.addressee())
                                    + ownSignature(),
                            body),
                    true);
            return kept("osci-store-delivery.xml", answer);
        }

        @Override
        public Optional<Content> processCard(String messageId) throws IOException, Refusal {
            try {
                var answer = ask(
                        new Order(
                                "FetchProcessCard",
                                "",
                                List.of(),
                                ownSignature(),
                                "<osci:fetchProcessCard><osci:SelectionRule><osci:MessageId>" + messageId
                                        + "</osci:MessageId></osci:SelectionRule></osci:fetchProcessCard>"),
                        false);
                boolean ours = Dom.children(answer.content()).stream()
                        .filter(each -> "ProcessCardBundle".equals(each.getLocalName()))
                        .flatMap(each -> Dom.child(each, Names.OSCI, "MessageId").stream())
                        .anyMatch(each -> Dom.text(each).equals(messageId));
                if (!ours) {
                    throw new IOException("osci.answer: the process card asked for is not in the answer");
                }
                return Optional.of(kept("osci-process-card.xml", answer));
            } catch (Refusal e) {
                if (e.isNoCard()) {
                    return Optional.empty();
                }
                throw e;
            }
        }

        @Override
        public Optional<Fetched> fetch() throws IOException, Refusal {
            try {
                var answer = ask(
                        new Order(
                                "FetchDelivery",
                                "<osci:fetchDelivery Id=\"fetchdelivery\"" + ORDER + "></osci:fetchDelivery>",
                                List.of("fetchdelivery"),
                                ownSignature(),
                                ""),
                        true);
                return Optional.of(Package.read(answer.content(), original(answer), account));
            } catch (Refusal e) {
                if (e.isNoDelivery()) {
                    return Optional.empty();
                }
                throw e;
            }
        }

        @Override
        public void drop() {
            broken = true;
        }

        @Override
        public void close() {
            if (broken) {
                return; // Whoever missed an answer cannot go on: it does not know the challenge it would have to
                // repeat.
            }
            try {
                ask(
                        new Order("ExitDialog", "", List.of(), ownSignature(), "<osci:exitDialog></osci:exitDialog>"),
                        false);
            } catch (IOException | Refusal e) {
                // Nothing depends on it: what was stored has been signed for, and an open dialog ends by itself.
                broken = true;
            }
        }

        private Answer ask(Order order, boolean inHeader) throws IOException, Refusal {
            var challenge = HexFormat.of().formatHex(random());
            boolean first = order.type().equals("InitDialog");
            if (!first) {
                sequence++;
            }
            var xml = "<soap:Envelope" + Names.DECLARED + " xsi:schemaLocation=\"" + Names.SOAP + " soap" + order.type()
                    + ".xsd " + Names.DS + " oscisig.xsd " + Names.ENC + " oscienc.xsd\"><soap:Header>"
                    + "<osci:ControlBlock" + (first ? "" : " ConversationId=\"" + conversation + "\"")
                    + " Id=\"controlblock\"" + (first ? "" : " SequenceNumber=\"" + sequence + "\"") + ORDER + ">"
                    + (first ? "" : "<osci:Response>" + escaped(String.valueOf(theirChallenge)) + "</osci:Response>")
                    + "<osci:Challenge>" + challenge + "</osci:Challenge></osci:ControlBlock>"
                    + "<osci:ClientSignature Id=\"clientsignature\"" + ORDER + "></osci:ClientSignature>"
                    + "<osci:DesiredLanguages Id=\"desiredlanguages\" LanguagesList=\"de en\"" + ORDER
                    + "></osci:DesiredLanguages>" + order.blocks()
                    + "<osci:NonIntermediaryCertificates Id=\"nonintermediarycertificates\" soap:actor=\"" + Names.NONE
                    + "\" soap:mustUnderstand=\"1\">" + order.certificates() + "</osci:NonIntermediaryCertificates>"
                    + "</soap:Header><soap:Body Id=\"body\">" + order.body() + "</soap:Body></soap:Envelope>";
            var document = Dom.parse(xml);
            var signed = new ArrayList<>(List.of("controlblock", "desiredlanguages"));
            signed.addAll(order.ids());
            signed.addAll(List.of("nonintermediarycertificates", "body"));
            var header = Dom.below(document.getDocumentElement(), Names.SOAP, "Header");
            var holder = Dom.below(header, Names.OSCI, "ClientSignature");
            Signatures.sign(holder, null, signed, account.signature().key(), OWN_SIGNATURE);
            broken = true;
            return answer(http.post(sealed(Dom.bytes(document))), "responseTo" + order.type(), challenge, inHeader);
        }

        private Answer answer(byte[] message, String expected, String challenge, boolean inHeader)
                throws IOException, Refusal {
            var unsealed = opened(message);
            var whole = root(Mime.read(unsealed));
            var envelope = Dom.parse(whole).getDocumentElement();
            if (!Names.SOAP.equals(envelope.getNamespaceURI()) || !"Envelope".equals(envelope.getLocalName())) {
                throw new IOException("osci.answer: not a SOAP envelope");
            }
            var body = Dom.below(envelope, Names.SOAP, "Body");
            refuseFault(body);
            var header = Dom.below(envelope, Names.SOAP, "Header");
            var covered = Signatures.covered(
                    Dom.below(header, Names.OSCI, "SupplierSignature"), account.intermediarySignature());
            var control = Dom.below(header, Names.OSCI, "ControlBlock");
            var content = Dom.below(inHeader ? header : body, Names.OSCI, expected);
            if (!covered.containsAll(Set.of(control, body)) || inHeader && !covered.contains(content)) {
                throw new IOException("osci.signature: the answer is not covered by the intermediary's signature");
            }
            check(control, challenge);
            broken = false;
            feedback(content);
            return new Answer(content, whole, unsealed);
        }

        /** What it answers must be an answer to this order of this dialog, not an old one. */
        private void check(Element control, String challenge) throws IOException {
            var response = Dom.text(Dom.below(control, Names.OSCI, "Response"));
            var said = control.getAttribute("ConversationId");
            var number = control.getAttribute("SequenceNumber");
            if (!response.equals(challenge)
                    || !said.matches("\\d{1,40}")
                    || conversation != null && !said.equals(conversation)
                    || !number.isEmpty() && !number.equals(String.valueOf(sequence))) {
                throw new IOException("osci.answer: it does not belong to this order of this dialog");
            }
            conversation = said;
            theirChallenge =
                    Dom.child(control, Names.OSCI, "Challenge").map(Dom::text).orElse("");
        }
    }

    /** @param holder of the MessageID, which is Base64 and stays that */
    static String messageId(Element holder) throws IOException {
        var id = Dom.text(Dom.below(holder, Names.OSCI, "MessageId"));
        if (!id.matches("[A-Za-z0-9+/]{4,200}={0,2}") || id.length() > 200) {
            throw new IOException("osci.answer: the MessageID is not Base64 of at most 200 characters");
        }
        return id;
    }

    /** Done only if it says so; a failure beside it wins, warnings alone leave it open. */
    private static void feedback(Element content) throws IOException, Refusal {
        var codes = Dom.children(Dom.below(content, Names.OSCI, "Feedback")).stream()
                .flatMap(entry -> Dom.child(entry, Names.OSCI, "Code").stream())
                .map(Dom::text)
                .toList();
        for (var code : codes) {
            if (!code.matches("0\\d{3}|3\\d{3}")) {
                throw new Refusal(code.matches("\\d{4}") ? code : "0000");
            }
        }
        if (codes.stream().noneMatch(code -> code.startsWith("08"))) {
            throw new IOException("osci.feedback: warnings only, " + codes + "; nothing says that it was done");
        }
    }

    /** A fault is neither signed nor sealed: it may be anybody's, and proves nothing. */
    private static void refuseFault(Element body) throws IOException {
        var fault = Dom.child(body, Names.SOAP, "Fault");
        if (fault.isPresent()) {
            var code = Dom.all(fault.get()).stream()
                    .filter(each -> "Code".equals(each.getLocalName()))
                    .map(Dom::text)
                    .filter(text -> text.matches("\\d{4}"))
                    .findFirst()
                    .map(known -> " (" + new Refusal(known).getMessage() + ")")
                    .orElse("");
            throw new IOException("osci.fault: the intermediary does not take the order" + code);
        }
    }

    /** The contents signed by us as their author, as a document of its own. */
    private byte[] container(List<byte[]> contents) throws IOException {
        var xml = new StringBuilder("<osci:ContentContainer Id=\"contentcontainer\"" + Names.DECLARED + ">");
        var ids = new ArrayList<String>();
        for (var content : contents) {
            var id = "content" + ids.size();
            ids.add(id);
            xml.append("<osci:Content Id=\"" + id + "\"><osci:Base64Content Id=\"" + id + "_data\">")
                    .append(Base64.getEncoder().encodeToString(content))
                    .append("</osci:Base64Content></osci:Content>");
        }
        var document = Dom.parse(xml.append("</osci:ContentContainer>").toString());
        var container = document.getDocumentElement();
        Signatures.sign(
                container, container.getFirstChild(), ids, account.signature().key(), OWN_SIGNATURE);
        return Dom.bytes(document);
    }

    private byte[] sealed(byte[] envelope) throws IOException {
        var boundary = "osci_" + HexFormat.of().formatHex(random());
        var inner = Mime.write(boundary, Map.of(Mime.root(), envelope));
        var sealed = Sealed.of(inner, account.intermediaryCipher());
        var outer = "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soap:Envelope" + Names.DECLARED
                + " xsi:schemaLocation=\""
                + Names.SOAP + " soapMessageEncrypted.xsd " + Names.DS + " oscisig.xsd " + Names.ENC
                + " oscienc.xsd\"><soap:Body>"
                + sealed.xml(
                        " MimeType=\"Multipart/Related\"",
                        "<ds:X509Data><ds:X509Certificate>" + base64(account.intermediaryCipher())
                                + "</ds:X509Certificate></ds:X509Data>",
                        "<xenc:CipherReference URI=\"cid:osci_enc\"><xenc:Transforms><ds:Transform Algorithm=\""
                                + Names.DS + "base64\"></ds:Transform></xenc:Transforms></xenc:CipherReference>")
                + "</soap:Body></soap:Envelope>";
        var parts = new LinkedHashMap<String, byte[]>();
        parts.put(Mime.root(), outer.getBytes(UTF_8));
        parts.put(
                "Content-Type: text/base64\r\nContent-Transfer-Encoding: 7bit\r\nContent-ID: <osci_enc>",
                Base64.getEncoder().encode(sealed.data()));
        return Mime.write(boundary + "_", parts);
    }

    private byte[] opened(byte[] message) throws IOException {
        var parts = Mime.read(message);
        var envelope = Dom.parse(root(parts)).getDocumentElement();
        var body = Dom.below(envelope, Names.SOAP, "Body");
        refuseFault(body);
        var encrypted = Dom.child(body, Names.ENC, "EncryptedData")
                .orElseThrow(() -> new IOException("osci.answer: the intermediary's answer is not sealed"));
        var data = Dom.below(encrypted, Names.ENC, "CipherData");
        var value = Dom.child(data, Names.ENC, "CipherValue");
        byte[] bytes;
        if (value.isPresent()) {
            bytes = Sealed.base64(value.get());
        } else {
            var uri = Dom.below(data, Names.ENC, "CipherReference").getAttribute("URI");
            bytes = Optional.ofNullable(parts.get(uri.replaceFirst("^cid:", "")))
                    .orElseThrow(() -> new IOException("osci.answer: a part that is named is not there"));
        }
        return Sealed.open(encrypted, bytes, account.cipher().key());
    }

    private static byte[] root(Map<String, byte[]> parts) throws IOException {
        return Optional.ofNullable(parts.get(Mime.ROOT))
                .orElseThrow(() -> new IOException("osci.answer: no part " + Mime.ROOT));
    }

    /** Attachments are parts beside the envelope: who keeps the envelope alone has lost them. */
    private static Content original(Answer answer) throws IOException {
        return Mime.read(answer.unsealed()).size() == 1
                ? kept("osci-fetch-delivery.xml", answer)
                : Content.of("osci-fetch-delivery.mime", "multipart/related", answer.unsealed());
    }

    private static Content kept(String name, Answer answer) {
        return Content.of(name, "text/xml", answer.whole());
    }

    private static String quality(String service) {
        return "<osci:QualityOfTimestamp Id=\"qualityoftimestamp_" + service + "\" Quality=\"plain\" Service=\""
                + service + "\"" + ORDER + "></osci:QualityOfTimestamp>";
    }

    private String ownCipher() throws IOException {
        return certificate(
                "CipherCertificateOriginator", OWN_CIPHER, account.cipher().certificate());
    }

    private String ownSignature() throws IOException {
        return certificate(
                "SignatureCertificateOriginator",
                OWN_SIGNATURE,
                account.signature().certificate());
    }

    private static String certificate(String element, String id, X509Certificate certificate) throws IOException {
        return "<osci:" + element + " Id=\"" + id + "\"><ds:X509Data><ds:X509Certificate>" + base64(certificate)
                + "</ds:X509Certificate></ds:X509Data></osci:" + element + ">";
    }

    private static String base64(X509Certificate certificate) throws IOException {
        try {
            return Base64.getEncoder().encodeToString(certificate.getEncoded());
        } catch (CertificateEncodingException e) {
            throw new IOException("osci.certificate: cannot be written");
        }
    }

    private static String escaped(String text) {
        return text.replaceAll("\\p{Cntrl}", " ")
                .replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;");
    }

    private static byte[] random() {
        var bytes = new byte[16];
        RANDOM.nextBytes(bytes);
        return bytes;
    }
}
