package de.stellwerk.hub.signature;

import de.stellwerk.hub.spi.Content;
import eu.europa.esig.dss.model.CommonDocument;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** An attachment as the validator sees it: read as a stream, since it may be large. Remembers when it could not be read. */
final class ContentDocument extends CommonDocument {

    private static final long serialVersionUID = 1;

    private final transient Content content;
    private transient @Nullable IOException broken;

    ContentDocument(Content content) {
        this.content = content;
        setName(content.name());
    }

    @Override
    public InputStream openStream() {
        try {
            return content.open();
        } catch (IOException e) {
            broken = e;
            throw new UncheckedIOException(e);
        }
    }

    Optional<IOException> broken() {
        return Optional.ofNullable(broken);
    }
}
