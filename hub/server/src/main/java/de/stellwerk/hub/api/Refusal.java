package de.stellwerk.hub.api;

/** Ends a request with a problem. */
final class Refusal extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient ApiProblem problem;

    Refusal(int status, String title, String code, String detail) {
        super(code, null, false, false);
        this.problem = ApiProblem.of(status, title, code, detail);
    }

    static Refusal notFound(String what) {
        return new Refusal(404, "Not found", "not.found", "There is no " + what + " of this id that this key may see.");
    }

    static Refusal badRequest(String code, String detail) {
        return new Refusal(400, "Bad request", code, detail);
    }

    ApiProblem problem() {
        return problem;
    }
}
