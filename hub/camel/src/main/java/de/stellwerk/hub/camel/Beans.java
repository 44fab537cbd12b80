package de.stellwerk.hub.camel;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.spi.BeanRepository;
import org.jspecify.annotations.Nullable;

/**
 * What the connections of a plugin lend to their endpoints. Camel's own registry is a plain map: a connection that opens looks through it,
 * and fails if another one opens or closes at that moment.
 */
final class Beans implements BeanRepository {

    private final Map<String, Object> byName = new ConcurrentHashMap<>();

    void bind(String name, Object bean) {
        byName.put(name, bean);
    }

    void unbind(String name) {
        byName.remove(name);
    }

    @Override
    public @Nullable Object lookupByName(String name) {
        return byName.get(name);
    }

    @Override
    public <T> @Nullable T lookupByNameAndType(String name, Class<T> type) {
        var bean = byName.get(name);
        return type.isInstance(bean) ? type.cast(bean) : null;
    }

    @Override
    public <T> Map<String, T> findByTypeWithName(Class<T> type) {
        var found = new HashMap<String, T>();
        byName.forEach((name, bean) -> {
            if (type.isInstance(bean)) {
                found.put(name, type.cast(bean));
            }
        });
        return found;
    }

    @Override
    public <T> Set<T> findByType(Class<T> type) {
        return new HashSet<>(findByTypeWithName(type).values());
    }
}
