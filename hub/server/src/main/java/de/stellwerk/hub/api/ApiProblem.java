package de.stellwerk.hub.api;

import org.jspecify.annotations.Nullable;

/**
 * An error as the API tells it (RFC 9457), with the hub's own code and, where there is one, the message it concerns.
 *
 * @param code stable, for machines
 * @param detail what happened, what is safe, what to do next
 */
record ApiProblem(
        String type,
        String title,
        int status,
        String code,
        String detail,
        @Nullable String message) {

    static ApiProblem of(int status, String title, String code, String detail) {
        return new ApiProblem("urn:stellwerk:problem:" + code, title, status, code, detail, null);
    }

    ApiProblem concerning(String id) {
        return new ApiProblem(type, title, status, code, detail, id);
    }
}
