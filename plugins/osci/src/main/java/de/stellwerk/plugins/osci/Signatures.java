package de.stellwerk.plugins.osci;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.xml.crypto.MarshalException;
import javax.xml.crypto.dsig.CanonicalizationMethod;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLSignatureException;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import org.jspecify.annotations.Nullable;
import org.w3c.dom.Element;
import org.w3c.dom.Node;

/** XML-DSig as OSCI narrows it: references by Id, inclusive canonical form, SHA-2; RSA with PSS (correction 4) when we sign. */
final class Signatures {

    private static final String MORE = "http://www.w3.org/2001/04/xmldsig-more#";
    private static final String PSS_256 = "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1";
    private static final String ECDSA_256 = MORE + "ecdsa-sha256";
    private static final Set<String> METHODS = Set.of(
            PSS_256,
            "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1",
            ECDSA_256,
            MORE + "ecdsa-sha512",
            MORE + "rsa-sha256",
            MORE + "rsa-sha512");
    private static final Set<String> DIGESTS = Set.of(DigestMethod.SHA256, DigestMethod.SHA512);
    private static final Set<String> CANONICAL =
            Set.of(CanonicalizationMethod.INCLUSIVE, CanonicalizationMethod.EXCLUSIVE);
    private static final int LEAST_RSA_BITS = 2048;

    private Signatures() {}

    /**
     * Puts a signature into an element.
     *
     * @param before the signature stands before this child; null for the end
     * @param certificateId where the signer's certificate stands
     */
    static void sign(Element holder, @Nullable Node before, List<String> ids, PrivateKey key, String certificateId)
            throws IOException {
        try {
            declareIds(holder);
            var factory = XMLSignatureFactory.getInstance("DOM");
            var digest = factory.newDigestMethod(DigestMethod.SHA256, null);
            var transforms =
                    List.of(factory.newTransform(CanonicalizationMethod.INCLUSIVE, (TransformParameterSpec) null));
            var references = new ArrayList<Reference>();
            for (var id : ids) {
                references.add(factory.newReference("#" + id, digest, transforms, null, null));
            }
            var info = factory.newSignedInfo(
                    factory.newCanonicalizationMethod(CanonicalizationMethod.INCLUSIVE, (C14NMethodParameterSpec) null),
                    factory.newSignatureMethod(key instanceof RSAKey ? PSS_256 : ECDSA_256, null),
                    references);
            var keys = factory.getKeyInfoFactory();
            var context = before == null ? new DOMSignContext(key, holder) : new DOMSignContext(key, holder, before);
            context.setDefaultNamespacePrefix("ds");
            factory.newXMLSignature(
                            info,
                            keys.newKeyInfo(
                                    List.of(keys.newRetrievalMethod("#" + certificateId, Names.X509_DATA, null))))
                    .sign(context);
        } catch (GeneralSecurityException | MarshalException | XMLSignatureException e) {
            throw new IOException("osci.sign: cannot be signed, " + e.getClass().getSimpleName());
        }
    }

    /**
     * The elements that the signature in an element covers: whoever uses another one uses what nobody has signed.
     *
     * @throws IOException if there is not exactly one signature, or it is not this certificate's, or weak, or wrong
     */
    static Set<Element> covered(Element holder, X509Certificate signer) throws IOException {
        var ids = declareIds(holder);
        var key = signer.getPublicKey();
        var signature = Dom.below(holder, Names.DS, "Signature");
        if (tooShort(key)) {
            throw new IOException("osci.signature: the signer's key is shorter than " + LEAST_RSA_BITS + " bits");
        }
        try {
            var context = new DOMValidateContext(key, signature);
            context.setProperty("org.jcp.xml.dsig.secureValidation", Boolean.TRUE);
            var factory = XMLSignatureFactory.getInstance("DOM");
            var parsed = factory.unmarshalXMLSignature(context);
            var info = parsed.getSignedInfo();
            if (!METHODS.contains(info.getSignatureMethod().getAlgorithm())
                    || !CANONICAL.contains(info.getCanonicalizationMethod().getAlgorithm())) {
                throw new IOException("osci.signature: an algorithm that is not allowed");
            }
            var covered = new HashSet<Element>();
            for (var each : info.getReferences()) {
                covered.add(target((Reference) each, ids));
            }
            if (!parsed.validate(context)) {
                throw new IOException("osci.signature: the signature is wrong");
            }
            return covered;
        } catch (MarshalException | XMLSignatureException e) {
            throw new IOException(
                    "osci.signature: cannot be checked, " + e.getClass().getSimpleName());
        }
    }

    private static Element target(Reference reference, Map<String, Element> ids) throws IOException {
        var uri = reference.getURI() == null ? "" : reference.getURI();
        var element = uri.startsWith("#") ? ids.get(uri.substring(1)) : null;
        boolean plain = DIGESTS.contains(reference.getDigestMethod().getAlgorithm());
        for (var transform : reference.getTransforms()) {
            plain &= CANONICAL.contains(((Transform) transform).getAlgorithm());
        }
        if (element == null || !plain) {
            throw new IOException("osci.signature: a reference that is not allowed");
        }
        return element;
    }

    /** An Id that is there twice could mean one element to the signature and another one to us. */
    private static Map<String, Element> declareIds(Element anywhere) throws IOException {
        var ids = new HashMap<String, Element>();
        for (var element : Dom.all(anywhere.getOwnerDocument().getDocumentElement())) {
            if (element.hasAttributeNS(null, "Id")) {
                element.setIdAttributeNS(null, "Id", true);
                if (ids.put(element.getAttributeNS(null, "Id"), element) != null) {
                    throw new IOException("osci.signature: an Id is there twice");
                }
            }
        }
        return ids;
    }

    private static boolean tooShort(Key key) {
        return key instanceof RSAKey rsa && rsa.getModulus().bitLength() < LEAST_RSA_BITS;
    }
}
