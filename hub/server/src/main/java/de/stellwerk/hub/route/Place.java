package de.stellwerk.hub.route;

/** Where something stands in {@code routes/}; line and column are counted from 1. */
record Place(String file, int line, int column) {

    static Place top(String file) {
        return new Place(file, 1, 1);
    }

    @Override
    public String toString() {
        return file + ":" + line + ":" + column;
    }
}
