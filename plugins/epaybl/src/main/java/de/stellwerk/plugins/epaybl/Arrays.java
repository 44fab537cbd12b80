package de.stellwerk.plugins.epaybl;

import jakarta.xml.bind.JAXBElement;
import java.util.List;
import javax.xml.namespace.QName;

/** How the platform's version writes arrays. */
enum Arrays {
    /** The element is repeated. */
    V2,
    /** One element holds an {@code item} for each. */
    V3;

    /** @param wrapped the same values in the type that version 3 has for them */
    List<JAXBElement<?>> of(String name, List<?> values, Object wrapped) {
        var all = this == V2 ? values : List.of(wrapped);
        return all.stream().<JAXBElement<?>>map(value -> element(name, value)).toList();
    }

    @SuppressWarnings("unchecked") // the class of a value is a class of such values
    private static JAXBElement<Object> element(String name, Object value) {
        return new JAXBElement<>(new QName(name), (Class<Object>) value.getClass(), value);
    }
}
