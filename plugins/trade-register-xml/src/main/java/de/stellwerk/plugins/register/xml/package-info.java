/** A trade register that reads XML files from one folder and answers in another. */
@NullMarked
@XmlSchema(namespace = "urn:stellwerk:sample:pirna-register:2", elementFormDefault = XmlNsForm.QUALIFIED)
package de.stellwerk.plugins.register.xml;

import jakarta.xml.bind.annotation.XmlNsForm;
import jakarta.xml.bind.annotation.XmlSchema;
import org.jspecify.annotations.NullMarked;
