package de.stellwerk.plugins.osci;

/** What OSCI-Transport 1.2 (2002, with its corrections up to number 10) calls things on the wire. */
final class Names {

    static final String SOAP = "http://schemas.xmlsoap.org/soap/envelope/";
    static final String OSCI = "http://www.osci.de/2002/04/osci";
    static final String OSCI8 = "http://xoev.de/transport/osci12/8";
    static final String DS = "http://www.w3.org/2000/09/xmldsig#";
    static final String ENC = "http://www.w3.org/2001/04/xmlenc#";
    static final String ENC11 = "http://www.w3.org/2009/xmlenc11#";
    static final String X509_DATA = DS + "X509Data";
    static final String NEXT = "http://schemas.xmlsoap.org/soap/actor/next";
    static final String NONE = "http://www.w3.org/2001/12/soap-envelope/actor/none";

    /** Every document declares the same, so that a part looks the same to a signature wherever it stands. */
    static final String DECLARED = " xmlns:ds=\"" + DS + "\" xmlns:osci=\"" + OSCI + "\" xmlns:soap=\"" + SOAP
            + "\" xmlns:xenc=\"" + ENC + "\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";

    private Names() {}
}
