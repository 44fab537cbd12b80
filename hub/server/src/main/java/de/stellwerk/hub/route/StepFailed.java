package de.stellwerk.hub.route;

/** Something unexpected in a step, with the step's place in its file. */
final class StepFailed extends RuntimeException {

    private static final long serialVersionUID = 1;

    private final transient Place place;

    StepFailed(Place place, Throwable cause) {
        super(place.toString(), cause);
        this.place = place;
    }

    Place place() {
        return place;
    }
}
