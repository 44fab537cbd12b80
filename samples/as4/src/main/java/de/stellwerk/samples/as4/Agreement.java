package de.stellwerk.samples.as4;

import com.helger.phase4.CAS4;
import com.helger.phase4.crypto.AS4CryptoFactoryInMemoryKeyStore;
import com.helger.phase4.crypto.AS4SigningParams;
import com.helger.phase4.crypto.ECryptoAlgorithmSign;
import com.helger.phase4.crypto.ECryptoAlgorithmSignDigest;
import com.helger.phase4.mgr.AS4ManagerFactoryInMemory;
import com.helger.phase4.mgr.MetaAS4Manager;
import com.helger.phase4.model.EMEP;
import com.helger.phase4.model.EMEPBinding;
import com.helger.phase4.model.pmode.IPMode;
import com.helger.phase4.model.pmode.PMode;
import com.helger.phase4.model.pmode.PModeParty;
import com.helger.phase4.model.pmode.leg.EPModeSendReceiptReplyPattern;
import com.helger.phase4.model.pmode.leg.PModeLeg;
import com.helger.phase4.model.pmode.leg.PModeLegBusinessInformation;
import com.helger.phase4.model.pmode.leg.PModeLegErrorHandling;
import com.helger.phase4.model.pmode.leg.PModeLegProtocol;
import com.helger.phase4.model.pmode.leg.PModeLegSecurity;
import com.helger.phase4.wss.EWSSVersion;
import com.helger.phase4.wss.WSSConfigManager;
import com.helger.scope.mgr.ScopeManager;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;

/** What the two partners have agreed on, in phase4's words. */
public final class Agreement {

    public static final String SERVICE = "urn:test:service";
    public static final String ACTION = "submit";
    public static final String AGREEMENT = "urn:test:agreement";
    /** The access point's own party, and the hub's. */
    public static final String PARTNER = "partner";

    public static final String HUB = "pirna";

    static final String TYPE = "urn:oasis:names:tc:ebcore:partyid-type:unregistered";

    static {
        // phase4 registers its providers for the whole process; a connector in the same one must not need them, so they
        // come first and are its own.
        ScopeManager.onGlobalBegin("test");
        MetaAS4Manager.setFactory(new AS4ManagerFactoryInMemory());
        WSSConfigManager.getInstance();
    }

    private Agreement() {}

    static void forgetWhatCame() {
        MetaAS4Manager.getIncomingDuplicateMgr().clearCache();
    }

    static AS4CryptoFactoryInMemoryKeyStore crypto(Identity identity, X509Certificate hub) {
        try {
            var trust = KeyStore.getInstance("PKCS12");
            trust.load(null, null);
            trust.setCertificateEntry("hub", hub);
            return new AS4CryptoFactoryInMemoryKeyStore(
                    identity.store(), "key", Identity.PASSWORD.toCharArray(), trust);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    static AS4SigningParams signing() {
        return new AS4SigningParams()
                .setAlgorithmSign(ECryptoAlgorithmSign.RSA_SHA_256)
                .setAlgorithmSignDigest(ECryptoAlgorithmSignDigest.DIGEST_SHA_256);
    }

    static IPMode mode(String from, String to) {
        var security = new PModeLegSecurity();
        security.setWSSVersion(EWSSVersion.WSS_111);
        security.setX509SignatureAlgorithm(ECryptoAlgorithmSign.RSA_SHA_256);
        security.setX509SignatureHashFunction(ECryptoAlgorithmSignDigest.DIGEST_SHA_256);
        security.setSendReceipt(true);
        security.setSendReceiptNonRepudiation(true);
        security.setSendReceiptReplyPattern(EPModeSendReceiptReplyPattern.RESPONSE);
        var errors = PModeLegErrorHandling.createUndefined();
        errors.setReportAsResponse(true);
        return new PMode(
                "agreed",
                new PModeParty(TYPE, from, CAS4.DEFAULT_INITIATOR_URL, null, null),
                new PModeParty(TYPE, to, CAS4.DEFAULT_RESPONDER_URL, null, null),
                AGREEMENT,
                EMEP.ONE_WAY,
                EMEPBinding.PUSH,
                new PModeLeg(
                        PModeLegProtocol.createForDefaultSoapVersion(null),
                        PModeLegBusinessInformation.create(SERVICE, ACTION, null, null),
                        errors,
                        null,
                        security),
                null,
                null,
                null);
    }
}
