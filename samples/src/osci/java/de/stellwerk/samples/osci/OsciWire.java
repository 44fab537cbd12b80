package de.stellwerk.samples.osci;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.security.spec.MGF1ParameterSpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.OAEPParameterSpec;
import javax.crypto.spec.PSource;
import javax.crypto.spec.SecretKeySpec;
import javax.xml.crypto.MarshalException;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.XMLSignatureException;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import javax.xml.transform.TransformerException;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.xml.sax.SAXException;

/** Multipart, XML-DSig and XML-Enc of OSCI, written for the simulator and not shared with any plugin: two that agree say more than one. */
final class OsciWire {

    static final String DECLARED = " xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\""
            + " xmlns:osci=\"http://www.osci.de/2002/04/osci\" xmlns:soap=\"http://schemas.xmlsoap.org/soap/envelope/\""
            + " xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";

    private static final String METHOD = "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1";
    private static final String BOUNDARY = "MIME_boundary";
    private static final OAEPParameterSpec OAEP =
            new OAEPParameterSpec("SHA-256", "MGF1", MGF1ParameterSpec.SHA256, PSource.PSpecified.DEFAULT);

    private OsciWire() {}

    static Document parse(byte[] xml) throws IOException {
        try {
            var factory = DocumentBuilderFactory.newDefaultInstance();
            factory.setNamespaceAware(true);
            factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
            var document = factory.newDocumentBuilder().parse(new ByteArrayInputStream(xml));
            for (var each : all(document.getDocumentElement(), "*")) {
                if (each.hasAttribute("Id")) {
                    each.setIdAttribute("Id", true);
                }
            }
            return document;
        } catch (SAXException | ParserConfigurationException e) {
            throw new IOException("not XML", e);
        }
    }

    static byte[] bytes(Document document) throws IOException {
        try {
            var out = new ByteArrayOutputStream();
            TransformerFactory.newDefaultInstance()
                    .newTransformer()
                    .transform(new DOMSource(document), new StreamResult(out));
            return out.toByteArray();
        } catch (TransformerException e) {
            throw new IOException("cannot be written", e);
        }
    }

    static List<Element> all(Element root, String name) {
        var found = new ArrayList<Element>();
        if (name.equals("*")) {
            found.add(root);
        }
        var nodes = root.getElementsByTagNameNS("*", name);
        for (int i = 0; i < nodes.getLength(); i++) {
            found.add((Element) nodes.item(i));
        }
        return found;
    }

    static Element only(Element root, String name) {
        return all(root, name).get(0);
    }

    static String text(Element root, String name) {
        return only(root, name).getTextContent();
    }

    static Map<String, byte[]> parts(byte[] message) {
        var text = new String(message, ISO_8859_1);
        var boundary = text.replaceFirst("(?s).*?boundary=\"?([^;\"\\s]+).*", "$1");
        var parts = new HashMap<String, byte[]>();
        for (var part : text.split("\r\n--" + java.util.regex.Pattern.quote(boundary))) {
            int gap = part.indexOf("\r\n\r\n");
            var head = gap < 0 ? "" : part.substring(0, gap);
            if (head.contains("Content-ID: <")) {
                var id = head.replaceFirst("(?s).*Content-ID: <([^>]*)>.*", "$1");
                var body = part.substring(gap + 4).getBytes(ISO_8859_1);
                parts.put(
                        id,
                        head.contains("text/base64") ? Base64.getMimeDecoder().decode(body) : body);
            }
        }
        return parts;
    }

    static byte[] part(String type, String encoding, String id, byte[] bytes) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(("Content-Type: " + type + "\r\nContent-Transfer-Encoding: " + encoding + "\r\nContent-ID: <"
                        + id + ">\r\n\r\n")
                .getBytes(ISO_8859_1));
        out.writeBytes(bytes);
        return out.toByteArray();
    }

    static byte[] multipart(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        out.writeBytes(
                ("MIME-Version: 1.0\r\nContent-Type: Multipart/Related; boundary=" + BOUNDARY + "; type=text/xml\r\n")
                        .getBytes(ISO_8859_1));
        for (var each : parts) {
            out.writeBytes(("\r\n--" + BOUNDARY + "\r\n").getBytes(ISO_8859_1));
            out.writeBytes(each);
        }
        out.writeBytes(("\r\n--" + BOUNDARY + "--\r\n").getBytes(ISO_8859_1));
        return out.toByteArray();
    }

    static byte[] open(Element encrypted, byte[] data, PrivateKey key) throws GeneralSecurityException {
        var rsa = Cipher.getInstance("RSA/ECB/OAEPPadding");
        rsa.init(Cipher.DECRYPT_MODE, key, OAEP);
        var secret = rsa.doFinal(Base64.getDecoder()
                .decode(only(only(encrypted, "EncryptedKey"), "CipherValue").getTextContent()));
        int iv = Integer.parseInt(only(encrypted, "IvLength").getAttribute("Value"));
        var aes = Cipher.getInstance("AES/GCM/NoPadding");
        aes.init(Cipher.DECRYPT_MODE, new SecretKeySpec(secret, "AES"), new GCMParameterSpec(128, data, 0, iv));
        return aes.doFinal(data, iv, data.length - iv);
    }

    /** @param key sealed for the reader, in Base64; @param data IV, cipher text and tag */
    private record Locked(String key, byte[] data) {

        static Locked of(byte[] plain, X509Certificate reader) throws GeneralSecurityException {
            var random = new SecureRandom();
            var secret = new byte[32];
            random.nextBytes(secret);
            var iv = new byte[12];
            random.nextBytes(iv);
            var aes = Cipher.getInstance("AES/GCM/NoPadding");
            aes.init(Cipher.ENCRYPT_MODE, new SecretKeySpec(secret, "AES"), new GCMParameterSpec(128, iv));
            var data = new ByteArrayOutputStream();
            data.writeBytes(iv);
            data.writeBytes(aes.doFinal(plain));
            var rsa = Cipher.getInstance("RSA/ECB/OAEPPadding");
            rsa.init(Cipher.ENCRYPT_MODE, reader.getPublicKey(), OAEP);
            return new Locked(Base64.getEncoder().encodeToString(rsa.doFinal(secret)), data.toByteArray());
        }
    }

    /** Binary, as the reference library sends it; what comes in may be Base64. */
    static byte[] seal(byte[] plain, X509Certificate reader) throws GeneralSecurityException {
        var locked = Locked.of(plain, reader);
        var xml = "<soap:Envelope" + DECLARED + "><soap:Body>"
                + encrypted(
                        " MimeType=\"Multipart/Related\"",
                        reader,
                        locked.key(),
                        "<xenc:CipherReference URI=\"cid:osci_enc\"><xenc:Transforms><ds:Transform"
                                + " Algorithm=\"http://www.w3.org/2000/09/xmldsig#base64\"/></xenc:Transforms></xenc:CipherReference>")
                + "</soap:Body></soap:Envelope>";
        return multipart(
                part("text/xml; charset=UTF-8", "8bit", "osci@message", xml.getBytes(UTF_8)),
                part("application/octet-stream", "binary", "osci_enc", locked.data()));
    }

    private static String encrypted(String attributes, X509Certificate reader, String secret, String cipher)
            throws GeneralSecurityException {
        return "<xenc:EncryptedData" + attributes + ">"
                + "<xenc:EncryptionMethod Algorithm=\"http://www.w3.org/2009/xmlenc11#aes256-gcm\"><osci128:IvLength"
                + " xmlns:osci128=\"http://xoev.de/transport/osci12/8\" Value=\"12\"/></xenc:EncryptionMethod><ds:KeyInfo>"
                + "<xenc:EncryptedKey><xenc:EncryptionMethod Algorithm=\"http://www.w3.org/2009/xmlenc11#rsa-oaep\">"
                + "<xenc11:MGF xmlns:xenc11=\"http://www.w3.org/2009/xmlenc11#\""
                + " Algorithm=\"http://www.w3.org/2009/xmlenc11#mgf1sha256\"/><ds:DigestMethod"
                + " Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/></xenc:EncryptionMethod><ds:KeyInfo><ds:X509Data>"
                + "<ds:X509Certificate>" + Base64.getEncoder().encodeToString(reader.getEncoded())
                + "</ds:X509Certificate></ds:X509Data></ds:KeyInfo><xenc:CipherData><xenc:CipherValue>"
                + secret
                + "</xenc:CipherValue></xenc:CipherData></xenc:EncryptedKey></ds:KeyInfo><xenc:CipherData>"
                + cipher
                + "</xenc:CipherData></xenc:EncryptedData>";
    }

    /** An author's contents for a reader, as they stand in a content package. */
    static String sealed(byte[] plain, X509Certificate reader) throws GeneralSecurityException {
        var locked = Locked.of(plain, reader);
        return encrypted(
                " Id=\"encrypteddata\"",
                reader,
                locked.key(),
                "<xenc:CipherValue>" + Base64.getEncoder().encodeToString(locked.data()) + "</xenc:CipherValue>");
    }

    static void sign(Element holder, List<String> ids, PrivateKey key, String certificateId)
            throws GeneralSecurityException, IOException {
        var factory = XMLSignatureFactory.getInstance("DOM");
        var canonical = factory.newTransform(CanonicalizationMethod.INCLUSIVE, (TransformParameterSpec) null);
        var references = new ArrayList<Reference>();
        for (var id : ids) {
            references.add(factory.newReference(
                    "#" + id, factory.newDigestMethod(DigestMethod.SHA256, null), List.of(canonical), null, null));
        }
        var info = factory.newSignedInfo(
                factory.newCanonicalizationMethod(CanonicalizationMethod.INCLUSIVE, (C14NMethodParameterSpec) null),
                factory.newSignatureMethod(METHOD, null),
                references);
        var keys = factory.getKeyInfoFactory();
        var where = keys.newRetrievalMethod("#" + certificateId, "http://www.w3.org/2000/09/xmldsig#X509Data", null);
        var context = new DOMSignContext(key, holder);
        context.setDefaultNamespacePrefix("ds");
        try {
            factory.newXMLSignature(info, keys.newKeyInfo(List.of(where))).sign(context);
        } catch (MarshalException | XMLSignatureException e) {
            throw new IOException("cannot be signed", e);
        }
    }

    /** The Ids that the first signature within an element covers; none if it is wrong. */
    static Set<String> verified(Element holder, X509Certificate signer) throws IOException {
        try {
            var factory = XMLSignatureFactory.getInstance("DOM");
            var context = new DOMValidateContext(signer.getPublicKey(), only(holder, "Signature"));
            var signature = factory.unmarshalXMLSignature(context);
            var ids = new HashSet<String>();
            if (signature.validate(context)) {
                for (var each : signature.getSignedInfo().getReferences()) {
                    ids.add(((Reference) each).getURI().substring(1));
                }
            }
            return ids;
        } catch (MarshalException | XMLSignatureException e) {
            throw new IOException("cannot be checked", e);
        }
    }
}
