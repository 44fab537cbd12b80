package de.stellwerk.plugins.osci;

import de.stellwerk.hub.spi.Content;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.w3c.dom.Element;

/** What a delivery holds: its content package is unsealed with our key, and the author's signature checked. */
final class Package {

    /** Opened contents of one container, and who has signed all of them. */
    private record Opened(List<byte[]> contents, Optional<X509Certificate> author) {}

    private final Element envelope;
    private final Account account;

    private Package(Element envelope, Account account) {
        this.envelope = envelope;
        this.account = account;
    }

    /**
     * @param response the header block of the answer; the package stands in the body beside it
     * @throws IOException if not even its MessageID can be read; contents that cannot be are told in what is returned
     */
    static OsciClient.Fetched read(Element response, Content whole, Account account) throws IOException {
        var bundle = Dom.below(response, Names.OSCI, "ProcessCardBundle");
        var id = BuiltIn.messageId(bundle);
        var subject = Dom.child(bundle, Names.OSCI, "ProcessCard")
                .flatMap(card -> Dom.child(card, Names.OSCI, "Subject"))
                .map(Dom::text)
                .orElse("");
        var envelope = response.getOwnerDocument().getDocumentElement();
        try {
            var opened = new Package(envelope, account).open();
            return new OsciClient.Fetched(id, subject, opened.contents(), opened.author(), "", whole);
        } catch (IOException e) {
            return new OsciClient.Fetched(
                    id, subject, List.of(), Optional.empty(), String.valueOf(e.getMessage()), whole);
        }
    }

    private Opened open() throws IOException {
        var held = Dom.children(Dom.below(Dom.below(envelope, Names.SOAP, "Body"), Names.OSCI, "ContentPackage"));
        // In which of several the message is, and which are annexes, says no rule.
        if (held.size() != 1) {
            throw new IOException("osci.content: not exactly one container in the package, but " + held.size());
        }
        var only = held.get(0);
        return container(
                "EncryptedData".equals(only.getLocalName())
                        ? Dom.parse(Sealed.open(
                                        only,
                                        Sealed.base64(Dom.below(only, Names.ENC, "CipherData", "CipherValue")),
                                        account.cipher().key()))
                                .getDocumentElement()
                        : only);
    }

    private Opened container(Element container) throws IOException {
        if (!Names.OSCI.equals(container.getNamespaceURI()) || !"ContentContainer".equals(container.getLocalName())) {
            throw new IOException("osci.content: what was sealed is no ContentContainer");
        }
        Set<Element> covered = Set.of();
        var author = Optional.<X509Certificate>empty();
        var signature = Dom.child(container, Names.DS, "Signature");
        if (signature.isPresent()) {
            author = Optional.of(signer(signature.get()));
            covered = Signatures.covered(container, author.get());
        }
        var contents = new ArrayList<byte[]>();
        for (var each : Dom.children(container)) {
            if (each.equals(signature.orElse(null))) {
                continue;
            }
            if (!"Content".equals(each.getLocalName())) {
                throw new IOException(
                        "osci.content: more than one signature, or something sealed within what was sealed");
            }
            if (author.isPresent() && !covered.contains(each)) {
                throw new IOException("osci.signature: a content is not covered by the author's signature");
            }
            contents.add(Sealed.base64(Dom.child(each, Names.OSCI, "Base64Content")
                    .orElseThrow(() -> new IOException(
                            "osci.content: a content is not Base64 within the message; attachments are not read"))));
        }
        if (contents.isEmpty()) {
            throw new IOException("osci.content: there is no content");
        }
        return new Opened(List.copyOf(contents), author);
    }

    /** Where the signature says that it stands: among the certificates of the envelope, or within the signature. */
    private X509Certificate signer(Element signature) throws IOException {
        var info = Dom.below(signature, Names.DS, "KeyInfo");
        var pointer = Dom.child(info, Names.DS, "RetrievalMethod");
        var holder = pointer.isEmpty() ? info : named(pointer.get().getAttribute("URI"));
        var encoded = Sealed.base64(Dom.below(holder, Names.DS, "X509Data", "X509Certificate"));
        try {
            return (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded));
        } catch (CertificateException e) {
            throw new IOException("osci.signature: the author's certificate cannot be read");
        }
    }

    private Element named(String uri) throws IOException {
        var certificates = Dom.children(Dom.below(envelope, Names.SOAP, "Header")).stream()
                .filter(each -> "NonIntermediaryCertificates".equals(each.getLocalName()))
                .flatMap(each -> Dom.children(each).stream())
                .filter(each -> uri.equals("#" + each.getAttribute("Id")))
                .toList();
        if (certificates.size() != 1) {
            throw new IOException("osci.signature: the author's certificate is not in the envelope");
        }
        return certificates.get(0);
    }
}
