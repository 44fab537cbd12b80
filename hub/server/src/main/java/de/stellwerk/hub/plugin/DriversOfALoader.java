package de.stellwerk.hub.plugin;

import java.util.Enumeration;

/**
 * Takes away the JDBC drivers of the loader that has defined this class, which is why a copy of it is defined by a plugin's. It needs
 * nothing but the JDK, and names what it calls as text: a plugin may use a database, the hub's plugin room does not.
 */
final class DriversOfALoader {

    private DriversOfALoader() {}

    @SuppressWarnings("unused") // called in the copy
    static void drop() throws ReflectiveOperationException {
        var manager = Class.forName("java.sql.DriverManager");
        var driver = Class.forName("java.sql.Driver");
        var all = manager.getMethod("getDrivers").invoke(null);
        if (all instanceof Enumeration<?> drivers) {
            while (drivers.hasMoreElements()) {
                var each = drivers.nextElement();
                if (each.getClass().getClassLoader() == DriversOfALoader.class.getClassLoader()) {
                    manager.getMethod("deregisterDriver", driver).invoke(null, each);
                }
            }
        }
    }
}
