package de.stellwerk.plugins.xta;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Namespaces and actions of {@code XTA.wsdl}, version 2.1.1. */
final class Names {

    static final String SOAP = "http://www.w3.org/2003/05/soap-envelope";
    static final String ADDRESSING = "http://www.w3.org/2005/08/addressing";
    static final String XTA = "http://xoev.de/transport/xta/211";
    static final String OSCI = "http://www.osci.eu/ws/2008/05/transport";
    static final String META = "http://www.osci.eu/ws/2014/10/transport";
    static final String XOP = "http://www.w3.org/2004/08/xop/include";
    static final String ENCRYPTION = "http://www.w3.org/2001/04/xmlenc#";

    private static final String ACTION = "http://www.xta.de/XTA/";
    private static final String BOX = "http://www.osci.eu/ws/2008/05/transport/urn/messageTypes/";

    static final String CHECK_ACCOUNT = ACTION + "CheckAccountActive";
    static final String LOOKUP_SERVICE = ACTION + "IsServiceAvailable";
    static final String CREATE_ID = ACTION + "CreateMessageID";
    static final String REPORT = ACTION + "GetTransportReport";
    static final String SEND = ACTION + "SendMessage";
    static final String STATUS_LIST = BOX + "MsgBoxStatusListRequest";
    static final String FETCH = BOX + "MsgBoxFetchRequest";
    static final String CLOSE = BOX + "MsgBoxCloseRequest";

    private Names() {}

    /** What stands for an id in file names. */
    static String hash(String id) {
        try {
            return HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
