/** Exchanges files with another system by a folder, on this machine or on an SFTP server: the same code for both. */
@NullMarked
package de.stellwerk.plugins.folder;

import org.jspecify.annotations.NullMarked;
