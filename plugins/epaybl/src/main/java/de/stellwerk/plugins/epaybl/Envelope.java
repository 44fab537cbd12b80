package de.stellwerk.plugins.epaybl;

import jakarta.xml.bind.annotation.XmlAccessType;
import jakarta.xml.bind.annotation.XmlAccessorType;
import jakarta.xml.bind.annotation.XmlAnyElement;
import jakarta.xml.bind.annotation.XmlElement;
import jakarta.xml.bind.annotation.XmlRootElement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** SOAP 1.1 around one operation, its answer, or a fault. */
@XmlRootElement(name = "Envelope", namespace = Envelope.SOAP)
@XmlAccessorType(XmlAccessType.FIELD)
final class Envelope {

    static final String SOAP = "http://schemas.xmlsoap.org/soap/envelope/";
    static final String EPAYMENT = "http://www.bff.bund.de/ePayment";

    @XmlElement(name = "Body", namespace = SOAP)
    private Body body = new Body();

    @XmlAccessorType(XmlAccessType.FIELD)
    private static final class Body {

        @XmlAnyElement(lax = true)
        private List<Object> content = new ArrayList<>();
    }

    /** What went wrong before the operation had an answer. */
    @XmlRootElement(name = "Fault", namespace = SOAP)
    @XmlAccessorType(XmlAccessType.FIELD)
    static final class Fault {

        @Nullable
        String faultcode;

        @Nullable
        String faultstring;
    }

    static Envelope around(Object operation) {
        var made = new Envelope();
        made.body.content.add(operation);
        return made;
    }

    /** The operation's name, for the SOAPAction. */
    String operation() {
        return body.content
                .get(0)
                .getClass()
                .getAnnotation(XmlRootElement.class)
                .name();
    }

    /** @throws NoAnswer if there is a fault instead, or something else, or nothing */
    <T> T answer(Class<T> wanted) throws NoAnswer {
        for (var content : body.content) {
            if (wanted.isInstance(content)) {
                return wanted.cast(content);
            }
            if (content instanceof Fault fault) {
                throw new NoAnswer("pay.fault: the platform answers with the fault " + Plain.text(fault.faultcode)
                        + ": " + Plain.prose(fault.faultstring));
            }
        }
        throw new NoAnswer("pay.answer: the platform's answer is not one to this operation");
    }
}
