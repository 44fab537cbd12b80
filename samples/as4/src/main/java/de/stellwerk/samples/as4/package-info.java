/** An AS4 access point to try against, built on phase4. It knows nothing of the hub or a plugin; the plugin's own tests use it too. */
package de.stellwerk.samples.as4;
