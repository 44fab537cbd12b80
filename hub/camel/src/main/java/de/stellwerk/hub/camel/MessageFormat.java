package de.stellwerk.hub.camel;

import jakarta.xml.bind.JAXBContext;
import jakarta.xml.bind.JAXBException;
import jakarta.xml.bind.Unmarshaller;
import jakarta.xml.bind.ValidationEvent;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.apache.camel.Exchange;
import org.apache.camel.converter.jaxb.JaxbDataFormat;
import org.jspecify.annotations.Nullable;

/** Camel's JAXB format for {@link Messages}, for use in {@code marshal} and {@code unmarshal}; written in UTF-8. */
public final class MessageFormat extends JaxbDataFormat {

    private final Messages messages;
    private final boolean strict;
    private @Nullable String refusal;

    MessageFormat(Messages messages, boolean strict) {
        this.messages = messages;
        this.strict = strict;
        setEncoding(StandardCharsets.UTF_8.name());
        setPrettyPrint(false);
        setContentTypeHeader(false); // what the target calls it is for the route to say
    }

    /**
     * For the body of a delivery: one that cannot be read now can never be delivered, and is {@link RejectedByTarget}.
     *
     * @param what how the reason begins, such as {@code "not a register entry"}
     */
    public MessageFormat orReject(String what) {
        refusal = what;
        return this;
    }

    @Override
    public Object unmarshal(Exchange exchange, Object body) throws Exception {
        try {
            return read(exchange, body);
        } catch (Unreadable e) {
            if (refusal != null) {
                throw new RejectedByTarget(refusal + ": " + e.getMessage());
            }
            throw e;
        }
    }

    private Object read(Exchange exchange, Object body) throws Exception {
        try (var stream =
                exchange.getContext().getTypeConverter().mandatoryConvertTo(InputStream.class, exchange, body)) {
            var reader = new SafeReader(stream);
            try {
                return super.unmarshal(exchange, reader);
            } catch (IOException e) { // how Camel passes JAXB's exceptions on
                throw reader.why();
            } finally {
                reader.close();
            }
        }
    }

    @Override
    protected JAXBContext createContext() throws JAXBException {
        return messages.context();
    }

    @Override
    protected Unmarshaller createUnmarshaller() throws JAXBException {
        var made = super.createUnmarshaller();
        made.setEventHandler(event -> !strict && event.getSeverity() != ValidationEvent.FATAL_ERROR);
        return made;
    }
}
