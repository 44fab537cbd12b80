package de.stellwerk.plugins.folder;

/** What is laid beside a file that was not taken, for the people who run the other system. */
final class Notes {

    static final String NOT_A_FILE = """
            folder.not-a-file
            Was geschehen ist: Unter diesem Namen liegt keine gewöhnliche Datei, sondern ein Verweis, eine Pipe oder ein Gerät.
            Was sicher ist: Es wurde nichts geöffnet, nichts übernommen und nichts gelöscht.
            Was zu tun ist: Die Datei selbst in den Ordner legen und den Verweis entfernen.
            """;

    static final String MARKER_ALONE = """
            folder.marker-without-file
            Was geschehen ist: Zu dieser Marke gibt es keine Datei.
            Was sicher ist: Es wurde nichts übernommen und nichts gelöscht.
            Was zu tun ist: Die Datei und danach die Marke noch einmal in den Ordner legen.
            """;

    private Notes() {}

    static String of(String code, String german) {
        return code + """

                Was geschehen ist: %s
                Was sicher ist: Die Datei liegt unverändert neben dieser Notiz. Es wurde nichts weitergegeben.
                Was zu tun ist: Den Fehler beheben und die Datei noch einmal in den Ordner legen.
                """.formatted(german);
    }
}
