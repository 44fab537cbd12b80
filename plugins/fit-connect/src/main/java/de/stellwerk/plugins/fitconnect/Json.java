package de.stellwerk.plugins.fitconnect;

import com.nimbusds.jose.util.JSONObjectUtils;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A JSON object that answers with something empty where nothing, or something of another type, stands. */
record Json(Map<String, Object> map) {

    static Json parse(byte[] bytes) throws ParseException {
        var map = JSONObjectUtils.parse(new String(bytes, StandardCharsets.UTF_8));
        if (map == null) {
            throw new ParseException("the word 'null' where an object belongs", 0);
        }
        return new Json(map);
    }

    @SuppressWarnings("unchecked") // the keys of a JSON object are texts
    static Json of(@Nullable Object value) {
        return new Json(value instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of());
    }

    boolean has(String name) {
        return map.containsKey(name);
    }

    String text(String name) {
        return map.get(name) instanceof String text ? text : "";
    }

    long number(String name) {
        return map.get(name) instanceof Number number ? number.longValue() : 0;
    }

    Json object(String name) {
        return of(map.get(name));
    }

    List<?> list(String name) {
        return map.get(name) instanceof List<?> list ? list : List.of();
    }

    List<Json> objects(String name) {
        return list(name).stream().map(Json::of).toList();
    }

    List<String> texts(String name) {
        return list(name).stream().map(String::valueOf).toList();
    }

    @Override
    public String toString() {
        return JSONObjectUtils.toJSONString(map);
    }
}
