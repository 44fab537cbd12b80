package de.stellwerk.hub.settings;

import de.stellwerk.hub.spi.Channel;
import de.stellwerk.hub.spi.Channel.Direction;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Setting;
import java.util.Locale;

/** A page on one connector for who configures it, as Markdown (CommonMark with tables), made of its card alone. */
public final class ConnectorPage {

    private final ConnectorDescriptor descriptor;
    private final boolean german;
    private final StringBuilder page = new StringBuilder();

    private ConnectorPage(ConnectorDescriptor descriptor, Locale locale) {
        this.descriptor = descriptor;
        this.german = locale.getLanguage().equals("de");
    }

    /** In German for a German locale, otherwise in English. */
    public static String of(ConnectorDescriptor descriptor, Locale locale) {
        return new ConnectorPage(descriptor, locale).written();
    }

    /** What a person is told about one setting: its help, or its title where there is none. */
    public static String help(Setting setting, Locale locale) {
        var help = setting.form().help();
        var text = locale.getLanguage().equals("de") ? help.german() : help.english();
        return text.isBlank() ? setting.title() : text;
    }

    private String written() {
        line("# " + text(descriptor.title()) + " (`" + descriptor.name() + "`)");
        line("");
        line(
                descriptor.recognisesRepeats()
                        ? say(
                                "Das Ziel erkennt eine Wiederholung: nach einem Versuch mit unbekanntem Ausgang versucht der Hub es wieder.",
                                "The target recognises a repeat: after an attempt of unknown outcome the hub tries again.")
                        : say(
                                "Das Ziel erkennt eine Wiederholung nicht: nach einem Versuch mit unbekanntem Ausgang fragt der Hub nach, wenn er kann, oder die Zustellung wartet auf eine Entscheidung.",
                                "The target does not recognise a repeat: after an attempt of unknown outcome the hub asks, if it can, or the delivery waits for a decision."));
        line("");
        line("## " + say("Kanäle", "Channels"));
        line("");
        line(say("| Kanal | Richtung | Arten |", "| channel | direction | kinds |"));
        line("|---|---|---|");
        descriptor.channels().forEach(this::channel);
        line("");
        line("## " + say("Einstellungen", "Settings"));
        line("");
        line(say("| Name | | Form | Standard | Bedeutung |", "| name | | form | default | meaning |"));
        line("|---|---|---|---|---|");
        descriptor.settings().forEach(this::setting);
        line("");
        line("## " + say("Beispiel", "Example"));
        line("");
        line(say("In `config/municipalities/<AGS>.yaml`:", "In `config/municipalities/<AGS>.yaml`:"));
        line("");
        line("```yaml");
        line("connections:");
        line("  " + descriptor.name() + ":");
        line("    connector: " + descriptor.name());
        line("    settings:");
        descriptor.settings().stream().filter(Setting::required).forEach(this::example);
        line("```");
        return page.toString();
    }

    private void channel(Channel channel) {
        var direction = channel.direction() == Direction.IN
                ? say("zum Hub", "to the hub")
                : channel.answered()
                        ? say("vom Hub, wird beantwortet", "from the hub, is answered")
                        : say("vom Hub", "from the hub");
        var kinds = channel.kinds().isEmpty() ? say("alle", "any") : "`" + String.join("`, `", channel.kinds()) + "`";
        line("| `" + channel.name() + "` | " + direction + " | " + kinds + " |");
    }

    private void setting(Setting setting) {
        var need = setting.required() ? say("nötig", "required") : "";
        var form = setting.secret()
                ? say("Geheimnis: `{ secret: name }`", "secret: `{ secret: name }`")
                : "`" + cell(SettingRule.wanted(setting.form())) + "`";
        var fallback = setting.fallback()
                .filter(text -> !text.isEmpty())
                .map(text -> "`" + cell(text) + "`")
                .orElse("");
        var meaning = help(setting, german ? Locale.GERMAN : Locale.ENGLISH)
                + (setting.form().asked()
                        ? say(" Der Hub kann das Ziel nach Werten fragen.", " The hub can ask the target for values.")
                        : "");
        line("| `" + setting.name() + "` | " + need + " | " + form + " | " + fallback + " | " + text(meaning) + " |");
    }

    private void example(Setting setting) {
        line("      " + setting.name() + ": "
                + (setting.secret()
                        ? "{ secret: " + descriptor.name() + "-" + setting.name() + " }"
                        : "…   # " + SettingRule.wanted(setting.form()).replaceAll("\\R", " ")));
    }

    private String say(String inGerman, String inEnglish) {
        return german ? inGerman : inEnglish;
    }

    /** A plugin's words must not become markup of ours. */
    private static String text(String said) {
        return said.replaceAll("\\R", " ").replaceAll("([\\\\`*_\\[\\]<>|#])", "\\\\$1");
    }

    private static String cell(String code) {
        return code.replaceAll("\\R", " ").replace("`", "'").replace("|", "\\|");
    }

    private void line(String text) {
        page.append(text).append('\n');
    }
}
