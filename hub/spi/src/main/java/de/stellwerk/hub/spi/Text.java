package de.stellwerk.hub.spi;

/** The same words for people in both languages. */
public record Text(String german, String english) {}
