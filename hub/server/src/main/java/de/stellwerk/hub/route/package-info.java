/**
 * Runs a message through its municipality's route and says what became of it; a run has no effect outside.
 *
 * <p>Routes are Camel YAML in {@code routes/<name>.camel.yaml}, with stylesheets and schemas in {@code routes/<name>/}. A file is read
 * strictly ({@link RouteReader}), what was understood is written anew for Camel ({@link CamelText}), started on trial, then started in
 * the live context beside the version it replaces, and only then do new messages take it ({@link Routes}).
 */
@NullMarked
package de.stellwerk.hub.route;

import org.jspecify.annotations.NullMarked;
