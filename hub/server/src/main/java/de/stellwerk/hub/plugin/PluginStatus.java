package de.stellwerk.hub.plugin;

import java.util.List;
import java.util.Locale;

/**
 * One jar, as an operator sees it.
 *
 * @param id the manifest's {@code Plugin-Id}; empty as long as it is not known
 * @param version the manifest's {@code Plugin-Version}; empty as long as it is not known
 * @param file the dropped file's name, without anything that could break a line or a page
 * @param sha256 of its bytes, 64 hexadecimal digits; empty as long as it is being copied
 * @param code why, for {@code REFUSED} and {@code SUPERSEDED}, such as {@code plugin.incomplete}; otherwise empty
 * @param text the same for people, in English; of an active one what it takes of the machine, if that is worth a word
 * @param german the same in German
 * @param connectors the names of the connectors it offers; empty unless it is or was active
 * @param checks what it was held against, line by line, in order
 */
public record PluginStatus(
        String id,
        String version,
        String file,
        String sha256,
        State state,
        String code,
        String text,
        String german,
        List<String> connectors,
        List<Check> checks) {

    public enum State {
        /** Somebody is still writing the file. */
        COPYING,
        /** The hub looks at it. */
        CHECKING,
        /** Its connectors are the ones in use. */
        ACTIVE,
        /** A newer version that one municipality uses first. */
        CANARY,
        /** The version before one that is being watched: it takes over again should that one do worse. */
        STANDBY,
        /** In use for those connections and municipalities that ask for it. */
        BESIDE,
        /** A newer version of the same plugin is in use; this one takes over should that one be removed. */
        SUPERSEDED,
        /** Calls into an old version are still running; then it is closed. */
        DRAINING,
        /** It is unloaded, and something still holds its classes in memory. */
        HELD,
        /** It is not used; it is looked at again when its bytes change. */
        REFUSED
    }

    public String text(Locale locale) {
        return locale.getLanguage().equals("de") ? german : text;
    }
}
