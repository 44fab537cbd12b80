package de.stellwerk.plugins.as4;

import java.security.NoSuchAlgorithmException;
import java.security.Provider;
import java.util.List;
import java.util.Map;
import org.apache.jcp.xml.dsig.internal.dom.XMLDSigRI;
import org.apache.wss4j.dom.WSConstants;
import org.apache.wss4j.dom.engine.WSSConfig;
import org.apache.wss4j.dom.processor.SignatureProcessor;
import org.apache.wss4j.dom.transform.AttachmentContentSignatureTransformProvider;
import org.apache.wss4j.dom.transform.STRTransformProvider;
import org.apache.xml.security.Init;
import org.jspecify.annotations.Nullable;

/**
 * XML signatures with the transforms of WSS4J, for those who hold this object. WSS4J would register the same for the whole Java process, in
 * the place of what the hub or another plugin has registered under these names, and a jar that is unloaded could not be collected.
 */
final class Provided extends Provider {

    private static final long serialVersionUID = 1;
    private static final String MECHANISM = "MechanismType";

    static final Provided PROVIDER = new Provided();

    private Provided() {
        super("StellwerkAs4", "1", "XML signatures with attachments");
        Init.init();
        for (var part : List.of(
                new XMLDSigRI(), new AttachmentContentSignatureTransformProvider(), new STRTransformProvider())) {
            part.getServices().forEach(each -> putService(new Lent(this, each)));
        }
    }

    /** A service of another provider that says it is of this one, so that what it makes looks for the others here. */
    private static final class Lent extends Service {

        private final Service lender;

        Lent(Provider provider, Service lender) {
            super(
                    provider,
                    lender.getType(),
                    lender.getAlgorithm(),
                    lender.getClassName(),
                    null,
                    lender.getAttribute(MECHANISM) == null ? null : Map.of(MECHANISM, lender.getAttribute(MECHANISM)));
            this.lender = lender;
        }

        @Override
        public Object newInstance(@Nullable Object parameter) throws NoSuchAlgorithmException {
            return lender.newInstance(parameter);
        }
    }

    /** WSS4J's switches, for one message. */
    static WSSConfig config() {
        // Before the first one is made, or it registers for all.
        WSSConfig.setAddJceProviders(false);
        var config = WSSConfig.getNewInstance();
        config.setProcessor(WSConstants.SIGNATURE, new SignatureProcessor(PROVIDER));
        return config;
    }
}
