package de.stellwerk.hub.signature;

import de.stellwerk.hub.config.SignaturePolicy;

/** How the validator's names of formats, such as {@code XAdES-BASELINE-LT}, stand to what a policy asks for. */
final class Levels {

    private Levels() {}

    static boolean takes(SignaturePolicy policy, String format) {
        return policy.formats().isEmpty() || policy.formats().contains(family(format));
    }

    static boolean reaches(SignaturePolicy policy, String format) {
        return rank(format) >= rank(policy.level());
    }

    private static String family(String format) {
        var first = format.replaceFirst("-.*", "");
        return switch (first) {
            case "PKCS7", "PDF" -> "PAdES";
            case "CMS" -> "CAdES";
            case "XML" -> "XAdES";
            case "JSON" -> "JAdES";
            default -> first;
        };
    }

    private static int rank(String format) {
        return switch (format.substring(format.lastIndexOf('-') + 1)) {
            case "B", "BES", "EPES" -> 1;
            case "T" -> 2;
            case "LT", "C", "X", "XL", "LTV" -> 3;
            case "LTA", "A", "ERS" -> 4;
            default -> 0;
        };
    }
}
