package de.stellwerk.hub.plugin;

import de.stellwerk.hub.plugin.LoadedPlugin.Offer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which version of a connector a connection gets.
 *
 * @param main for everybody of whom nothing else is said
 * @param forMunicipality by AGS: the one that tries a fresh version first, and those an operator has given another version
 * @param loaded every version, the newest first; a connection that asks for a range gets the first that fits
 */
record Choice(@Nullable Offer main, Map<String, Offer> forMunicipality, List<Offer> loaded) {

    Optional<Offer> of(String ags, Optional<String> range) {
        var usual = Optional.ofNullable(forMunicipality.getOrDefault(ags, main));
        if (range.isEmpty() || usual.filter(offer -> fits(offer, range.get())).isPresent()) {
            return usual;
        }
        return loaded.stream().filter(offer -> fits(offer, range.get())).findFirst();
    }

    private static boolean fits(Offer offer, String range) {
        return offer.plugin().jar().fits(range);
    }
}
