package de.stellwerk.plugins.xbezahldienste;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A JSON object that answers with something empty where nothing, or something of another type, stands. */
record Json(Map<String, Object> map) {

    static Json parse(byte[] bytes) throws NoAnswer {
        try {
            return of(JSONObjectUtils.parse(new String(bytes, StandardCharsets.UTF_8))); // of "null" it makes null
        } catch (ParseException e) { // its message quotes the answer
            throw new NoAnswer("pay.answer: the service's answer is not a JSON object");
        }
    }

    @SuppressWarnings("unchecked") // the keys of a JSON object are texts
    private static Json of(@Nullable Object value) {
        return new Json(value instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of());
    }

    Json object(String name) {
        return of(map.get(name));
    }

    String text(String name) {
        return map.get(name) instanceof String text ? text : "";
    }

    Optional<BigDecimal> number(String name) {
        return map.get(name) instanceof Number number
                ? Optional.of(new BigDecimal(number.toString()))
                : Optional.empty();
    }
}
