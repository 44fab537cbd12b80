package de.stellwerk.hub.gate;

/** Characters that are not seen but change what is seen around them: controls, line ends, direction marks, half surrogates. */
final class Hidden {

    private Hidden() {}

    static boolean isHidden(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE -> true;
            default -> false;
        };
    }
}
