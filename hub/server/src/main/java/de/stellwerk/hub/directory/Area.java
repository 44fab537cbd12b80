package de.stellwerk.hub.directory;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Keys of areas (Destatis). AGS: state 2, district 1, county 2, municipality 3 digits; ARS has 4 digits of the municipal association before
 * the municipality's. Zeros behind a key, as lists write them, say that it ends there: {@code 146280000000} is the county 14628. The AGS
 * follows from the ARS, the ARS does not follow from the AGS.
 */
public final class Area {

    /** The whole country. */
    static final String COUNTRY = "00";

    private Area() {}

    /** The key as the directory keeps it, see {@code DirectoryEntry}; empty if it is none. */
    static Optional<String> of(String key) {
        if (!key.matches("[0-9]{2}|[0-9]{3}|[0-9]{5}|[0-9]{8}|[0-9]{9}|[0-9]{12}")) return Optional.empty();
        if (key.matches("0+")) return Optional.of(COUNTRY);
        if (key.startsWith("00") || Integer.parseInt(key.substring(0, 2)) > 16) return Optional.empty();
        if (key.length() == 12)
            return Optional.of(
                    key.endsWith("000") ? shortened(key.substring(0, 9)) : key.substring(0, 5) + key.substring(9));
        return Optional.of(shortened(key));
    }

    private static String shortened(String key) {
        if (key.length() == 9 && !key.endsWith("0000")) return key;
        if (key.length() == 8 && !key.endsWith("000")) return key;
        var county = key.length() > 5 ? key.substring(0, 5) : key;
        if (county.length() == 5 && !county.endsWith("00")) return county;
        return county.length() > 2 && county.charAt(2) != '0' ? county.substring(0, 3) : county.substring(0, 2);
    }

    /**
     * The areas a municipality lies in, the nearest first.
     *
     * @param ags eight digits
     * @param ars twelve digits; without it the municipal association is not known
     */
    public static List<String> around(String ags, Optional<String> ars) {
        var areas = new ArrayList<String>();
        areas.add(shortened(ags));
        ars.map(key -> shortened(key.substring(0, 9))).ifPresent(areas::add);
        areas.add(shortened(ags.substring(0, 5)));
        areas.add(ags.substring(0, 3));
        areas.add(ags.substring(0, 2));
        areas.add(COUNTRY);
        return areas.stream().distinct().toList();
    }

    /** The AGS in an ARS. */
    public static String ags(String ars) {
        return ars.substring(0, 5) + ars.substring(9);
    }
}
