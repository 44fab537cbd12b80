/** An OSCI intermediary to try against. It knows nothing of the hub or a plugin, and needs the JDK alone: the plugin's own tests use it too. */
package de.stellwerk.samples.osci;
