package de.stellwerk.hub.console;

import de.stellwerk.hub.config.ConfigReader;
import de.stellwerk.hub.plugin.Connections;
import de.stellwerk.hub.settings.ConnectorPage;
import de.stellwerk.hub.settings.SettingRule;
import de.stellwerk.hub.spi.ConnectorDescriptor;
import de.stellwerk.hub.spi.Form;
import de.stellwerk.hub.spi.Setting;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.util.HtmlUtils;

/**
 * A form for a connector's settings, made of its card. It checks what was typed in and shows the lines for the municipality's file;
 * nothing is kept, nobody is contacted. Of a secret it asks the name, never the value.
 */
@Controller
public final class ConnectorPages {

    private static final MediaType HTML = MediaType.valueOf("text/html;charset=UTF-8");
    /** The console's usual policy lets no form be sent at all. */
    private static final String POLICY =
            "default-src 'none'; style-src 'self'; frame-ancestors 'none'; form-action 'self'; base-uri 'none'";

    private final Connections connections;
    private final Path home;

    /** @param home whose secrets a form may name */
    public ConnectorPages(Connections connections, Path home) {
        this.connections = connections;
        this.home = home;
    }

    @GetMapping("/connectors/{name}")
    ResponseEntity<String> form(@PathVariable String name) {
        return page(name, Map.of(), false);
    }

    @PostMapping("/connectors/{name}")
    ResponseEntity<String> checked(@PathVariable String name, @RequestParam Map<String, String> typed) {
        return page(name, typed, true);
    }

    private ResponseEntity<String> page(String name, Map<String, String> typed, boolean check) {
        var card = connections.descriptors().stream()
                .filter(each -> each.name().equals(name))
                .findFirst();
        if (card.isEmpty()) {
            return answer(
                    HttpStatus.NOT_FOUND,
                    "Kein Konnektor",
                    "<p class=\"bad\">Kein geladenes Plugin hat einen Konnektor „" + escape(name)
                            + "“. Die Namen stehen auf der <a href=\"/\">Statusseite</a>.</p>");
        }
        var html = new StringBuilder();
        if (check) {
            outcome(html, card.get(), typed);
        }
        html.append("<form method=\"post\" action=\"/connectors/")
                .append(escape(name))
                .append("\">");
        for (var setting : card.get().settings()) {
            field(
                    html,
                    setting,
                    typed.getOrDefault(setting.name(), setting.fallback().orElse("")));
        }
        html.append("<p><button type=\"submit\">Prüfen</button></p></form>");
        return answer(HttpStatus.OK, card.get().title() + " (" + name + ")", html.toString());
    }

    private void outcome(StringBuilder html, ConnectorDescriptor card, Map<String, String> typed) {
        var lines = new ArrayList<String>();
        for (var setting : card.settings()) {
            var value = typed.getOrDefault(setting.name(), "").strip();
            if (!value.isEmpty() && !value.equals(setting.fallback().orElse(""))) {
                lines.add("    " + setting.name() + ": "
                        + (setting.secret() ? "{ secret: " + quoted(value) + " }" : quoted(value)));
            }
        }
        var yaml = "connector: " + card.name() + "\n"
                + (lines.isEmpty() ? "" : "settings:\n" + String.join("\n", lines) + "\n");
        var draft = ConfigReader.draft("Formular", yaml, home, Map.of());
        var problems = new ArrayList<>(draft.problems());
        draft.connections().values().forEach(each -> problems.addAll(connections.problems("", each)));
        if (problems.isEmpty()) {
            html.append(
                            "<p class=\"good\" role=\"status\">Alles hat die verlangte Form. In die Datei der Kommune, unter „connections“:</p><pre>")
                    .append(escape("  name-der-verbindung:\n    connector: " + card.name() + "\n"
                            + (lines.isEmpty() ? "" : "    settings:\n  " + String.join("\n  ", lines))))
                    .append("</pre>");
        } else {
            html.append("<div role=\"alert\"><p class=\"bad\">So kann die Verbindung nicht geöffnet werden:</p><ul>");
            problems.forEach(problem -> html.append("<li>")
                    .append(escape(problem.words(Locale.GERMAN)))
                    .append("</li>"));
            html.append("</ul></div>");
        }
    }

    private static String quoted(String value) {
        return "\""
                + value.replace("\\", "\\\\")
                        .replace("\"", "\\\"")
                        .replaceAll("\\R", "\\\\n")
                        .replace("${", "$${") + "\"";
    }

    private static void field(StringBuilder html, Setting setting, String value) {
        var id = escape(setting.name());
        html.append("<p><label for=\"")
                .append(id)
                .append("\"><b>")
                .append(id)
                .append("</b>")
                .append(setting.required() ? " (nötig)" : "")
                .append("<br>")
                .append(escape(ConnectorPage.help(setting, Locale.GERMAN)))
                .append(setting.secret() ? " Hier steht der Name des Geheimnisses, nicht das Geheimnis." : "")
                .append("</label><br>");
        var choices = setting.form().type() == Form.Type.FLAG
                ? List.of("true", "false")
                : setting.form().type() == Form.Type.CHOICE ? setting.form().limits() : List.<String>of();
        if (choices.isEmpty()) {
            html.append("<input id=\"")
                    .append(id)
                    .append("\" name=\"")
                    .append(id)
                    .append("\" value=\"")
                    .append(escape(value))
                    .append("\" size=\"60\"")
                    .append(setting.required() ? " required" : "")
                    .append(setting.form().type() == Form.Type.NUMBER ? " inputmode=\"numeric\"" : "")
                    .append(" placeholder=\"")
                    .append(escape(setting.secret() ? "name" : SettingRule.wanted(setting.form())))
                    .append("\">");
        } else {
            html.append("<select id=\"")
                    .append(id)
                    .append("\" name=\"")
                    .append(id)
                    .append("\">");
            choices.forEach(choice -> html.append("<option")
                    .append(choice.equals(value) ? " selected>" : ">")
                    .append(escape(choice))
                    .append("</option>"));
            html.append("</select>");
        }
        html.append("</p>");
    }

    private static ResponseEntity<String> answer(HttpStatus status, String title, String body) {
        return ResponseEntity.status(status)
                .header("Content-Security-Policy", POLICY)
                .contentType(HTML)
                .body("""
                        <!doctype html>
                        <html lang="de"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
                        <title>%1$s</title><link rel="stylesheet" href="/status.css"></head><body><main><h1>%1$s</h1>
                        """.formatted(escape(title)) + body + "</main></body></html>");
    }

    private static String escape(String text) {
        return HtmlUtils.htmlEscape(text, "UTF-8");
    }
}
