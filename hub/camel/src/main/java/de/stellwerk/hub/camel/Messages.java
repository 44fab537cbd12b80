package de.stellwerk.hub.camel;

import jakarta.xml.bind.JAXBContext;
import jakarta.xml.bind.JAXBException;
import org.jspecify.annotations.Nullable;

/**
 * A package of typed message classes: what a partner's XML looks like, written as Java. A connector keeps one, and gives each of its
 * routes a format that parses and encodes them.
 *
 * <p>Both formats refuse a document type declaration, and elements nested deeper than {@value SafeReader#DEPTH}.
 */
public final class Messages {

    private final Class<?>[] roots;
    private @Nullable JAXBContext context;

    private Messages(Class<?>... roots) {
        this.roots = roots;
    }

    /**
     * Names the message classes; what they refer to is found from there. Costs nothing before the first format is used.
     *
     * @param roots classes with an {@link jakarta.xml.bind.annotation.XmlRootElement}
     */
    public static Messages of(Class<?>... roots) {
        return new Messages(roots.clone());
    }

    /** For messages that must be understood whole: an unknown element or attribute, or a value not of its type, is {@link Unreadable}. */
    public MessageFormat strict() {
        return new MessageFormat(this, true);
    }

    /** For answers of a partner whose next version may say more: what the classes do not name is passed over. */
    public MessageFormat tolerant() {
        return new MessageFormat(this, false);
    }

    synchronized JAXBContext context() throws JAXBException {
        if (context == null) {
            var thread = Thread.currentThread();
            var before = thread.getContextClassLoader();
            // The runtime is the hub's, and is looked for through the thread's loader, which is the plugin's.
            thread.setContextClassLoader(Messages.class.getClassLoader());
            try {
                context = JAXBContext.newInstance(roots);
            } finally {
                thread.setContextClassLoader(before);
            }
        }
        return context;
    }
}
