package de.stellwerk.plugins.as4;

import com.helger.phase4.model.ESoapVersion;
import com.helger.phase4.model.error.EEbmsError;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.crypto.KeyGenerator;
import org.apache.wss4j.common.WSEncryptionPart;
import org.apache.wss4j.common.crypto.AlgorithmSuite;
import org.apache.wss4j.common.ext.WSPasswordCallback;
import org.apache.wss4j.common.ext.WSSecurityException;
import org.apache.wss4j.common.util.AttachmentUtils;
import org.apache.wss4j.common.util.KeyUtils;
import org.apache.wss4j.dom.WSConstants;
import org.apache.wss4j.dom.WSDataRef;
import org.apache.wss4j.dom.engine.WSSecurityEngine;
import org.apache.wss4j.dom.engine.WSSecurityEngineResult;
import org.apache.wss4j.dom.handler.RequestData;
import org.apache.wss4j.dom.message.WSSecEncrypt;
import org.apache.wss4j.dom.message.WSSecHeader;
import org.apache.wss4j.dom.message.WSSecSignature;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

/**
 * WS-Security by the common profile of eDelivery AS4 1.15: RSA-SHA256 over header, body and payloads with exclusive canonicalisation and the
 * certificate as a token; AES-GCM under RSA-OAEP with SHA-256 for the payloads, encrypted after signing.
 */
record Security(Keys.Own own, Trust trust, Optional<X509Certificate> reader) {

    private static final String SOAP = ESoapVersion.SOAP_12.getNamespaceURI();
    private static final String CONTENT = "Content";
    private static final int LEAST_KEY = 2048;
    private static final int LEAST_CURVE = 256;

    /**
     * What the signature proves.
     *
     * @param messaging the ebMS header that is signed, of which alone anything may be believed
     * @param payloads the Content-Ids it covers
     */
    record Proof(Element messaging, Set<String> payloads, boolean encrypted) {}

    /** @param id the {@code wsu:Id} of the ebMS header */
    void sign(Document soap, String id, Parts parts) throws WSSecurityException {
        var signature = new WSSecSignature(header(soap), Provided.PROVIDER);
        signature.setKeyIdentifierType(WSConstants.BST_DIRECT_REFERENCE);
        signature.setUserInfo(own.alias(), own.password());
        signature.setSignatureAlgorithm(WSConstants.RSA_SHA256);
        signature.setDigestAlgo(WSConstants.SHA256);
        signature.setSigCanonicalization(WSConstants.C14N_EXCL_OMIT_COMMENTS);
        signature.getParts().add(new WSEncryptionPart(id, CONTENT));
        signature.getParts().add(new WSEncryptionPart("Body", SOAP, CONTENT));
        if (!parts.ids().isEmpty()) {
            signature.getParts().add(new WSEncryptionPart("cid:" + Parts.ALL, CONTENT));
            signature.setAttachmentCallbackHandler(parts);
        }
        signature.build(own.crypto());
    }

    /** Encrypts the payloads, if there is somebody to encrypt for. */
    void encrypt(Document soap, Parts parts) throws WSSecurityException {
        if (reader.isEmpty() || parts.ids().isEmpty()) {
            return;
        }
        var encryption = new WSSecEncrypt(header(soap));
        encryption.setKeyIdentifierType(WSConstants.BST_DIRECT_REFERENCE);
        encryption.setUseThisCert(reader.get());
        encryption.setSymmetricEncAlgorithm(WSConstants.AES_128_GCM);
        encryption.setKeyEncAlgo(WSConstants.KEYTRANSPORT_RSAOAEP_XENC11);
        encryption.setMGFAlgorithm(WSConstants.MGF_SHA256);
        encryption.setDigestAlgorithm(WSConstants.SHA256);
        encryption.getParts().add(new WSEncryptionPart("cid:" + Parts.ALL, CONTENT));
        encryption.setAttachmentCallbackHandler(parts);
        KeyGenerator keys = KeyUtils.getKeyGenerator(WSConstants.AES_128_GCM);
        encryption.build(own.crypto(), keys.generateKey());
    }

    private static WSSecHeader header(Document soap) throws WSSecurityException {
        var header = new WSSecHeader(soap);
        header.insertSecurityHeader();
        return header;
    }

    /**
     * Decrypts the payloads, and asks of the signature that it is the partner's, that it was made before anything was encrypted, and that it
     * covers the one ebMS header, the one body and every payload of the message: what it leaves out is not received at all.
     */
    Proof open(Document soap, Parts parts) throws Refusal {
        var messaging = Soap.messaging(soap);
        var body = Soap.body(soap);
        if (Soap.security(soap).isEmpty()) {
            throw new Refusal(EEbmsError.EBMS_POLICY_NONCOMPLIANCE, "The message is not signed.");
        }
        var results = results(soap, parts);
        int signature = -1;
        int encryption = Integer.MAX_VALUE;
        for (int i = 0; i < results.size(); i++) {
            int action = action(results.get(i));
            if (action == WSConstants.SIGN) {
                if (signature >= 0) {
                    throw new Refusal(EEbmsError.EBMS_POLICY_NONCOMPLIANCE, "The message is signed more than once.");
                }
                signature = i;
            } else if (action == WSConstants.ENCR) {
                encryption = Math.min(encryption, i);
            } else if (action != WSConstants.BST && action != WSConstants.TS) {
                throw new Refusal(EEbmsError.EBMS_POLICY_NONCOMPLIANCE, "The message has a token nobody agreed on.");
            }
        }
        if (signature < 0) {
            throw new Refusal(EEbmsError.EBMS_POLICY_NONCOMPLIANCE, "The message is not signed.");
        }
        // The newest result stands first: what was decrypted before the signature was checked comes after it.
        if (encryption < signature) {
            throw new Refusal(
                    EEbmsError.EBMS_POLICY_NONCOMPLIANCE, "The message was signed after it had been encrypted.");
        }
        var result = results.get(signature);
        var chain = chain(result);
        if (chain.isEmpty() || !trust.accepts(chain)) {
            throw new Refusal(EEbmsError.EBMS_FAILED_AUTHENTICATION, "The signer is not the agreed partner.");
        }
        var covered = new HashSet<Element>();
        var payloads = new HashSet<String>();
        cover(result, covered, payloads);
        if (!covered.contains(messaging) || !covered.contains(body) || !payloads.equals(parts.ids())) {
            throw new Refusal(
                    EEbmsError.EBMS_POLICY_NONCOMPLIANCE,
                    "The signature does not cover header, body and all payloads.");
        }
        return new Proof(messaging, payloads, encryption != Integer.MAX_VALUE);
    }

    private static void cover(WSSecurityEngineResult result, Set<Element> covered, Set<String> payloads)
            throws Refusal {
        var references =
                result.get(WSSecurityEngineResult.TAG_DATA_REF_URIS) instanceof List<?> all ? all : List.<Object>of();
        for (var each : references) {
            var reference = (WSDataRef) each;
            if (reference.isAttachment()) {
                try {
                    payloads.add(AttachmentUtils.getAttachmentId(reference.getWsuId()));
                } catch (WSSecurityException e) {
                    throw new Refusal(EEbmsError.EBMS_INVALID_HEADER, "A signed payload has no readable name.", e);
                }
            } else {
                covered.add(reference.getProtectedElement());
            }
        }
    }

    private List<WSSecurityEngineResult> results(Document soap, Parts parts) throws Refusal {
        var data = new RequestData();
        var config = Provided.config();
        // Whose the certificate is, is asked when the signature has turned out right; see open.
        config.setValidator(WSConstants.SIGNATURE, (credential, request) -> credential);
        data.setWssConfig(config);
        data.setSigVerCrypto(own.crypto());
        data.setDecCrypto(own.crypto());
        data.setCallbackHandler(callbacks -> {
            for (var callback : callbacks) {
                if (callback instanceof WSPasswordCallback asked) {
                    asked.setPassword(own.password());
                }
            }
        });
        data.setAttachmentCallbackHandler(parts);
        data.setAlgorithmSuite(suite());
        data.setExpandXopInclude(false);
        var engine = new WSSecurityEngine();
        // It takes validators from the one, and what reads a signature from the other.
        engine.setWssConfig(config);
        try {
            return engine.processSecurityHeader(soap, data).getResults();
        } catch (WSSecurityException e) {
            throw switch (e.getErrorCode()) {
                case FAILED_ENCRYPTION, UNSUPPORTED_ALGORITHM, INVALID_SECURITY, INVALID_SECURITY_TOKEN ->
                    new Refusal(EEbmsError.EBMS_POLICY_NONCOMPLIANCE, "The security header is not what was agreed.", e);
                default ->
                    Soap.isEncrypted(soap) && !parts.changed()
                            ? new Refusal(EEbmsError.EBMS_FAILED_DECRYPTION, "The payloads cannot be decrypted.", e)
                            : new Refusal(EEbmsError.EBMS_FAILED_AUTHENTICATION, "The signature is not right.", e);
            };
        } catch (RuntimeException | LinkageError e) {
            // A stranger may have written anything, also tokens whose libraries are left out of the jar, such as SAML.
            throw new Refusal(EEbmsError.EBMS_POLICY_NONCOMPLIANCE, "The security header is not what was agreed.", e);
        }
    }

    /** What may be used; WSS4J refuses everything else, such as SHA-1, CBC, XSLT and XPath. */
    private static AlgorithmSuite suite() {
        var suite = new AlgorithmSuite();
        for (var each :
                List.of("rsa-sha256", "rsa-sha384", "rsa-sha512", "ecdsa-sha256", "ecdsa-sha384", "ecdsa-sha512")) {
            suite.addSignatureMethod("http://www.w3.org/2001/04/xmldsig-more#" + each);
        }
        List.of(WSConstants.SHA256, WSConstants.SHA384, WSConstants.SHA512).forEach(suite::addDigestAlgorithm);
        suite.addC14nAlgorithm(WSConstants.C14N_EXCL_OMIT_COMMENTS);
        suite.addTransformAlgorithm(WSConstants.C14N_EXCL_OMIT_COMMENTS);
        suite.addTransformAlgorithm(WSConstants.SWA_ATTACHMENT_CONTENT_SIG_TRANS);
        suite.addTransformAlgorithm(WSConstants.SWA_ATTACHMENT_CIPHERTEXT_TRANS);
        List.of(WSConstants.AES_128_GCM, WSConstants.AES_192_GCM, WSConstants.AES_256_GCM)
                .forEach(suite::addEncryptionMethod);
        suite.addKeyWrapAlgorithm(WSConstants.KEYTRANSPORT_RSAOAEP_XENC11);
        suite.setMinimumAsymmetricKeyLength(LEAST_KEY);
        suite.setMinimumEllipticCurveKeyLength(LEAST_CURVE);
        return suite;
    }

    private static int action(WSSecurityEngineResult result) {
        return result.get(WSSecurityEngineResult.TAG_ACTION) instanceof Integer action ? action : -1;
    }

    private static List<X509Certificate> chain(WSSecurityEngineResult result) {
        if (result.get(WSSecurityEngineResult.TAG_X509_CERTIFICATES) instanceof X509Certificate[] all) {
            return List.of(all);
        }
        var one = new ArrayList<X509Certificate>();
        if (result.get(WSSecurityEngineResult.TAG_X509_CERTIFICATE) instanceof X509Certificate certificate) {
            one.add(certificate);
        }
        return one;
    }
}
