package de.stellwerk.hub.security;

import de.stellwerk.hub.signal.Halt;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import tools.jackson.databind.json.JsonMapper;

/** Answers that are given before a request reaches the API, as problems (RFC 9457). */
final class Answers {

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private Answers() {}

    static void halt(HttpServletRequest request, HttpServletResponse response, Halt halt) throws IOException {
        var language = request.getHeader("Accept-Language");
        response.setHeader("Retry-After", String.valueOf(halt.retryAfter()));
        problem(
                response,
                "urn:stellwerk:problem:" + halt.code(),
                halt.status(),
                "Not now",
                halt.code(),
                halt.text(language == null ? "" : language));
    }

    static void unknownKey(HttpServletResponse response) throws IOException {
        response.setHeader("WWW-Authenticate", "Basic realm=\"Stellwerk\", charset=\"UTF-8\"");
        refuse(response, 401, "Unauthorized", "access.key", "No valid API key was given.");
    }

    static void noRight(HttpServletResponse response) throws IOException {
        refuse(response, 403, "Forbidden", "access.right", "This API key may not do that.");
    }

    private static void refuse(HttpServletResponse response, int status, String title, String code, String detail)
            throws IOException {
        problem(response, "about:blank", status, title, code, detail);
    }

    private static void problem(
            HttpServletResponse response, String type, int status, String title, String code, String detail)
            throws IOException {
        var problem = new LinkedHashMap<String, Object>();
        problem.put("type", type);
        problem.put("title", title);
        problem.put("status", status);
        problem.put("code", code);
        problem.put("detail", detail);
        response.setStatus(status);
        response.setContentType("application/problem+json");
        response.getOutputStream().write(JSON.writeValueAsString(problem).getBytes(StandardCharsets.UTF_8));
    }
}
