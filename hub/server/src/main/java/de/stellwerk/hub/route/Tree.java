package de.stellwerk.hub.route;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A YAML document with the places of its parts. Every scalar is text: an AGS is never a number. */
sealed interface Tree {

    Place place();

    /** What it is, in a problem's words. */
    String what();

    record Text(Place place, String value) implements Tree {

        @Override
        public String what() {
            return value.isEmpty() ? "nothing" : Problems.quoted(value);
        }
    }

    record Items(Place place, List<Tree> values) implements Tree {

        @Override
        public String what() {
            return "a list";
        }
    }

    record Fields(Place place, List<Field> all) implements Tree {

        @Override
        public String what() {
            return "fields " + all.stream().map(Field::name).toList();
        }

        Optional<Field> field(String name) {
            return all.stream().filter(field -> field.name().equals(name)).findFirst();
        }

        Optional<Tree> get(String name) {
            return field(name).map(Field::value);
        }

        boolean has(String name) {
            return field(name).isPresent();
        }

        Fields without(String name) {
            return new Fields(
                    place,
                    all.stream().filter(field -> !field.name().equals(name)).toList());
        }
    }

    record Field(Place place, String name, Tree value) {}

    static Tree text(Place place, String value) {
        return new Text(place, value);
    }

    /** Fields at one place, given as name, value, name, value; a value is a tree or a string. */
    static Fields fields(Place place, Object... namesAndValues) {
        var all = new ArrayList<Field>();
        for (var i = 0; i < namesAndValues.length; i += 2) {
            var value = namesAndValues[i + 1];
            all.add(new Field(
                    place,
                    (String) namesAndValues[i],
                    value instanceof Tree tree ? tree : text(place, (String) value)));
        }
        return new Fields(place, all);
    }
}
